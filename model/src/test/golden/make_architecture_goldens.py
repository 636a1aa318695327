"""Writes a directory for every architecture and its important variations, and what the reference makes of each.

    pip install -r requirements.txt
    python make_architecture_goldens.py ../resources/golden [NAME...]

The form is that of make_goldens.py. Where transformers has no code for a model, the reference is its statement in
statements.py. With query_embeddings: of each text, with the prompt named "query" before it.
"""

import json
import math
import os
import shutil
import sys
from dataclasses import dataclass, field
from typing import Callable

import make_goldens
import statements
import tokenizers_of_families as families
import torch
import transformers
from make_goldens import CORPUS, TEXTS, rounded, write_json
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from shared_files import share

LENGTH = 150
SOME_TEXTS = [*TEXTS[:3], TEXTS[5], TEXTS[8], TEXTS[13], "The river turns the wheel of the mill. " * 20]
QUERY = {"query": "query: ", "document": "passage: "}

SIZES = dict(
    hidden_size=24,
    num_attention_heads=3,
    num_hidden_layers=2,
    intermediate_size=36,
    max_position_embeddings=LENGTH + 10,
)
FAIRSEQ = dict(pad_token_id=1, bos_token_id=0, eos_token_id=2)
GROUPED = dict(SIZES, num_attention_heads=4, num_key_value_heads=2, hidden_size=32)
MODERN = dict(SIZES, **FAIRSEQ, cls_token_id=0, sep_token_id=2, num_hidden_layers=4)
T5 = dict(d_model=24, d_kv=10, num_heads=3, num_layers=2, d_ff=36)
DEBERTA = dict(
    SIZES,
    pad_token_id=1,
    relative_attention=True,
    position_buckets=16,
    norm_rel_ebd="layer_norm",
    share_att_key=True,
    pos_att_type=["p2c", "c2p"],
    position_biased_input=False,
    type_vocab_size=0,
    max_relative_positions=-1,
)
GEMMA = dict(GROUPED, head_dim=12, num_hidden_layers=3, sliding_window=16, query_pre_attn_scalar=20, pad_token_id=1)
GEMMA_LAYERS = ["sliding_attention", "full_attention", "sliding_attention"]
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5}
DYNAMIC = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}
LONGROPE = {
    "rope_type": "longrope",
    "rope_theta": 10000.0,
    "original_max_position_embeddings": 40,
    "short_factor": [1.0, 1.1, 1.2, 1.3],
    "long_factor": [2.0, 3.0, 4.0, 5.0],
}
JINA = dict(
    SIZES,
    model_type="bert",
    position_embedding_type="alibi",
    layer_norm_eps=1e-12,
    type_vocab_size=2,
    pad_token_id=0,
    feed_forward_type="geglu",
)
OLD_NOMIC = dict(
    model_type="nomic_bert",
    n_embd=24,
    n_head=3,
    n_layer=2,
    n_inner=36,
    n_positions=LENGTH + 10,
    layer_norm_epsilon=1e-12,
    rotary_emb_base=1000,
    rotary_emb_fraction=1.0,
    qkv_proj_bias=False,
    mlp_fc1_bias=False,
    mlp_fc2_bias=False,
    prenorm=False,
    type_vocab_size=2,
    pad_token_id=0,
)
BIASED = dict(qkv_proj_bias=True, mlp_fc1_bias=True, mlp_fc2_bias=True)


@dataclass
class Case:
    """One directory.

    model: a class of transformers; config: its arguments; keys: config.json, changed once it was written, None for a
    key that goes; max_seq_length: more than there are positions; saved_as: the larger model that was saved; statement:
    the reference where transformers has none.
    """

    tokenizer: Callable
    model: str = ""
    config: dict = field(default_factory=dict)
    pooling: str = "mean"
    normalize: bool = True
    dense: int | None = None
    prompts: dict | None = None
    dtype: torch.dtype = torch.float32
    keys: dict = field(default_factory=dict)
    max_seq_length: int | None = None
    saved_as: str | None = None
    statement: tuple | None = None


