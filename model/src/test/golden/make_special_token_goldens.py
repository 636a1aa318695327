"""Asks transformers what each combination of the two keys for marks without a name means.

    python make_special_token_goldens.py ../resources/golden-special-tokens/table.json

extra_special_tokens and additional_special_tokens may each be absent, null, a list or an object, in tokenizer_config.json
and in special_tokens_map.json, with and without added_tokens_decoder or added_tokens.json. One text holds all the tokens;
an outcome is its ids, or null where the reference cannot read the directory either. A row of the table is a
tokenizer_config.json, a column what lies beside it, a character an outcome.
"""

import itertools
import json
import os
import sys
import tempfile

from make_tokenizer_goldens import BASES, added, write
from transformers import AutoTokenizer
import transformers

TEXT = "a flow B rill  c wheel D weir e wharf f"
ABSENT = "absent"


def typed(content, **flags):
    return {"__type": "AddedToken", "content": content, **flags}


def lists(words):
    return [
        ABSENT,
        None,
        [],
        {},
        [words[0]],
        [typed(words[0], lstrip=True, special=True), words[1]],
        [typed(words[0], rstrip=True)],
        {"image_token": words[0]},
        {"image_token": typed(words[0], rstrip=True), "cls_token": words[1]},
    ]


EXTRA = lists(["flow", "rill"])
ADDITIONAL = lists(["wheel", "weir"])
EXTRA_BESIDE = [ABSENT, None, [], ["weir", {"content": "wharf", "lstrip": True}], {"image_token": "wharf"}]
ADDITIONAL_BESIDE = [ABSENT, None, ["wharf"], [typed("wharf", lstrip=True)]]


def keys(extra, additional):
    both = {"extra_special_tokens": extra, "additional_special_tokens": additional}
    return {key: value for key, value in both.items() if value is not ABSENT}


CONFIGS = [keys(*pair) for pair in itertools.product(EXTRA, ADDITIONAL)]
BESIDE = [
    *({"special_tokens_map.json": keys(*pair)} for pair in itertools.product(EXTRA_BESIDE, ADDITIONAL_BESIDE)),
    {"special_tokens_map.json": {"image_token": "weir", "box_token": {"content": "wharf", "rstrip": True}}},
    {"added_tokens.json": {"flow": 900, "wheel": 901, "wharf": 902}},
    {"added_tokens_decoder": {"900": added("wheel", special=False, normalized=True), "901": added("flow", lstrip=True)}},
    {"added_tokens_decoder": {}, "special_tokens_map.json": keys(["weir"], ["wharf"])},
]
CLASSES = {
    "BertTokenizer": ("bert", {}),
    "PreTrainedTokenizerFast": ("bert", {}),
    "CamembertTokenizer": ("xlm-roberta", {}),
    "T5Tokenizer": ("t5", {"extra_ids": 2}),
    "Qwen2Tokenizer": ("qwen", {}),
}
MODEL_TYPES = {"bert": "bert", "xlm-roberta": "camembert", "t5": "t5", "qwen": "qwen3"}
NAMES = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+,-./:;<=>?@[]^_`{|}~" + "".join(
    chr(code) for code in range(0xC0, 0x250)
)


def ids(base, model_type, config, beside):
    with tempfile.TemporaryDirectory() as directory:
        config = dict(config)
        for name, content in beside.items():
            if name.endswith(".json"):
                write(directory, name, json.dumps(content))
            else:
                config[name] = content
        write(directory, "config.json", json.dumps({"model_type": model_type}))
        write(directory, "tokenizer.json", base)
        write(directory, "tokenizer_config.json", json.dumps(config))
        try:
            return AutoTokenizer.from_pretrained(directory)(TEXT)["input_ids"]
        except Exception:  # the reference cannot either
            return None


def table(name):
    base, options = CLASSES[name]
    text = BASES[base]().to_str()
    outcomes, rows = [], []
    for config in CONFIGS:
        row = ""
        for beside in BESIDE:
            outcome = ids(text, MODEL_TYPES[base], {"tokenizer_class": name, **options, **config}, beside)
            if outcome not in outcomes:
                outcomes.append(outcome)
            row += NAMES[outcomes.index(outcome)]
        rows.append(row)
    print(name, len(outcomes))
    return dict(base=base, model_type=MODEL_TYPES[base], options=options, rows=rows, outcomes=outcomes)


def one_a_line(values):
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=True) for value in values) + "]"


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    tables = ",\n".join(
        '"%s": {"base": "%s", "model_type": "%s", "options": %s,\n"rows": %s,\n"outcomes": %s}'
        % (n, t["base"], t["model_type"], json.dumps(t["options"]), one_a_line(t["rows"]), one_a_line(t["outcomes"]))
        for n, t in ((name, table(name)) for name in CLASSES)
    )
    write(
        os.path.dirname(os.path.abspath(sys.argv[1])),
        os.path.basename(sys.argv[1]),
        '{"text": "%s",\n"names": %s,\n"configs": %s,\n"beside": %s,\n"classes": {\n%s}}\n'
        % (TEXT, json.dumps(NAMES), one_a_line(CONFIGS), one_a_line(BESIDE), tables),
    )
