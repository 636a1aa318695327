"""Writes small sentence-transformers directories with random weights, and what the reference makes of them.

    pip install -r requirements.txt
    python make_goldens.py ../resources/golden

One folder a case: an ordinary model directory, common files links (shared_files.py), and expected.json:

    texts             what was encoded
    max_seq_length    most tokens of one text
    ids               token ids of each text, special tokens included, cut as the reference does
    embeddings        SentenceTransformer.encode of each text alone, in float32
    token_embeddings  last hidden states of the first text, before pooling: [tokens][hidden]

Nothing in expected.json is written by hand. The same versions give the same
weights and tokenizers, byte for byte, and vectors up to their last bits, which are the processor's.
"""

import json
import math
import os
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from shared_files import share
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

MAX_SEQ_LENGTH = 64
VOCABULARY = 420
SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
SIZES = dict(
    hidden_size=32,
    num_attention_heads=4,
    num_hidden_layers=3,
    intermediate_size=48,
    max_position_embeddings=72,
)

# Only to grow a small vocabulary.
CORPUS = [
    "The job reads a topic of short messages and writes one vector for each of them.",
    "Streams are split into partitions; every partition keeps its own order and its own offset.",
    "Der Fluss treibt das Mühlrad, und das Mühlrad treibt die Säge.",
    "La rivière fait tourner la roue du moulin.",
    "El río mueve la rueda del molino todos los días.",
    "水が水車を回す。川は毎日流れている。",
    "Река вращает колесо мельницы.",
    "Order #4821 failed with error 503 at 2026-03-01T12:00:07Z, retrying in 250 ms.",
    "def encode(batch): return model(batch)",
    "Refund requested: the parcel arrived broken and two days late.",
    "How do I reset my password? The link has expired.",
    "attention heads look at every position; a mask hides the padding from them.",
    "naïve café façade coöperate résumé",
]

TEXTS = [
    "The river turns the wheel.",
    "How do I reset my password?",
    "a",
    "",
    "   leading and trailing space   ",
    "MIXED Case, punctuation!!! (and) [brackets] {braces} #hash @at 100% $9.99",
    "Der Fluss treibt das Mühlrad – süß & größer",
    "naïve café façade coöperate résumé e\u0301 combining",
    "水が水車を回す。",
    "Река вращает колесо",
    "مرحبا بالعالم",
    "emoji 🚀🔥 and 👩‍👩‍👧 family",
    "tab\tnewline\nreturn\r\nnull-free control \u0007 bell",
    "[CLS] literal specials <s> </s> [SEP] <pad>",
    "0123456789 " * 3,
    "word " * 90,
    "Order #4821 failed with error 503 at 2026-03-01T12:00:07Z",
    "antidisestablishmentarianism" * 2,
    "x" * 130,
    "def encode(batch): return model(batch)",
]


@dataclass
class Case:
    seed: int
    pooling: str | list[str]
    config: dict = field(default_factory=dict)
    dense: int | None = None
    normalize: bool = False
    dtype: torch.dtype = torch.float32
    max_shard_size: str | None = None
    old_form: bool = False


CASES = {
    "bert-mean": Case(1000, "mean", normalize=True),
    "bert-cls-dense": Case(1001, "cls", dict(layer_norm_eps=1e-5, hidden_act="gelu_new"), dense=24),
    "bert-max": Case(1002, "max", dict(type_vocab_size=1)),
    "bert-mean-cls": Case(1000, ["cls", "mean"], normalize=True),
    "bert-sqrt": Case(1000, "mean_sqrt_len_tokens"),
    "bert-weighted": Case(1000, "weightedmean"),
    "bert-bf16-weights": Case(1024, "mean", normalize=True, dtype=torch.bfloat16),
    "bert-f16-sharded": Case(1025, "mean", normalize=True, dtype=torch.float16, max_shard_size="40KB"),
    "bert-old-form": Case(1026, ["mean", "lasttoken"], old_form=True),
}


def grow_vocabulary(normalizer, pre_tokenizer, corpus, size):
    """Single characters, then the pieces of words that save most; the library's trainer differs from run to run."""
    words = Counter(
        word
        for sentence in corpus
        for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(sentence))
    )
    characters, pieces = set(), Counter()
    for word, count in words.items():
        for start in range(len(word)):
            prefix = "##" if start else ""
            characters.add(prefix + word[start])
            for end in range(start + 2, min(len(word), start + 8) + 1):
                pieces[prefix + word[start:end]] += count * (end - start - 1)
    best = sorted(pieces, key=lambda piece: (-pieces[piece], piece))
    tokens = [*SPECIAL.values(), *sorted(characters), *best][:size]
    return {token: index for index, token in enumerate(tokens)}


