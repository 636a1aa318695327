"""Writes LoRA adapters with random weights for golden directories, and what PEFT makes of the two.

    pip install -r requirements.txt
    python make_lora_goldens.py ../resources/golden ../resources/golden-lora

One folder a case: adapter_config.json and adapter_model.safetensors as PEFT saves them, in one case inside a whole
directory of sentence-transformers, and expected.json as make_goldens.py writes it, with base, the directory that the
adapter is for; cases of other architectures have theirs inside, and adapters with tokens of their own a tokenizer. The
adapter is not merged when the reference runs. The same versions give the same files, byte for byte.
"""

import json
import os
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from shared_files import share
from transformers import AutoConfig, AutoModel, AutoTokenizer, T5EncoderModel

TEXTS = [
    "The river turns the wheel.",
    "How do I reset my password?",
    "a",
    "",
    "naïve café façade coöperate résumé",
    "word " * 90,
]

BERT = "bert-mean"

# What the adapter is called where the base would be named: no path of this machine.
NAMED = "millrace/tiny"

CASES = {
    "query-value": (BERT, dict(r=4, lora_alpha=8, target_modules=["query", "value"])),
    "every-linear": (BERT, dict(r=3, lora_alpha=7, target_modules="all-linear")),
    "rslora": (BERT, dict(r=5, lora_alpha=3, use_rslora=True, target_modules=["key", "dense"])),
    "patterns": (
        BERT,
        dict(
            r=4,
            lora_alpha=8,
            target_modules=["query", "key", "value", "dense"],
            rank_pattern={"layer.0.attention.self.query": 2, "(key|value)": 6, r"encoder\.layer\.[12]\..*dense": 3},
            alpha_pattern={"attention.output.dense": 5, "value": 1, r"encoder\.layer\.2\..*": 20},
        ),
    ),
    "embeddings": (
        BERT,
        dict(r=4, lora_alpha=6, target_modules=["word_embeddings", "position_embeddings", "query"]),
    ),
    "saved-modules": (
        BERT,
        dict(r=4, target_modules=["query"], modules_to_save=["LayerNorm", "token_type_embeddings", "intermediate"]),
    ),
    "bias-all": (BERT, dict(r=4, target_modules=["query", "intermediate.dense"], bias="all")),
    "bias-of-lora": (BERT, dict(r=4, target_modules=["query", "output.dense"], bias="lora_only")),
    "lora-bias": (BERT, dict(r=4, lora_alpha=12, target_modules=["query", "intermediate.dense"], lora_bias=True)),
    "dora": (BERT, dict(r=4, target_modules=["query", "dense", "word_embeddings"], use_dora=True)),
    "one-layer": (BERT, dict(r=4, target_modules=["value"], layers_to_transform=[1])),
    "sharded-half": ("bert-f16-sharded", dict(r=4, target_modules="all-linear")),
    "old-names": (BERT, dict(r=4, target_modules=["query", "dense", "word_embeddings"])),
    "sentence-transformers": (BERT, dict(r=4, target_modules=["query", "value"], task_type="FEATURE_EXTRACTION")),
}

SMALL = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, pad_token_id=0)
SMALL_T5 = dict(d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2, pad_token_id=0)
LLAMA_LIKE = dict(num_key_value_heads=1, head_dim=8)

# Tokens that the adapter's own tokenizer has and the base's has not: the base's table is made larger for them.
ADDED = ["[bla]", "blub"]
WITH_ADDED = [*TEXTS, "The [bla] turns the blub wheel.", "[blub]"]

MORE_TOKENS = {
    "added-tokens": dict(r=4, lora_alpha=8, target_modules=["query", "value"]),
    "added-tokens-saved": dict(r=4, target_modules=["query"], modules_to_save=["word_embeddings"]),
    "added-tokens-adapted": dict(r=4, target_modules=["query", "word_embeddings"]),
    "added-tokens-trained": dict(
        r=4, target_modules=["query"], trainable_token_indices={"word_embeddings": [421, 7, 420]}
    ),
    "trained-tokens": dict(r=4, target_modules=["query"], trainable_token_indices=[9, 137, 10]),
}

# model_type, its configuration, the adapter's. Modules have their names in memory, which are not always those in files.
FAMILIES = {
    "qwen3": ("qwen3", SMALL | LLAMA_LIKE, dict(r=3, lora_alpha=7, use_rslora=True, target_modules="all-linear")),
    "modernbert": ("modernbert", SMALL, dict(r=3, lora_alpha=7, target_modules=["Wqkv", "Wi", "Wo"])),
    "nomic": ("nomic_bert", SMALL, dict(r=3, lora_alpha=7, use_dora=True, target_modules="all-linear")),
    "gte": ("gte", SMALL, dict(r=3, lora_alpha=7, target_modules="all-linear")),
    "t5": ("t5", SMALL_T5, dict(r=3, lora_alpha=7, target_modules=["q", "v", "wo", "embed_tokens"])),
}