def wordpiece(corpus):
    return make_goldens.grow_tokenizer(corpus, make_goldens.VOCABULARY), make_goldens.SPECIAL


def bert(**options):
    return Case(wordpiece, **options)


def roberta(**options):
    return Case(families.roberta, **options)


def xlm_roberta(**options):
    return Case(families.xlm_roberta, **options)


def t5(**options):
    return Case(families.t5, **options)


def qwen(**options):
    return Case(families.qwen, **{"pooling": "lasttoken", **options})


def old_rope(scaling, theta=10000.0):
    return dict(rope_parameters=None, rope_theta=theta, rope_scaling=scaling)


JINA_BERT = (statements.jina_bert, statements.shapes_of_jina_bert)
NOMIC_BERT = (statements.nomic_bert, statements.shapes_of_nomic_bert)
NEW = (statements.new, statements.shapes_of_new)

CASES = {
    "bert-decoder": bert(model="BertModel", config=dict(SIZES, is_decoder=True, hidden_act="relu")),
    "bert-saved-with-head": bert(model="BertModel", config=SIZES, saved_as="BertForMaskedLM", prompts=QUERY),
    "roberta": roberta(model="RobertaModel", config=dict(SIZES, **FAIRSEQ, type_vocab_size=1), prompts=QUERY),
    "xlm-roberta": xlm_roberta(
        model="XLMRobertaModel", config=dict(SIZES, **FAIRSEQ, type_vocab_size=1), pooling="cls", prompts=QUERY
    ),
    "camembert": xlm_roberta(
        model="CamembertModel", config=dict(SIZES, **FAIRSEQ, type_vocab_size=1), saved_as="CamembertForMaskedLM"
    ),
    "electra": bert(model="ElectraModel", config=dict(SIZES, embedding_size=16)),
    "distilbert": bert(
        model="DistilBertModel",
        config=dict(dim=24, n_heads=3, n_layers=2, hidden_dim=36, max_position_embeddings=160, activation="relu"),
    ),
    "mpnet": roberta(model="MPNetModel", config=dict(SIZES, **FAIRSEQ)),
    "albert-groups": xlm_roberta(
        model="AlbertModel",
        config=dict(SIZES, embedding_size=16, num_hidden_layers=5, num_hidden_groups=2, inner_group_num=2),
    ),
    "nomic-bert": bert(model="NomicBertModel", config=SIZES, prompts={"query": "search_query: "}),
    "nomic-bert-dynamic": bert(model="NomicBertModel", config=dict(SIZES, rope_parameters=DYNAMIC)),
    "nomic-bert-old-swiglu": bert(config=dict(OLD_NOMIC, activation_function="swiglu", n_layer=1), statement=NOMIC_BERT),
    "nomic-bert-old-geglu-scaled": bert(
        config=dict(
            OLD_NOMIC,
            **dict(BIASED, activation_function="geglu", n_layer=1),
            rotary_scaling_factor=2.0,
            max_trained_positions=64,
        ),
        statement=NOMIC_BERT,
    ),
    "nomic-bert-old-gelu-interleaved": bert(
        config=dict(OLD_NOMIC, **{**BIASED, "activation_function": "gelu"}, rotary_emb_interleaved=True),
        statement=NOMIC_BERT,
    ),
    "nomic-bert-old-glu": bert(config=dict(OLD_NOMIC, activation_function="glu", n_layer=1), statement=NOMIC_BERT),
    "nomic-bert-mixture": bert(
        config=dict(
            OLD_NOMIC,
            **dict(BIASED, activation_function="gelu"),
            moe_every_n_layers=2,
            num_experts=5,
            moe_top_k=2,
            moe_normalize_expert_weights=False,
        ),
        statement=NOMIC_BERT,
    ),
    "modernbert": roberta(model="ModernBertModel", config=dict(MODERN, local_attention=20), prompts=QUERY),
    "modernbert-biases": roberta(
        model="ModernBertModel",
        config=dict(
            MODERN,
            local_attention=9,
            norm_bias=True,
            attention_bias=True,
            mlp_bias=True,
            layer_types=["sliding_attention", "full_attention"] * 2,
        ),
        saved_as="ModernBertForMaskedLM",
    ),
    "modernbert-old-form": roberta(
        model="ModernBertModel",
        config=dict(MODERN, local_attention=20),
        keys=dict(
            rope_parameters=None,
            layer_types=None,
            global_attn_every_n_layers=2,
            global_rope_theta=80000.0,
        ),
    ),
    "gte": xlm_roberta(model="GteModel", config=dict(SIZES, pad_token_id=1, rope_parameters=LINEAR), pooling="cls"),
    "gte-no-types": xlm_roberta(
        model="GteModel", config=dict(SIZES, pad_token_id=1, type_vocab_size=0), saved_as="GteForMaskedLM"
    ),
    "new-ntk": xlm_roberta(
        config=dict(
            SIZES,
            model_type="new",
            type_vocab_size=1,
            pad_token_id=1,
            layer_norm_eps=1e-12,
            rope_theta=10000.0,
            rope_scaling={"type": "ntk", "factor": 2.0},
        ),
        statement=NEW,
    ),
    "jina-bert": bert(
        config=dict(JINA, auto_map={"AutoConfig": "jinaai/jina-bert-implementation--configuration_bert.JinaBertConfig"}),
        statement=JINA_BERT,
    ),
    "jina-bert-code": bert(
        config=dict(
            JINA,
            auto_map={"AutoConfig": "jinaai/jina-bert-v2-qk-post-norm--configuration_bert.JinaBertConfig"},
        ),
        statement=JINA_BERT,
    ),
    "jina-embeddings-v3": xlm_roberta(model="JinaEmbeddingsV3Model", config=dict(SIZES, pad_token_id=1)),
    "t5": t5(model="T5EncoderModel", config=T5, dense=16),
    "t5-gated": t5(
        model="T5EncoderModel",
        config=dict(
            T5,
            feed_forward_proj="gated-gelu",
            relative_attention_num_buckets=10,
            relative_attention_max_distance=20,
        ),
        dtype=torch.bfloat16,
    ),
    "mt5": t5(model="MT5EncoderModel", config=T5),
    "deberta-v2": xlm_roberta(model="DebertaV2Model", config=DEBERTA),
    "deberta-v2-all": xlm_roberta(
        model="DebertaV2Model",
        config=dict(
            DEBERTA,
            share_att_key=False,
            position_buckets=7,
            conv_kernel_size=3,
            conv_act="gelu",
            embedding_size=16,
            position_biased_input=True,
            type_vocab_size=2,
        ),
    ),
    "deberta-v2-every-distance": xlm_roberta(
        model="DebertaV2Model",
        config=dict(DEBERTA, position_buckets=-1, max_relative_positions=30, norm_rel_ebd="none", pos_att_type=["c2p"]),
    ),
    "deberta-v2-no-distances": xlm_roberta(
        model="DebertaV2Model", config=dict(DEBERTA, relative_attention=False, position_biased_input=True)
    ),
    "llama-llama3": roberta(
        model="LlamaModel",
        config=dict(GROUPED, rope_parameters=LLAMA3, attention_bias=True, mlp_bias=True, head_dim=6),
    ),
    "llama-longrope": roberta(
        model="LlamaModel", config=dict(GROUPED, rope_parameters=LONGROPE, is_causal=False), saved_as="LlamaForCausalLM"
    ),
    "llama-old-yarn": roberta(
        model="LlamaModel",
        config=dict(GROUPED, num_key_value_heads=1),
        keys=old_rope(
            {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "truncate": False, "beta_slow": 2.0}
        ),
    ),
    "mistral": roberta(model="MistralModel", config=dict(GROUPED, sliding_window=9), pooling="lasttoken"),
    "mistral-bidirectional": roberta(model="MistralModel", config=dict(GROUPED, sliding_window=9, is_causal=False)),
    "qwen2": qwen(model="Qwen2Model", config=dict(GROUPED, eos_token_id=2, pad_token_id=0), prompts=QUERY),
    "qwen2-sliding": qwen(
        model="Qwen2Model",
        config=dict(
            GROUPED,
            pad_token_id=0,
            use_sliding_window=True,
            sliding_window=9,
            max_window_layers=1,
            rope_parameters=YARN,
        ),
    ),
    "qwen2-old-dynamic": qwen(
        model="Qwen2Model",
        config=dict(GROUPED, pad_token_id=0),
        keys=dict(old_rope({"type": "dynamic", "factor": 3.0}), max_position_embeddings=64),
        max_seq_length=LENGTH,
    ),
    "qwen3": qwen(
        model="Qwen3Model",
        config=dict(GROUPED, head_dim=12, pad_token_id=0),
        prompts={"query": "Instruct: find the passage\nQuery:"},
        dtype=torch.bfloat16,
    ),
    "eurobert": roberta(model="EuroBertModel", config=dict(GROUPED, **FAIRSEQ, mask_token_id=4)),
    "gemma3": roberta(model="Gemma3TextModel", config=dict(GEMMA, layer_types=GEMMA_LAYERS)),
    "gemma3-bidirectional": roberta(
        model="Gemma3TextModel",
        config=dict(GEMMA, layer_types=GEMMA_LAYERS, use_bidirectional_attention=True),
        dense=16,
        prompts={"query": "task: search result | query: ", "document": "title: none | text: "},
    ),
    "gemma3-old-form": roberta(
        model="Gemma3TextModel",
        config=dict(GEMMA, layer_types=GEMMA_LAYERS),
        keys=dict(
            rope_parameters=None,
            layer_types=None,
            sliding_window_pattern=2,
            rope_theta=50000.0,
            rope_local_base_freq=700.0,
            rope_scaling={"rope_type": "linear", "factor": 8.0},
        ),
    ),
}

