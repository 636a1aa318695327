"""Small tokenizers of the three other families, grown here because the library's trainers differ from run to run."""

from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

FAIRSEQ = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
FAIRSEQ_NAMES = dict(
    bos_token="<s>",
    eos_token="</s>",
    cls_token="<s>",
    sep_token="</s>",
    pad_token="<pad>",
    unk_token="<unk>",
    mask_token="<mask>",
)
QWEN = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
QWEN_NAMES = dict(eos_token="<|im_end|>", pad_token="<|endoftext|>")
QWEN_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
MERGES = 40
PIECES = 120


def words_of(corpus, pre_tokenizer):
    return Counter(word for sentence in corpus for word, _ in pre_tokenizer.pre_tokenize_str(sentence))


def byte_bpe(corpus, pre_tokenizer, special):
    """Merges the most frequent pair again and again; of equally frequent ones the first in the alphabet."""
    words = {tuple(word): count for word, count in words_of(corpus, pre_tokenizer).items()}
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = []
    for _ in range(MERGES):
        pairs = Counter()
        for parts, count in words.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = {merged(parts, best): count for parts, count in words.items()}
    tokens = [*special, *alphabet, *("".join(pair) for pair in merges)]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    return Tokenizer(models.BPE(vocab=vocabulary, merges=merges))


def merged(parts, pair):
    result, i = [], 0
    while i < len(parts):
        if parts[i : i + 2] == pair:
            result.append(parts[i] + parts[i + 1])
            i += 2
        else:
            result.append(parts[i])
            i += 1
    return tuple(result)


def roberta(corpus):
    pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = byte_bpe(corpus, pre_tokenizer, FAIRSEQ)
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer, FAIRSEQ_NAMES


def qwen(corpus):
    pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer = byte_bpe(corpus, pre_tokenizer, QWEN)
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="$A <|endoftext|>",
                pair="$A $B <|endoftext|>",
                special_tokens=[("<|endoftext|>", 0)],
            ),
        ]
    )
    return tokenizer, QWEN_NAMES


def unigram(corpus):
    """Single characters, then the pieces of words that save most, each with a score by its frequency."""
    normalizer = normalizers.NFKC()
    pre_tokenizer = pre_tokenizers.Metaspace()
    pieces = Counter()
    for word, count in words_of([normalizer.normalize_str(text) for text in corpus], pre_tokenizer).items():
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + 8) + 1):
                pieces[word[start:end]] += count
    characters = sorted(piece for piece in pieces if len(piece) == 1)
    longer = [piece for piece in pieces if len(piece) > 1]
    best = sorted(longer, key=lambda piece: (-pieces[piece] * (len(piece) - 1), piece))[:PIECES]
    scored = [(piece, -10 + min(pieces[piece], 9) / 8 + len(piece) - 1) for piece in [*characters, *best]]
    vocabulary = [(token, 0.0) for token in FAIRSEQ] + scored
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.add_special_tokens(FAIRSEQ)
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def xlm_roberta(corpus):
    tokenizer = unigram(corpus)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer, FAIRSEQ_NAMES


def t5(corpus):
    tokenizer = unigram(corpus)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 2)]
    )
    return tokenizer, FAIRSEQ_NAMES