def randomize(model):
    """Nothing that was trained is left at a default."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue
            if "lora_" in name and "magnitude" not in name:
                parameter.copy_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.mul_(torch.randn_like(parameter) * 0.2 + 1).add_(torch.randn_like(parameter) * 0.05)


def rounded(array):
    return [[float(f"{value:.8g}") for value in row] for row in np.asarray(array, dtype=np.float32)]


def expectations(model, base, texts=TEXTS):
    def encode(texts, **options):
        return model.encode(texts, batch_size=1, show_progress_bar=False, prompt="", **options)

    with torch.inference_mode():
        embeddings = np.stack([encode([text])[0] for text in texts])
        tokens = encode([texts[0]], output_value="token_embeddings")[0].float().numpy()
    ids = [model.tokenizer(text, truncation=True, max_length=model.max_seq_length)["input_ids"] for text in texts]
    return {
        "base": base,
        "texts": texts,
        "max_seq_length": model.max_seq_length,
        "ids": ids,
        "embeddings": rounded(embeddings),
        "token_embeddings": rounded(tokens),
    }


def open_base(goldens, base):
    path = os.path.join(goldens, base)
    return SentenceTransformer(path, device="cpu", model_kwargs={"dtype": torch.float32})


def encoder_of(model):
    return model[0].auto_model


def save_adapter(goldens, base, options, directory):
    """As a user of PEFT does; what is expected comes from reading it again."""
    torch.manual_seed(sum(os.path.basename(directory).encode()))
    trained = get_peft_model(encoder_of(open_base(goldens, base)), LoraConfig(**options))
    randomize(trained)
    trained.save_pretrained(directory)
    model = open_base(goldens, base)
    adapted = PeftModel.from_pretrained(encoder_of(model), directory).eval()
    assert not adapted.active_peft_config.is_prompt_learning
    model[0].auto_model = adapted.base_model.model
    return expectations(model, base)


def with_added_tokens(model):
    model.tokenizer.add_tokens(ADDED[:1], special_tokens=True)
    model.tokenizer.add_tokens(ADDED[1:])
    encoder_of(model).resize_token_embeddings(len(model.tokenizer))
    return model


def save_more_tokens(goldens, name, options, directory):
    """As above, with the tokenizer beside the adapter; PEFT wants the base's table to be large enough when it loads."""
    torch.manual_seed(sum(name.encode()))
    prepare = with_added_tokens if name.startswith("added") else lambda model: model
    model = prepare(open_base(goldens, BERT))
    trained = get_peft_model(encoder_of(model), LoraConfig(**options))
    randomize(trained)
    if name == "added-tokens":
        with torch.no_grad():
            trained.get_input_embeddings().weight.add_(torch.randn(len(model.tokenizer), 1) * 0.1)
    trained.save_pretrained(directory)
    if name.startswith("added"):
        model.tokenizer.save_pretrained(directory)
    model = prepare(open_base(goldens, BERT))
    adapted = PeftModel.from_pretrained(encoder_of(model), directory).eval()
    model[0].auto_model = adapted.base_model.model
    return expectations(model, BERT, WITH_ADDED)


def save_directory(goldens, base, options, directory):
    """As a user of sentence-transformers does: the adapter, tokenizer and pipeline, but not the base."""
    torch.manual_seed(7)
    trained = open_base(goldens, base)
    trained.add_adapter(LoraConfig(**options))
    randomize(trained)
    trained[1].pooling_mode = ("max",) if isinstance(trained[1].pooling_mode, tuple) else "max"
    trained.save(directory)
    return expectations(SentenceTransformer(directory, device="cpu"), base)


def save_family(goldens, name, directory):
    """A base with random weights inside the adapter's directory."""
    model_type, settings, options = FAMILIES[name]
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(goldens, BERT))
    torch.manual_seed(sum(name.encode()))
    config = AutoConfig.for_model(model_type, vocab_size=len(tokenizer), max_position_embeddings=128, **settings)
    encoder = T5EncoderModel(config) if model_type == "t5" else AutoModel.from_config(config)
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    base = os.path.join(directory, "base")
    with tempfile.TemporaryDirectory() as raw:
        encoder.save_pretrained(raw)
        tokenizer.save_pretrained(raw)
        transformer = Transformer(raw, max_seq_length=64)
        pooling = Pooling(transformer.get_embedding_dimension(), "mean")
        SentenceTransformer(modules=[transformer, pooling], device="cpu").save(base, create_model_card=False)
    expected = save_adapter(directory, "base", options, directory)
    del expected["base"]
    return expected


def tidy(directory, base):
    """No path of this machine, no timestamps, keys in order."""
    path = os.path.join(directory, "adapter_config.json")
    with open(path) as file:
        config = json.load(file)
    config["base_model_name_or_path"] = base
    for key in ("target_modules", "modules_to_save"):
        if isinstance(config.get(key), list):
            config[key] = sorted(config[key])
    with open(path, "w") as file:
        json.dump(config, file, indent=2, sort_keys=True)
    if os.path.exists(os.path.join(directory, "README.md")):
        os.remove(os.path.join(directory, "README.md"))
    weights = os.path.join(directory, "adapter_model.safetensors")
    save_file(load_file(weights), weights, metadata={"format": "pt"})


def make_old(directory):
    """Names with the adapter's own in them, of a larger model that has the encoder inside."""
    path = os.path.join(directory, "adapter_model.safetensors")
    tensors = {
        name.replace("base_model.model.", "base_model.model.bert.")
        .replace(".weight", ".default.weight")
        .replace("lora_embedding_A", "lora_embedding_A.default")
        .replace("lora_embedding_B", "lora_embedding_B.default"): tensor
        for name, tensor in load_file(path).items()
    }
    save_file(tensors, path, metadata={"format": "pt"})


def build(name, goldens, output):
    directory = os.path.join(output, name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    if name in FAMILIES:
        expected = save_family(goldens, name, directory)
        tidy(directory, "base")
    elif name in MORE_TOKENS:
        expected = save_more_tokens(goldens, name, MORE_TOKENS[name], directory)
        tidy(directory, NAMED)
    else:
        base, options = CASES[name]
        save = save_directory if name == "sentence-transformers" else save_adapter
        expected = save(goldens, base, options, directory)
        tidy(directory, NAMED)
    if name == "old-names":
        make_old(directory)
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expected, file, ensure_ascii=False)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for case_name in [*CASES, *MORE_TOKENS, *FAMILIES]:
        build(case_name, sys.argv[1], sys.argv[2])
        print(case_name)
    share(os.path.join(sys.argv[2], ".."))
