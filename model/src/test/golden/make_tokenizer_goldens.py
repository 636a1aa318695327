"""Writes small tokenizers, what tokenizer_config.json may say about them, and the ids that transformers then gives.

    pip install -r requirements.txt
    python make_tokenizer_goldens.py ../resources/golden-tokenizers

    bases/NAME.json   a tokenizer.json; what tokenizer_config.json overrides differs visibly from it
    cases.json        texts, and for each case the files of its directory and what AutoTokenizer makes of it:
        ids             of each text, special tokens included
        cut             of the longest text, cut to 9 tokens
        prompt_length   tokens of a prompt alone, without a special one at its end, as sentence-transformers counts

Nothing here is trained by the library, whose trainers differ from run to run.
"""

import json
import os
import shutil
import sys
import tempfile
from collections import Counter

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer

CORPUS = [
    "The job reads a topic of short messages and writes one vector for each of them.",
    "Every partition keeps its own order; the Order and the offset are kept.",
    "Der Fluss treibt das Mühlrad. La rivière fait tourner la roue. El río mueve la rueda.",
    "水が水車を回す。Река вращает колесо.",
    "How do I reset my password? It's 10 o'clock, don't wait 503 times.",
    "naïve café façade résumé naive cafe facade resume",
]

TEXTS = [
    "The river turns the wheel.",
    "How do I reset my Password?",
    "",
    " leading and  double   spaces \n and a newline\r\n ",
    "MIXED Case, don't (and) [brackets] `` quoted '' 503",
    "naïve Café façade résumé re\u0301sume\u0301",
    "水が水車を回す。",
    "Река вращает Колесо",
    "\ufb01ne \u210d \uff21\uff22\uff23 \u00a0nbsp\u2028line",
    "emoji 🚀 and 👩‍👧",
    "tab\tbell\u0007 zero\u200bwidth\u00ad soft",
    "<s> a </s> <pad> <unk> <mask> b",
    "[CLS] a [SEP] [PAD] [UNK] [MASK] b",
    "<mask>x <mask> x<mask> <extra_id_0> <new> NEW",
    "<|endoftext|> a<|im_end|> <bos> b <eos>",
    "▁under ▁ score",
    "<s>x</s>y<eos>z [CLS]w[SEP]v",
    "hello,world;it's 1234.5",
    "the order of the order of the order of the order of the order of the order",
]

PROMPT = "query: "


def words(corpus):
    return Counter(word for sentence in corpus for word in sentence.split())


def pieces(count, mark=""):
    """The parts of words that save most, alike in every run."""
    found = Counter()
    for word, times in words(CORPUS + [sentence.lower() for sentence in CORPUS]).items():
        word = mark + word
        for start in range(len(word)):
            for end in range(start + 2, min(len(word), start + 6) + 1):
                found[word[start:end]] += times * (end - start - 1)
    return sorted(found, key=lambda piece: (-found[piece], piece))[:count]


def characters(mark=""):
    return sorted({character for sentence in CORPUS for character in sentence + sentence.lower()} - {" "}) + list(mark)


def wordpiece(special):
    found = Counter()
    for word, times in words(CORPUS + [sentence.lower() for sentence in CORPUS]).items():
        for start in range(len(word)):
            for end in range(start + 2, min(len(word), start + 6) + 1):
                found[("##" if start else "") + word[start:end]] += times * (end - start - 1)
    best = sorted(found, key=lambda piece: (-found[piece], piece))[:120]
    single = [mark + character for character in characters() for mark in ("", "##")]
    tokens = list(dict.fromkeys([*special, *single, *best]))
    return {token: index for index, token in enumerate(tokens)}


def bpe(symbols, texts, special, count):
    """Plain byte-pair encoding, ties broken by name."""
    split = {word: list(word) for word in texts}
    merges, vocabulary = [], list(dict.fromkeys([*special, *symbols]))
    for _ in range(count):
        pairs = Counter()
        for word, times in texts.items():
            for pair in zip(split[word], split[word][1:]):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        if "".join(best) not in vocabulary:
            vocabulary.append("".join(best))
        for word, parts in split.items():
            merged, index = [], 0
            while index < len(parts):
                if tuple(parts[index : index + 2]) == best:
                    merged.append("".join(best))
                    index += 2
                else:
                    merged.append(parts[index])
                    index += 1
            split[word] = merged
    return {token: index for index, token in enumerate(vocabulary)}, merges