# Cases with the weights of another one, from which only their configuration differs.
SAME_WEIGHTS = {
    "gemma3-bidirectional": "gemma3",
    "gemma3-old-form": "gemma3",
    "mistral-bidirectional": "mistral",
    "modernbert-old-form": "modernbert",
    "nomic-bert-dynamic": "nomic-bert",
    "nomic-bert-old-glu": "nomic-bert-old-swiglu",
    "qwen2-old-dynamic": "qwen2",
    "qwen2-sliding": "qwen2",
}


def numbers(shape, name, around_one):
    """Of a trained model's scale; nothing is left at a default, norms and biases neither."""
    noise = torch.randn(shape)
    if len(shape) > 1:
        return noise * (0.8 if "embed" in name and "proj" not in name else 1.5 / math.sqrt(shape[-1]))
    if name.endswith("weight"):
        return noise * 0.25 + (1 if around_one else 0)
    return noise * 0.15


def save_tokenizer(case, directory):
    tokenizer, names = case.tokenizer(CORPUS)
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=LENGTH,
        model_input_names=inputs if case.tokenizer is wordpiece else [inputs[0], inputs[2]],
        **names,
    ).save_pretrained(directory)
    return tokenizer.get_vocab_size()


def save_model(case, vocabulary, directory):
    """What transformers saves."""
    model_class = getattr(transformers, case.saved_as or case.model)
    config = model_class.config_class(**case.config, vocab_size=vocabulary)
    model = model_class(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(numbers(parameter.shape, name, not case.model.startswith("Gemma")))
    model.to(case.dtype).save_pretrained(directory)


def save_statement(case, vocabulary, directory):
    """A directory that only the model's own code could load."""
    config = dict(case.config, vocab_size=vocabulary)
    write_json(directory, "config.json", config)
    shapes = case.statement[1](config)
    weights = {name: numbers(shape, name, True) for name, shape in shapes.items()}
    save_file(weights, os.path.join(directory, "model.safetensors"), metadata={"format": "pt"})


def save_pipeline(case, base, directory):
    """The whole directory, as sentence-transformers saves it."""
    encoder = Transformer(base, max_seq_length=LENGTH, model_kwargs={"dtype": torch.float32})
    width = encoder.get_embedding_dimension()
    modules = [encoder, Pooling(width, pooling_mode=case.pooling)]
    if case.dense:
        layer = Dense(width, case.dense, bias=False, activation_function=torch.nn.Identity())
        with torch.no_grad():
            layer.linear.weight.copy_(torch.randn_like(layer.linear.weight) * 0.3)
        modules.append(layer)
    if case.normalize:
        modules.append(Normalize())
    SentenceTransformer(modules=modules, device="cpu", prompts=case.prompts).save(directory)
    os.remove(os.path.join(directory, "README.md"))
    make_goldens.keep_saved_weights(base, directory)


def expectations(case, directory):
    model = SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": torch.float32})

    def encode(text, **options):
        return model.encode([text], show_progress_bar=False, **options)[0]

    with torch.inference_mode():
        expected = {
            "texts": SOME_TEXTS,
            "max_seq_length": model.max_seq_length,
            "ids": [model.tokenizer(text, truncation=True, max_length=LENGTH)["input_ids"] for text in SOME_TEXTS],
            "embeddings": rounded([encode(text, prompt="") for text in SOME_TEXTS]),
            "token_embeddings": rounded(encode(SOME_TEXTS[0], prompt="", output_value="token_embeddings")),
        }
        if case.prompts:
            expected["query_embeddings"] = rounded([encode(text, prompt_name="query") for text in SOME_TEXTS])
    return expected


def expectations_of_statement(case, directory):
    """Without modules.json: mean pooling, nothing after it."""
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(directory)
    with open(os.path.join(directory, "config.json")) as file:
        config = json.load(file)
    weights = make_goldens.load_file(os.path.join(directory, "model.safetensors"))
    ids = [tokenizer(text, truncation=True, max_length=LENGTH)["input_ids"] for text in SOME_TEXTS]
    with torch.inference_mode():
        states = [case.statement[0](config, weights, torch.tensor(row)) for row in ids]
    return {
        "texts": SOME_TEXTS,
        "max_seq_length": LENGTH,
        "ids": ids,
        "embeddings": rounded(torch.stack([state.mean(0) for state in states])),
        "token_embeddings": rounded(states[0]),
    }


def change_keys(keys, directory, name):
    with open(os.path.join(directory, name)) as file:
        config = json.load(file) | keys
    write_json(directory, name, {key: value for key, value in config.items() if value is not None})


def build(name, case, output):
    torch.manual_seed(sum(map(ord, SAME_WEIGHTS.get(name, name))))
    directory = os.path.join(output, name)
    shutil.rmtree(directory, ignore_errors=True)
    if case.statement:
        os.makedirs(directory)
        save_statement(case, save_tokenizer(case, directory), directory)
        expected = expectations_of_statement(case, directory)
    else:
        base = directory + ".base"
        os.makedirs(base)
        save_model(case, save_tokenizer(case, base), base)
        save_pipeline(case, base, directory)
        shutil.rmtree(base)
        if case.keys:
            change_keys(case.keys, directory, "config.json")
        if case.max_seq_length:
            change_keys({"max_seq_length": case.max_seq_length}, directory, "sentence_bert_config.json")
        expected = expectations(case, directory)
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expected, file, ensure_ascii=False)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for case_name, case in CASES.items():
        if len(sys.argv) < 3 or case_name in sys.argv[2:]:
            build(case_name, case, sys.argv[1])
            print(case_name)
    share(os.path.join(sys.argv[1], ".."))
