"""Writes small directories for what sentence-transformers does around an encoder, and what it makes of them.

    pip install -r requirements.txt
    python make_pipeline_goldens.py ../resources/golden-pipeline

One folder a case, a tiny BERT like make_goldens.py's, and expected.json as there, with fewer texts, and besides:

    prompts              prompt name (or "": the default) to the vectors of each text with it
    options              truncate_dim and normalize_embeddings of each vector in with_options
    with_options         encode with these, without a prompt

The same versions give the same files, byte for byte.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from typing import Any, Callable

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from make_goldens import MAX_SEQ_LENGTH, SPECIAL, grow_tokenizer, randomize, rounded, write_json
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import LayerNorm, Pooling, WeightedLayerPooling
from sentence_transformers.sentence_transformer.modules import Dropout
from shared_files import share

TEXTS = [
    "The river turns the wheel.",
    "",
    "a",
    "   leading and trailing space   ",
    "MIXED Case, punctuation!!! 100%",
    "水が水車を回す。",
    "word " * 40,
]
HIDDEN = 16
SIZES = dict(
    hidden_size=HIDDEN,
    num_attention_heads=2,
    num_hidden_layers=2,
    intermediate_size=24,
    max_position_embeddings=40,
)
LENGTH = 24
PROMPTS = {"query": "query: ", "passage": "represent this passage: ", "long": "word " * 40}


@dataclass
class Case:
    seed: int
    modules: Callable[[], list]
    prompts: dict[str, str] = field(default_factory=dict)
    default_prompt: str | None = None
    truncate_dim: int | None = None
    config: dict[str, Any] = field(default_factory=dict)
    change: Callable[[str], None] | None = None
    causal_head: bool = False


def pooling(mode, **options):
    return Pooling(options.pop("width", HIDDEN), pooling_mode=mode, **options)


def dense(activation, width=12, **options):
    return Dense(options.pop("width_in", HIDDEN), width, activation_function=activation, **options)


def all_modes(include_prompt):
    modes = ["cls", "lasttoken", "max", "mean", "mean_sqrt_len_tokens", "weightedmean"]
    return [pooling(modes, include_prompt=include_prompt)]


def activations():
    """Each on what the one before gives, which is brought to a scale where they differ."""
    names = ["ReLU6", "LeakyReLU", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Softplus"]
    names += ["Softsign", "Tanhshrink", "Hardtanh", "Hardsigmoid", "Hardswish", "ReLU", "Identity", "Tanh"]
    layers = [dense(getattr(torch.nn, name)(), HIDDEN) for name in names]
    return [pooling("mean"), *(module for layer in layers for module in (layer, LayerNorm(HIDDEN)))]


def token(activation, width=HIDDEN, **options):
    return dense(activation, width, module_input_name="token_embeddings", **options)


def config_of(folder, **changes):
    def change(directory):
        name = os.path.join(folder, "config.json")
        with open(os.path.join(directory, name)) as file:
            config = json.load(file)
        write_json(directory, name, {**config, **changes})

    return change


def sentence_config(**values):
    return lambda directory: write_json(directory, "sentence_bert_config.json", values)


def without_modules(directory):
    for name in ("modules.json", "config_sentence_transformers.json", "sentence_bert_config.json"):
        os.remove(os.path.join(directory, name))
    shutil.rmtree(os.path.join(directory, "1_Pooling"))


def old_names(directory):
    """The first generation's names of modules and keys."""
    with open(os.path.join(directory, "modules.json")) as file:
        modules = json.load(file)
    for module in modules:
        module["type"] = "sentence_transformers.models." + module["type"].rsplit(".", 1)[1]
    write_json(directory, "modules.json", modules)
    for module in modules:
        path = os.path.join(directory, module["path"], "config.json")
        if module["path"] and os.path.exists(path):
            with open(path) as file:
                config = json.load(file)
            if "embedding_dimension" in config:
                config["word_embedding_dimension"] = config.pop("embedding_dimension")
            write_json(directory, path[len(directory) + 1 :], config)
    os.rename(
        os.path.join(directory, "sentence_bert_config.json"), os.path.join(directory, "sentence_roberta_config.json")
    )
    write_json(directory, "sentence_roberta_config.json", {"max_seq_length": 20, "do_lower_case": True})