def byte_level(special, count=120):
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    texts = Counter()
    for sentence in CORPUS:
        for word, _ in to_bytes.pre_tokenize_str(sentence):
            texts[word] += 1
    return bpe(sorted(pre_tokenizers.ByteLevel.alphabet()), texts, special, count)


def template(tokenizer, before, after):
    used = dict.fromkeys(before + after)
    return processors.TemplateProcessing(
        single=[*before, "$A", *after],
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in used],
    )


def add_special(tokenizer, special):
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])


def wordpiece_base(special, before, after):
    tokenizer = Tokenizer(models.WordPiece(wordpiece(special), unk_token="[UNK]", max_input_chars_per_word=30))
    # Unlike BertNormalizer's default, so that it shows which of both is used.
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("ü", "ue")])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.decoder = decoders.WordPiece()
    add_special(tokenizer, special)
    tokenizer.post_processor = template(tokenizer, before, after)
    tokenizer.enable_truncation(3, direction="left")
    tokenizer.enable_padding(length=50, pad_id=1, pad_token="[PAD]")
    return tokenizer


def byte_level_base(special, before, after):
    vocabulary, merges = byte_level(special)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token=special[0], ignore_merges=True))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    add_special(tokenizer, special)
    if before or after:
        tokenizer.post_processor = template(tokenizer, before, after)
    return tokenizer


def unigram_base(special, unknown, before, after):
    texts = dict.fromkeys([*characters("▁"), *pieces(150, "▁")])
    vocabulary = [(token, 0.0) for token in special]
    vocabulary += [(piece, -2.0 - 0.05 * index) for index, piece in enumerate(reversed(texts))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=special.index(unknown), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    add_special(tokenizer, special)
    tokenizer.post_processor = template(tokenizer, before, after)
    return tokenizer


def metaspace_bpe_base(special, before, after):
    texts = Counter({"▁" + word: times for word, times in words(CORPUS).items()})
    hexadecimal = [f"<0x{value:02X}>" for value in range(256)]
    vocabulary, merges = bpe([*hexadecimal, "▁", *characters()], texts, special, 120)
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    add_special(tokenizer, special)
    tokenizer.post_processor = template(tokenizer, before, after)
    return tokenizer


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MPNET = ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
ALBERT = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
T5 = ["<pad>", "</s>", "<unk>"]
DEBERTA = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
QWEN = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LLAMA = ["<unk>", "<s>", "</s>"]
GEMMA = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]

# The templates are not the classes' own, so that it shows which of both is used.
BASES = {
    "bert": lambda: wordpiece_base(BERT, ["[CLS]"], ["[SEP]", "[SEP]"]),
    "mpnet": lambda: wordpiece_base(MPNET, ["<s>"], []),
    "roberta": lambda: byte_level_base(ROBERTA, ["<s>"], []),
    "qwen": lambda: byte_level_base(QWEN, [], ["<|endoftext|>"]),
    "qwen-plain": lambda: byte_level_base(QWEN, [], []),
    "xlm-roberta": lambda: unigram_base(ROBERTA, "<unk>", ["<s>"], []),
    "albert": lambda: unigram_base(ALBERT, "<unk>", ["[CLS]"], []),
    "t5": lambda: unigram_base(T5, "<unk>", ["</s>"], ["</s>"]),
    "deberta": lambda: unigram_base(DEBERTA, "[UNK]", ["[CLS]"], []),
    "llama": lambda: metaspace_bpe_base(LLAMA, ["<s>"], ["</s>"]),
    "gemma": lambda: metaspace_bpe_base(GEMMA, ["<bos>"], ["<eos>"]),
}


def case(base, model_type, tokenizer_class=None, files=None, **options):
    config = {**({"tokenizer_class": tokenizer_class} if tokenizer_class else {}), **options}
    return dict(
        base=base, config={"model_type": model_type}, files={"tokenizer_config.json": config, **(files or {})}
    )


def added(content, **flags):
    return {
        "content": content,
        "lstrip": False,
        "normalized": False,
        "rstrip": False,
        "single_word": False,
        "special": True,
        **flags,
    }


ANY = "PreTrainedTokenizerFast"
BERT_NAMES = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")

