"""Writes two models of real size with random weights, and what the reference makes of 200 real texts.

    pip install -r requirements.txt
    python make_real_size.py OUT FILE...        files of text: documentation, manuals, articles

OUT/bert: 12 layers, 768 wide. OUT/modernbert: 22 layers, 768 wide, a window of 128. The form is that of make_goldens.py,
and RealSizeTest reads it. Nothing of it is committed: weights are some hundred megabytes each.
"""

import json
import os
import random
import shutil
import sys
import time

import make_goldens
import torch
import transformers
from make_goldens import SPECIAL, rounded
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

TEXTS = 200
LENGTH = 512
VOCABULARY = 30000
SIZES = dict(hidden_size=768, num_attention_heads=12, max_position_embeddings=LENGTH)
MODELS = {
    "bert": ("Bert", dict(SIZES, num_hidden_layers=12, intermediate_size=3072)),
    "modernbert": (
        "ModernBert",
        dict(
            SIZES,
            num_hidden_layers=22,
            intermediate_size=1152,
            local_attention=128,
            pad_token_id=0,
            cls_token_id=2,
            bos_token_id=2,
            sep_token_id=3,
            eos_token_id=3,
        ),
    ),
}


def cut(files):
    """Pieces of 30 to 3000 characters, as many short ones as long ones."""
    choice = random.Random(1)
    whole = []
    for name in sorted(files):
        with open(name, errors="ignore") as file:
            whole.append(file.read())
    whole = [text for text in whole if len(text) > 3000]
    texts = []
    while len(texts) < TEXTS:
        text = choice.choice(whole)
        length = choice.randint(30, 3000)
        start = choice.randrange(len(text) - length)
        texts.append(text[start : start + length])
    return texts


def randomize(model):
    """The scale of trained models; norms and biases are not at their defaults."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            if parameter.dim() > 1:
                parameter.copy_(noise * 0.04)
            elif name.endswith("weight"):
                parameter.copy_(noise * 0.1 + 0.9)
            else:
                parameter.copy_(noise * 0.05)


def save(name, config, tokenizer, directory):
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=LENGTH,
        model_input_names=["input_ids", "attention_mask"],
        **SPECIAL,
    ).save_pretrained(directory)
    config = getattr(transformers, name + "Config")(**config, vocab_size=tokenizer.get_vocab_size())
    model = getattr(transformers, name + "Model")(config)
    randomize(model)
    model.save_pretrained(directory)


def expectations(directory, texts):
    encoder = Transformer(directory, max_seq_length=LENGTH, model_kwargs={"dtype": torch.float32})
    pooling = Pooling(encoder.get_embedding_dimension(), pooling_mode="mean")
    model = SentenceTransformer(modules=[encoder, pooling], device="cpu")
    ids = [model.tokenizer(text, truncation=True, max_length=LENGTH)["input_ids"] for text in texts]
    begin = time.monotonic()
    with torch.inference_mode():
        vectors = [model.encode([text], show_progress_bar=False)[0] for text in texts]
    print(f"{directory}: {sum(map(len, ids))} tokens, longest {max(map(len, ids))}, {time.monotonic() - begin:.0f} s")
    with torch.inference_mode():
        tokens = model.encode([texts[0]], output_value="token_embeddings", show_progress_bar=False)[0].numpy()
    return {
        "texts": texts,
        "max_seq_length": LENGTH,
        "ids": ids,
        "embeddings": rounded(vectors),
        "token_embeddings": rounded(tokens),
    }


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    some = cut(sys.argv[2:])
    grown = make_goldens.grow_tokenizer(some, VOCABULARY)
    for model_name, (class_name, arguments) in MODELS.items():
        path = os.path.join(sys.argv[1], model_name)
        shutil.rmtree(path, ignore_errors=True)
        torch.manual_seed(1)
        save(class_name, arguments, grown, path)
        with open(os.path.join(path, "expected.json"), "w") as out:
            json.dump(expectations(path, some), out, ensure_ascii=False)