def grow_tokenizer(corpus=CORPUS, size=VOCABULARY):
    normalizer = normalizers.BertNormalizer(lowercase=True)
    pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    vocabulary = grow_vocabulary(normalizer, pre_tokenizer, corpus, size)
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def randomize(model):
    """Weights of a trained model's scale; nothing is left at a default, norms and biases neither."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            if parameter.dim() > 1:
                scale = 0.8 if "embed" in name else 1.5 / math.sqrt(parameter.shape[-1])
                parameter.copy_(noise * scale)
            elif name.endswith("weight"):
                parameter.copy_(noise * 0.25 + 1)
            else:
                parameter.copy_(noise * 0.15)


def save_encoder(case, directory):
    """config.json, weights and tokenizer, as transformers saves them."""
    tokenizer = grow_tokenizer()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=MAX_SEQ_LENGTH,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **SPECIAL,
    ).save_pretrained(directory)
    config = transformers.BertConfig(**{**SIZES, **case.config}, vocab_size=tokenizer.get_vocab_size())
    model = transformers.BertModel(config).eval()
    randomize(model)
    shards = {"max_shard_size": case.max_shard_size} if case.max_shard_size else {}
    model.to(case.dtype).save_pretrained(directory, **shards)


def save_pipeline(case, base, directory):
    """The whole directory, as sentence-transformers saves it."""
    encoder = Transformer(base, max_seq_length=MAX_SEQ_LENGTH, model_kwargs={"dtype": torch.float32})
    width = encoder.get_embedding_dimension()
    modules = [encoder, Pooling(width, pooling_mode=case.pooling)]
    if case.dense:
        layer = Dense(width, case.dense, bias=True, activation_function=torch.nn.Tanh())
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(torch.randn_like(parameter) * 0.3)
        modules.append(layer)
    if case.normalize:
        modules.append(Normalize())
    SentenceTransformer(modules=modules, device="cpu").save(directory)
    os.remove(os.path.join(directory, "README.md"))


def is_weights(name):
    return name.endswith((".safetensors", ".index.json"))


def keep_saved_weights(base, directory):
    """sentence-transformers has read the weights as float32 and saved them so; these are as they were."""
    for name in filter(is_weights, os.listdir(directory)):
        os.remove(os.path.join(directory, name))
    for name in filter(is_weights, os.listdir(base)):
        shutil.move(os.path.join(base, name), directory)


def write_json(directory, name, value):
    with open(os.path.join(directory, name), "w") as file:
        json.dump(value, file, indent=2)


def make_old(directory):
    """What older versions wrote: other module names, booleans for pooling, TensorFlow's tensor names."""
    write_json(
        directory,
        "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
    )
    write_json(
        directory,
        "1_Pooling/config.json",
        {
            "word_embedding_dimension": SIZES["hidden_size"],
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
            "pooling_mode_lasttoken": True,
        },
    )
    write_json(directory, "sentence_bert_config.json", {"max_seq_length": 50, "do_lower_case": False})
    write_json(
        directory,
        "tokenizer_config.json",
        {
            "do_lower_case": False,
            "model_max_length": 512,
            "tokenizer_class": "BertTokenizer",
            "truncation_side": "left",
            **SPECIAL,
        },
    )
    os.remove(os.path.join(directory, "config_sentence_transformers.json"))
    weights = os.path.join(directory, "model.safetensors")
    old_names = {
        "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in load_file(weights).items()
    }
    save_file(old_names, weights, metadata={"format": "pt"})


def rounded(array):
    return [[float(f"{value:.8g}") for value in row] for row in np.asarray(array, dtype=np.float32)]


def expectations(directory):
    model = SentenceTransformer(directory, device="cpu", model_kwargs={"dtype": torch.float32})

    def encode(texts, **options):
        return model.encode(texts, batch_size=1, show_progress_bar=False, prompt="", **options)

    with torch.inference_mode():
        embeddings = np.stack([encode([text])[0] for text in TEXTS])
        tokens = encode([TEXTS[0]], output_value="token_embeddings")[0].float().numpy()
    ids = [
        model.tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"]
        for text in TEXTS
    ]
    return {
        "texts": TEXTS,
        "max_seq_length": model.max_seq_length,
        "ids": ids,
        "embeddings": rounded(embeddings),
        "token_embeddings": rounded(tokens),
    }


def build(name, case, output):
    torch.manual_seed(case.seed)
    directory = os.path.join(output, name)
    base = directory + ".base"
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(base)
    save_encoder(case, base)
    save_pipeline(case, base, directory)
    if case.dtype != torch.float32:
        keep_saved_weights(base, directory)
    if case.old_form:
        make_old(directory)
    shutil.rmtree(base)
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expectations(directory), file, ensure_ascii=False)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for case_name, case in CASES.items():
        build(case_name, case, sys.argv[1])
        print(case_name)
    share(os.path.join(sys.argv[1], ".."))