CASES = {
    # WordPiece
    "bert": case("bert", "bert", "BertTokenizer"),
    "bert-fast": case("bert", "bert", "BertTokenizerFast", do_lower_case=False),
    "bert-no-class": case("bert", "bert", **BERT_NAMES),
    "bert-no-config": {"base": "bert", "config": {"model_type": "bert"}, "files": {}},
    "bert-class-in-config": {"base": "bert", "config": {"model_type": "bert", "tokenizer_class": ANY}, "files": {}},
    "bert-as-it-is": case("bert", "bert", ANY, do_lower_case=True, **BERT_NAMES),
    "bert-backend": case("bert", "bert", "TokenizersBackend", strip_accents=True),
    "bert-unknown-class": case("bert", "bert", "NomicBertTokenizer", do_lower_case=False),
    "bert-accents": case("bert", "bert", "BertTokenizer", strip_accents=False),
    "bert-cased-stripped": case("bert", "bert", "BertTokenizer", do_lower_case=False, strip_accents=True),
    "bert-chinese": case("bert", "bert", "BertTokenizer", tokenize_chinese_chars=False),
    "bert-other-specials": case("bert", "bert", "BertTokenizer", cls_token="[MASK]", sep_token="[PAD]"),
    "bert-new-cls": case("bert", "bert", "BertTokenizer", cls_token="<new>"),
    "bert-new-cls-and-sep": case("bert", "bert", "BertTokenizer", cls_token="<new>", sep_token="NEW"),
    "bert-as-it-is-new-cls": case("bert", "bert", ANY, cls_token="<new>"),
    "bert-added": case(
        "bert",
        "bert",
        "BertTokenizer",
        added_tokens_decoder={
            "0": added("[PAD]"),
            "1": added("[UNK]"),
            "2": added("[CLS]"),
            "3": added("[SEP]"),
            "4": added("[MASK]", lstrip=True),
            "300": added("<new>", special=False, normalized=True),
            "301": added("NEW", special=False, normalized=True, single_word=True),
        },
    ),
    "bert-added-as-it-is": case(
        "bert",
        "bert",
        ANY,
        added_tokens_decoder={"4": added("[MASK]", lstrip=True, rstrip=True), "300": added("<new>", special=False)},
    ),
    "bert-map": case(
        "bert",
        "bert",
        "BertTokenizer",
        files={
            "special_tokens_map.json": {
                "cls_token": "[MASK]",
                "mask_token": added("<mask>", lstrip=True),
                "unk_token": "[UNK]",
            },
            "added_tokens.json": {"<new>": 400, "NEW": 401},
        },
    ),
    "bert-map-not-read": case(
        "bert",
        "bert",
        "BertTokenizer",
        added_tokens_decoder={"4": added("[MASK]")},
        files={"special_tokens_map.json": {"cls_token": "[MASK]"}},
    ),
    "bert-extra": case("bert", "bert", "BertTokenizer", additional_special_tokens=["<new>", "x"]),
    "bert-extra-named": case("bert", "bert", ANY, extra_special_tokens={"image_token": "NEW"}, box_token="<new>"),
    "distilbert": case("bert", "distilbert", "DistilBertTokenizer"),
    "distilbert-no-class": case("bert", "distilbert"),
    "electra": case("bert", "electra", "ElectraTokenizerFast", do_lower_case=False),
    "nomic": case("bert", "nomic_bert", "BertTokenizer"),
    "nomic-no-class": case("bert", "nomic_bert"),
    "new": case("bert", "new", "BertTokenizer"),
    "mpnet": case("mpnet", "mpnet", "MPNetTokenizer"),
    "mpnet-fast": case("mpnet", "mpnet", "MPNetTokenizerFast", do_lower_case=False, strip_accents=True),
    "mpnet-no-class": case("mpnet", "mpnet"),
    "mpnet-as-it-is": case("mpnet", "mpnet", ANY),
    # Byte-level BPE
    "roberta": case("roberta", "roberta", "RobertaTokenizer"),
    "roberta-fast-prefix": case("roberta", "roberta", "RobertaTokenizerFast", add_prefix_space=True),
    "roberta-no-class": case("roberta", "roberta", trim_offsets=False),
    "roberta-as-it-is": case("roberta", "roberta", ANY, add_prefix_space=False),
    "roberta-mask": case(
        "roberta",
        "roberta",
        "RobertaTokenizer",
        mask_token={"__type": "AddedToken", **added("<mask>", lstrip=True)},
        add_bos_token=False,
    ),
    "roberta-other-specials": case("roberta", "roberta", "RobertaTokenizer", cls_token="<unk>", sep_token="<new>"),
    "camembert-bpe-longformer": case("roberta", "roberta", "LongformerTokenizer"),
    "modernbert": case("roberta", "modernbert", ANY, add_prefix_space=False),
    "modernbert-wrong-class": case("roberta", "modernbert", "RobertaTokenizer"),
    "modernbert-no-class": case("roberta", "modernbert"),
    "gpt2": case("qwen", "gpt2", "GPT2Tokenizer"),
    "qwen2": case("qwen", "qwen2", "Qwen2Tokenizer"),
    "qwen2-forced": case("qwen", "qwen2", ANY),
    "qwen2-fast-prefix": case("qwen", "qwen2", "Qwen2TokenizerFast", add_prefix_space=True, eos_token="<|im_end|>"),
    "qwen3": case(
        "qwen",
        "qwen3",
        "Qwen2Tokenizer",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        bos_token=None,
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
    ),
    "qwen3-plain": case("qwen-plain", "qwen3", "Qwen2Tokenizer", add_eos_token=True),
    "qwen3-as-it-is": case("qwen", "qwen3", "TokenizersBackend"),
    "qwen3-no-class": case("qwen", "qwen3"),
    "eurobert": case("qwen", "eurobert", ANY, bos_token="<|im_start|>"),
    "eurobert-no-class": case("qwen", "eurobert"),
    # Unigram
    "xlm-roberta": case("xlm-roberta", "xlm-roberta", "XLMRobertaTokenizer"),
    "xlm-roberta-fast-no-prefix": case("xlm-roberta", "xlm-roberta", "XLMRobertaTokenizerFast", add_prefix_space=False),
    "xlm-roberta-no-class": case("xlm-roberta", "xlm-roberta"),
    "xlm-roberta-as-it-is": case("xlm-roberta", "xlm-roberta", ANY),
    "xlm-roberta-other-specials": case("xlm-roberta", "xlm-roberta", "XLMRobertaTokenizer", eos_token="<mask>"),
    "gte": case("xlm-roberta", "gte", "XLMRobertaTokenizerFast"),
    "gte-bert": case("bert", "gte", "BertTokenizer"),
    "jina-v3": case("xlm-roberta", "jina_embeddings_v3", "XLMRobertaTokenizerFast"),
    "camembert": case("xlm-roberta", "camembert", "CamembertTokenizer"),
    "camembert-fast-no-prefix": case(
        "xlm-roberta",
        "camembert",
        "CamembertTokenizerFast",
        add_prefix_space=False,
        additional_special_tokens=["<new>"],
        added_tokens_decoder={},
    ),
    "camembert-no-class": case("xlm-roberta", "camembert"),
    "albert": case("albert", "albert", "AlbertTokenizer"),
    "albert-fast-cased": case("albert", "albert", "AlbertTokenizerFast", do_lower_case=False),
    "albert-accents": case("albert", "albert", "AlbertTokenizer", keep_accents=True, add_prefix_space=False),
    "albert-no-class": case("albert", "albert"),
    "albert-as-it-is": case("albert", "albert", ANY),
    "t5": case("t5", "t5", "T5Tokenizer", extra_ids=2),
    "t5-fast": case("t5", "t5", "T5TokenizerFast", additional_special_tokens=["<extra_id_0>"], extra_ids=1),
    "t5-no-class": case("t5", "t5"),
    "mt5": case("t5", "mt5", "T5Tokenizer", extra_ids=0),
    "t5-as-it-is": case("t5", "t5", ANY, eos_token="</s>"),
    "umt5": case("t5", "umt5", "T5Tokenizer"),
    "deberta-v2": case("deberta", "deberta-v2", "DebertaV2Tokenizer"),
    "deberta-v2-fast-lower": case(
        "deberta", "deberta-v2", "DebertaV2TokenizerFast", do_lower_case=True, split_by_punct=True
    ),
    "deberta-v2-no-prefix": case("deberta", "deberta-v2", "DebertaV2Tokenizer", add_prefix_space=False, unk_id=3),
    "deberta-v2-no-class": case("deberta", "deberta-v2"),
    "deberta-v2-as-it-is": case("deberta", "deberta-v2", ANY),
    # BPE with Metaspace
    "llama": case("llama", "llama", "LlamaTokenizer"),
    "llama-fast-legacy": case("llama", "llama", "LlamaTokenizerFast", legacy=True, add_eos_token=True),
    "llama-no-prefix": case("llama", "llama", "LlamaTokenizer", add_prefix_space=False, add_bos_token=False),
    "llama-as-it-is": case("llama", "llama", ANY),
    "llama-no-class": case("llama", "llama"),
    "mistral": case("llama", "mistral", "LlamaTokenizer"),
    "mistral-no-class": case("llama", "mistral"),
    "gemma3": case("gemma", "gemma3_text", "GemmaTokenizer"),
    "gemma3-fast": case("gemma", "gemma3_text", "GemmaTokenizerFast", unk_token="<mask>"),
    "gemma3-no-class": case("gemma", "gemma3_text", boi_token="<new>"),
    "gemma3-as-it-is": case("gemma", "gemma3_text", "TokenizersBackend"),
    # Cuts
    "bert-left": case("bert", "bert", "BertTokenizer", truncation_side="left"),
    "bert-left-by-json": case("bert", "bert", ANY),
    "t5-left": case("t5", "t5", ANY, truncation_side="left"),
    "roberta-left": case("roberta", "roberta", "RobertaTokenizer", truncation_side="left"),
    # Older directories without tokenizer.json
    "bert-vocab": case("bert", "bert", "BertTokenizer", do_lower_case=False, files={"vocab.txt": None}),
    "bert-vocab-no-config": {"base": "bert", "config": {"model_type": "bert"}, "files": {"vocab.txt": None}},
    "mpnet-vocab": case("mpnet", "mpnet", "MPNetTokenizer", files={"vocab.txt": None}),
    "roberta-vocab": case("roberta", "roberta", files={"vocab.json": None, "merges.txt": None}),
    "roberta-vocab-map": case(
        "roberta",
        "roberta",
        "RobertaTokenizer",
        files={
            "vocab.json": None,
            "merges.txt": None,
            "special_tokens_map.json": {"mask_token": added("<mask>", lstrip=True)},
            "added_tokens.json": {"NEW": 900},
        },
    ),
    "qwen2-vocab": case("qwen", "qwen2", "Qwen2Tokenizer", files={"vocab.json": None, "merges.txt": None}),
    "qwen3-vocab-eos": case(
        "qwen",
        "qwen3",
        "Qwen2Tokenizer",
        add_eos_token=True,
        files={"vocab.json": None, "merges.txt": None},
        added_tokens_decoder={"0": added("<|endoftext|>"), "1": added("<|im_start|>"), "2": added("<|im_end|>")},
    ),
}