CASES = {
    "prompts": Case(3000, lambda: [pooling("mean"), Normalize()], PROMPTS, "passage"),
    "without-prompt": Case(3001, lambda: all_modes(False), PROMPTS, "query"),
    "with-prompt": Case(3002, lambda: all_modes(True), PROMPTS),
    "truncated": Case(3003, lambda: [pooling(["mean", "max"]), Normalize()], PROMPTS, truncate_dim=10),
    "activations": Case(3004, activations),
    "residual": Case(
        3005,
        lambda: [
            pooling("cls"),
            dense(torch.nn.Tanh(), HIDDEN, use_residual=True),
            dense(torch.nn.ReLU(), 10, use_residual=True, bias=False),
        ],
    ),
    "tokens": Case(
        3006,
        lambda: [
            token(torch.nn.GELU(), 12),
            Normalize(module_input_name="token_embeddings"),
            token(torch.nn.Tanh(), 10, width_in=12, use_residual=True),
            pooling(["mean", "lasttoken"], width=10, include_prompt=False),
            Normalize(),
            LayerNorm(20),
        ],
        PROMPTS,
        "query",
    ),
    "layer-mean": Case(
        3007,
        lambda: [WeightedLayerPooling(HIDDEN, num_hidden_layers=2, layer_start=1), pooling("mean")],
        config=dict(output_hidden_states=True),
    ),
    "layer-mean-all": Case(
        3008,
        lambda: [WeightedLayerPooling(HIDDEN, num_hidden_layers=2, layer_start=0), pooling("cls"), Dropout(0.5)],
        config=dict(output_hidden_states=True),
    ),
    "layer-mean-unused": Case(
        3009, lambda: [WeightedLayerPooling(HIDDEN, num_hidden_layers=2, layer_start=0), pooling("cls")]
    ),
    "two-poolings": Case(3010, lambda: [pooling("cls"), Normalize(), pooling("max"), LayerNorm(HIDDEN)]),
    "old-names": Case(
        3011,
        lambda: [
            WeightedLayerPooling(HIDDEN, num_hidden_layers=2, layer_start=1),
            pooling("mean"),
            LayerNorm(HIDDEN),
            dense(torch.nn.Identity(), 9, bias=False),
        ],
        config=dict(output_hidden_states=True),
        change=old_names,
    ),
    "length-here": Case(
        3012, lambda: [pooling("mean")], change=sentence_config(max_seq_length=30, do_lower_case=False)
    ),
    "length-of-tokenizer": Case(3013, lambda: [pooling("mean")], change=sentence_config(do_lower_case=True)),
    "length-by-argument": Case(
        3014,
        lambda: [pooling("mean")],
        change=sentence_config(processing_kwargs={"text": {"max_length": 11, "truncation": True}}),
    ),
    "no-modules": Case(3015, lambda: [pooling("mean")], change=without_modules),
    "no-modules-causal": Case(
        3016,
        lambda: [pooling("mean")],
        config=dict(architectures=["BertForCausalLM"], is_decoder=True),
        change=without_modules,
    ),
}


def save_base(case, directory):
    tokenizer = grow_tokenizer()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **SPECIAL,
    ).save_pretrained(directory)
    architecture = case.config.get("architectures")
    settings = {key: value for key, value in case.config.items() if key != "architectures"}
    config = transformers.BertConfig(**SIZES, **settings, vocab_size=tokenizer.get_vocab_size())
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    randomize(model)
    model.save_pretrained(directory)
    return architecture


def build(name, case, output):
    torch.manual_seed(case.seed)
    directory = os.path.join(output, name)
    base = directory + ".base"
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(base)
    architecture = save_base(case, base)
    modules = case.modules()
    with torch.no_grad():
        for module in modules:
            for key, parameter in module.named_parameters():
                noise = torch.randn_like(parameter) * 0.4
                parameter.copy_(noise + 1 if parameter.dim() == 1 and "bias" not in key else noise)
    encoder = Transformer(base, model_kwargs={"dtype": torch.float32})
    model = SentenceTransformer(
        modules=[encoder, *modules],
        prompts=case.prompts,
        default_prompt_name=case.default_prompt,
        truncate_dim=case.truncate_dim,
        device="cpu",
    )
    model.save(directory)
    os.remove(os.path.join(directory, "README.md"))
    if architecture:
        config_of("", architectures=architecture)(directory)
    if case.change:
        case.change(directory)
    shutil.rmtree(base)
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expectations(directory, case), file, ensure_ascii=False)


def expectations(directory, case):
    model = SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": torch.float32})

    def encode(**options):
        vectors = [model.encode([text], batch_size=1, show_progress_bar=False, **options)[0] for text in TEXTS]
        return rounded(np.stack(vectors))

    options = dict(truncate_dim=7, normalize_embeddings=True)
    with torch.inference_mode():
        tokens = model.encode([TEXTS[0]], prompt="", output_value="token_embeddings", show_progress_bar=False)[0]
        result = {
            "texts": TEXTS,
            "max_seq_length": model.max_seq_length,
            "ids": [
                model.preprocess([text])["input_ids"][0].tolist() for text in TEXTS
            ],
            "embeddings": encode(prompt=""),
            "token_embeddings": rounded(tokens.float().numpy()),
            "options": options,
            "with_options": encode(prompt="", **options),
        }
        names = ["query", "document", *(name for name in case.prompts if name != "query")] if case.prompts else []
        result["prompts"] = {"": encode(), **{name: encode(prompt_name=name) for name in names}}
    return result


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for case_name, case in CASES.items():
        build(case_name, case, sys.argv[1])
        print(case_name)
    share(os.path.join(sys.argv[1], ".."))