def vocabulary_files(tokenizer):
    """What slow tokenizers wrote."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    return {
        "vocab.txt": "".join(token + "\n" for token in tokens),
        "vocab.json": json.dumps(model["vocab"], ensure_ascii=False),
        "merges.txt": "#version: 0.2\n" + "".join(" ".join(merge) + "\n" for merge in model.get("merges", [])),
    }


def expectations(name, spec, tokenizer, directory):
    write(directory, "config.json", json.dumps(spec["config"]))
    old = any(content is None for content in spec["files"].values())
    if not old:
        write(directory, "tokenizer.json", tokenizer.to_str())
    for file, content in spec["files"].items():
        if content is None:
            write(directory, file, vocabulary_files(tokenizer)[file])
        else:
            write(directory, file, json.dumps(content))
    try:
        loaded = AutoTokenizer.from_pretrained(directory)
        ids = [loaded(text)["input_ids"] for text in TEXTS]
    except Exception as e:  # the reference cannot either
        print(name, "fails:", type(e).__name__, str(e)[:200])
        return None
    prompt = loaded(PROMPT)["input_ids"]
    length = len(prompt) - (1 if prompt[-1] in loaded.all_special_ids else 0)
    longest = max(TEXTS, key=len)
    cut = loaded(longest, truncation=True, max_length=9)["input_ids"]
    print(name, type(loaded).__name__, len(loaded))
    return dict(**spec, ids=ids, cut=cut, prompt_length=length)


def write(directory, name, text):
    with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    output = sys.argv[1]
    shutil.rmtree(output, ignore_errors=True)
    os.makedirs(os.path.join(output, "bases"))
    bases = {name: make() for name, make in BASES.items()}
    for name, tokenizer in bases.items():
        write(os.path.join(output, "bases"), name + ".json", tokenizer.to_str())
    cases = {}
    for name, spec in CASES.items():
        with tempfile.TemporaryDirectory() as directory:
            result = expectations(name, spec, bases[spec["base"]], directory)
            if result is not None:
                cases[name] = result
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(spec, ensure_ascii=True)}" for name, spec in cases.items())
    write(
        output,
        "cases.json",
        '{"texts": %s,\n"prompt": %s,\n"cases": {\n%s\n}}\n' % (json.dumps(TEXTS), json.dumps(PROMPT), lines),
    )
