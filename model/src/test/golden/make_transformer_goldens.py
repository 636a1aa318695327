"""Writes small directories of `model_type: "transformer"` with random weights, and what their papers make of them.

    pip install -r requirements.txt
    python make_transformer_goldens.py ../resources/golden

The form is that of make_goldens.py. The oracle is torch.nn.TransformerEncoder where it can do what a case asks for
(`torch=True`), and else what stands below: each variant as its paper says it, one text at a time and so without padding,
in float64. The same versions give the same files, byte for byte.
"""

import json
import math
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

from make_goldens import MAX_SEQ_LENGTH, SPECIAL, TEXTS, grow_tokenizer, rounded, write_json
from shared_files import share

BASE = dict(
    hidden_size=32,
    num_attention_heads=4,
    num_hidden_layers=2,
    intermediate_size=48,
    max_position_embeddings=72,
)
ALL_TEXTS = TEXTS
TEXTS = [text for index, text in enumerate(ALL_TEXTS) if index in (0, 2, 3, 5, 7, 12, 13, 15, 16, 18)]

# One case: (oracle is torch's module, settings). Together they say every setting at least once.
CASES = {
    "classic": (True, {}),
    "torch-post-gelu": (True, dict(hidden_act="gelu", position_embedding_type="learned", type_vocab_size=2,
                                   embedding_norm=True, final_norm=True, scale_embedding=False)),
    "torch-pre-gelu": (True, dict(hidden_act="gelu", norm_position="pre", position_embedding_type="learned",
                                  scale_embedding=False, mask_value="-1e9", layer_norm_eps=1e-3)),
    "torch-pre-relu": (True, dict(norm_position="pre", final_norm=False, position_embedding_type="sinusoidal_halves",
                                  attention_bias=False, mlp_bias=False, norm_bias=False)),
    "torch-causal": (True, dict(is_causal=True, mask_value="-1e20")),
    "llama-like": (False, dict(position_embedding_type="rotary", norm_type="rms_norm", hidden_act="swiglu",
                               num_key_value_heads=2, qkv_projection="separate", norm_position="pre",
                               attention_bias=False, mlp_bias=False, scale_embedding=False)),
    "rotary-interleaved": (False, dict(position_embedding_type="rotary", rope_interleaved=True, rope_theta=500.0,
                                       num_key_value_heads=1, hidden_act="geglu", head_dim=12)),
    "rotary-causal": (False, dict(position_embedding_type="rotary", hidden_act="gelu_new", gated=True,
                                  qkv_bias=False, is_causal=True)),
    "alibi": (False, dict(position_embedding_type="alibi", num_attention_heads=6, head_dim=8, hidden_act="silu")),
    "alibi-causal": (False, dict(position_embedding_type="alibi", hidden_act="gelu_new", norm_position="pre",
                                 norm_type="rms_norm", norm_bias=True, is_causal=True)),
    "no-positions": (False, dict(position_embedding_type="none", hidden_act="glu", embedding_norm=True,
                                 qkv_projection="separate")),
    "reglu": (False, dict(position_embedding_type="sinusoidal_halves", hidden_act="reglu", attention_scale="model")),
    "bilinear": (False, dict(position_embedding_type="learned", hidden_act="bilinear", norm_position="pre",
                             mlp_bias=False)),
    "shared-heads": (False, dict(qkv_projection="shared", attention_scale="model", mask_value="-1e20",
                                 position_embedding_type="learned", scale_embedding=False)),
    "shared-layers": (False, dict(share_layers=True, num_hidden_layers=3, mask_value="-1e9", type_vocab_size=1)),
    "window": (False, dict(attention_type="sliding_window", attention_window=8, mask_value="-inf")),
    "window-global": (False, dict(attention_type="sliding_window", attention_window=6, num_global_tokens=2,
                                  position_embedding_type="rotary", mask_value="-1e9")),
    "window-causal": (False, dict(attention_type="sliding_window", attention_window=10, is_causal=True,
                                  position_embedding_type="alibi", mask_value="-1e20", norm_position="pre")),
    "blocks": (False, dict(attention_type="block_sparse", attention_block_size=4, num_window_blocks=3,
                           num_global_blocks=1, position_embedding_type="learned")),
    "blocks-random": (False, dict(attention_type="block_sparse", attention_block_size=3, num_window_blocks=1,
                                  num_global_blocks=0, num_random_blocks=2, random_blocks_seed=7,
                                  position_embedding_type="rotary", num_key_value_heads=2, mask_value="-inf")),
    "blocks-causal": (False, dict(attention_type="block_sparse", attention_block_size=5, num_window_blocks=3,
                                  num_global_blocks=1, num_random_blocks=1, is_causal=True)),
    "linear": (False, dict(attention_type="linear")),
    "linear-causal": (False, dict(attention_type="linear", is_causal=True, num_key_value_heads=2,
                                  position_embedding_type="rotary", norm_position="pre", attention_epsilon=1e-3)),
    "performer": (False, dict(attention_type="performer", attention_scale="model", hidden_act="gelu")),
    "performer-seed": (False, dict(attention_type="performer", performer_features=21, performer_seed=11,
                                   qkv_projection="shared", attention_epsilon=1e-2)),
    "performer-causal": (False, dict(attention_type="performer", performer_features=30, is_causal=True,
                                     position_embedding_type="learned", norm_type="rms_norm")),
    "linformer": (False, dict(attention_type="linformer", linformer_size=10)),
    "linformer-shared": (False, dict(attention_type="linformer", linformer_size=7, share_layers=True,
                                     position_embedding_type="none", attention_scale="model",
                                     num_key_value_heads=2, norm_position="pre", hidden_act="gelu")),
}

# A module inside a model of one's own: its tensors have its name before theirs.
INSIDE = {"torch-causal": "transformer_encoder.", "torch-pre-gelu": "encoder."}

# Cases whose tensors are those of the first, in names and shapes: they have its weights.
LIKE_CLASSIC = {"window", "window-global", "blocks-causal", "linear"}

DEFAULTS = dict(
    num_key_value_heads=None, head_dim=None, type_vocab_size=0, layer_norm_eps=1e-5,
    position_embedding_type="sinusoidal", rope_interleaved=False, rope_theta=10000.0,
    scale_embedding=True, embedding_norm=False,
    norm_position="post", final_norm=None, norm_type="layer_norm", norm_bias=None,
    hidden_act="relu", gated=None, mlp_bias=True,
    qkv_projection="packed", attention_bias=True, qkv_bias=None,
    attention_type="full", is_causal=False, attention_scale="head", mask_value="-inf",
    attention_window=512, num_global_tokens=0,
    attention_block_size=64, num_window_blocks=3, num_global_blocks=1, num_random_blocks=0, random_blocks_seed=0,
    attention_epsilon=None, performer_features=None, performer_seed=None, linformer_size=256,
    share_layers=False,
)  # fmt: skip
GLU = {"glu": "sigmoid", "bilinear": "identity", "reglu": "relu", "geglu": "gelu", "swiglu": "silu"}


class Settings:
    """What config.json says, and what it means where it says nothing."""

    def __init__(self, said):
        self.__dict__.update(DEFAULTS)
        self.__dict__.update(said)
        self.heads = self.num_attention_heads
        self.kv_heads = self.num_key_value_heads or self.heads
        self.head = self.head_dim or self.hidden_size // self.heads
        self.pre = self.norm_position == "pre"
        self.rms = self.norm_type == "rms_norm"
        self.shared = self.qkv_projection == "shared"
        self.final = self.pre if self.final_norm is None else self.final_norm
        self.offsets = not self.rms if self.norm_bias is None else self.norm_bias
        self.gate = self.hidden_act in GLU if self.gated is None else self.gated
        self.act = GLU.get(self.hidden_act, self.hidden_act)
        self.qkv_has_bias = (self.attention_bias and not self.shared) if self.qkv_bias is None else self.qkv_bias
        self.features = self.performer_features or int(self.head * math.log(self.head))
        self.epsilon = self.attention_epsilon or (1e-6 if self.attention_type == "linear" else 1e-4)
        self.scale = (self.head if self.attention_scale == "head" else self.hidden_size) ** -0.5


# Weights: random, none left at a default.


class Weights:
    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.tensors = {}

    def matrix(self, name, *shape, scale=None):
        scale = scale or 1.2 / math.sqrt(shape[-1])
        self.tensors[name] = (self.random.standard_normal(shape) * scale).astype(np.float32)

    def vector(self, name, size, around):
        noise = self.random.standard_normal(size) * 0.2
        self.tensors[name] = (around + noise).astype(np.float32)

    def linear(self, name, out, width, bias):
        self.matrix(name + ".weight", out, width)
        if bias:
            self.vector(name + ".bias", out, 0)

    def norm(self, name, c):
        self.vector(name + ".weight", c.hidden_size, 1)
        if c.offsets:
            self.vector(name + ".bias", c.hidden_size, 0)


def random_weights(c, seed):
    w = Weights(seed)
    h, q, kv = c.hidden_size, c.heads * c.head, c.kv_heads * c.head
    w.matrix("embeddings.word_embeddings.weight", c.vocab_size, h, scale=0.2 if c.scale_embedding else 0.8)
    if c.position_embedding_type == "learned":
        w.matrix("embeddings.position_embeddings.weight", c.max_position_embeddings, h, scale=0.7)
    if c.type_vocab_size:
        w.matrix("embeddings.token_type_embeddings.weight", c.type_vocab_size, h, scale=0.5)
    if c.embedding_norm:
        w.norm("embeddings.norm", c)
    for i in range(1 if c.share_layers else c.num_hidden_layers):
        p = f"layers.{i}."
        a = p + "self_attn."
        if c.qkv_projection == "packed":
            w.matrix(a + "in_proj_weight", q + 2 * kv, h)
            if c.qkv_has_bias:
                w.vector(a + "in_proj_bias", q + 2 * kv, 0)
        else:
            for name, out in (("q", q), ("k", kv), ("v", kv)):
                w.linear(a + name + "_proj", *((c.head, c.head) if c.shared else (out, h)), c.qkv_has_bias)
        w.linear(a + "out_proj", h, q, c.attention_bias)
        if c.attention_type == "performer" and c.performer_seed is None:
            w.matrix(a + "projection_matrix", c.features, c.head, scale=1)
        if c.attention_type == "linformer":
            for name in ("linformer_k", "linformer_v"):
                w.matrix(a + name + ".weight", c.linformer_size, c.max_position_embeddings, scale=0.4)
        w.linear(p + "linear1", c.intermediate_size, h, c.mlp_bias)
        if c.gate:
            w.linear(p + "linear_gate", c.intermediate_size, h, c.mlp_bias)
        w.linear(p + "linear2", h, c.intermediate_size, c.mlp_bias)
        w.norm(p + "norm1", c)
        w.norm(p + "norm2", c)
    if c.final:
        w.norm("norm", c)
    return w.tensors


# The papers. x: [tokens, hidden]; heads: [heads, tokens, head].

erf = np.vectorize(math.erf)
sigmoid = lambda x: 1 / (1 + np.exp(-x))
ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * 0.5 * (1 + erf(x / math.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}


def sinusoids(c, n):
    """1706.03762, section 3.5; in halves as tensor2tensor's get_timing_signal_1d."""
    d = c.hidden_size
    table = np.zeros((n, d))
    for p in range(n):
        for i in range(d // 2):
            if c.position_embedding_type == "sinusoidal":
                angle = p / 10000 ** (2 * i / d)
                table[p, 2 * i], table[p, 2 * i + 1] = math.sin(angle), math.cos(angle)
            else:
                angle = p * 10000 ** (-i / (d // 2 - 1))
                table[p, i], table[p, d // 2 + i] = math.sin(angle), math.cos(angle)
    return table


def embed(c, w, ids):
    x = w["embeddings.word_embeddings.weight"][ids]
    if c.scale_embedding:
        x = x * math.sqrt(c.hidden_size)
    if c.position_embedding_type.startswith("sinusoidal"):
        x = x + sinusoids(c, len(ids))
    if c.position_embedding_type == "learned":
        x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
    if c.type_vocab_size:
        x = x + w["embeddings.token_type_embeddings.weight"][0]
    return norm(c, w, "embeddings.norm", x) if c.embedding_norm else x


def norm(c, w, name, x):
    """1607.06450; 1910.07467."""
    if not c.rms:
        x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + c.layer_norm_eps)
    return x * w[name + ".weight"] + (w[name + ".bias"] if c.offsets else 0)


def linear(w, name, x):
    return x @ w[name + ".weight"].T + w.get(name + ".bias", 0)


def split(x, heads):
    return np.stack(np.split(x, heads, axis=-1))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def rotated(c, heads):
    """2104.09864: the plane of a pair turned by position · θ^(-2i/d), as a complex number."""
    count, n, d = heads.shape
    result = np.empty_like(heads)
    for i in range(d // 2):
        a, b = (2 * i, 2 * i + 1) if c.rope_interleaved else (i, i + d // 2)
        turn = np.exp(1j * np.arange(n) * c.rope_theta ** (-2 * i / d))
        z = (heads[:, :, a] + 1j * heads[:, :, b]) * turn
        result[:, :, a], result[:, :, b] = z.real, z.imag
    return result


def alibi(c, n):
    """2108.12409, with its code's slopes for a number of heads that is no power of two."""

    def slopes(count):
        if math.log2(count).is_integer():
            return [2 ** (-8 * (h + 1) / count) for h in range(count)]
        below = 2 ** math.floor(math.log2(count))
        return slopes(below) + slopes(2 * below)[0::2][: count - below]

    distance = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    return -np.array(slopes(c.heads))[:, None, None] * distance


class JavaRandom:
    """java.util.Random, as its documentation says it."""

    def __init__(self, seed):
        self.seed = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)
        self.kept = None

    def next(self, bits):
        self.seed = (self.seed * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        value = self.seed >> (48 - bits)
        return value - (1 << bits) if bits == 32 and value >> 31 else value

    def integer(self, bound):
        if bound & (bound - 1) == 0:
            return (bound * self.next(31)) >> 31
        while True:
            bits = self.next(31)
            if bits - bits % bound + bound - 1 < 1 << 31:
                return bits % bound

    def double(self):
        return ((self.next(26) << 27) + self.next(27)) / (1 << 53)

    def gaussian(self):
        if self.kept is not None:
            kept, self.kept = self.kept, None
            return kept
        while True:
            a, b = 2 * self.double() - 1, 2 * self.double() - 1
            s = a * a + b * b
            if 0 < s < 1:
                factor = math.sqrt(-2 * math.log(s) / s)
                self.kept = b * factor
                return a * factor

    def gaussians(self, rows, columns):
        return np.array([[self.gaussian() for _ in range(columns)] for _ in range(rows)])


def visible(c, n):
    """Which key (column) each query (row) sees. 2004.05150: near and global; 2007.14062: blocks of both, and drawn."""
    see = np.zeros((n, n), bool)
    if c.attention_type == "block_sparse":
        size = c.attention_block_size
        blocks = -(-c.max_position_embeddings // size)
        random = JavaRandom(c.random_blocks_seed)
        drawn = [[random.integer(blocks) for _ in range(c.num_random_blocks)] for _ in range(blocks)]
    for i in range(n):
        for j in range(n):
            if c.attention_type == "sliding_window":
                see[i, j] = abs(i - j) <= c.attention_window // 2 or min(i, j) < c.num_global_tokens
            elif c.attention_type == "block_sparse":
                a, b = i // size, j // size
                near = abs(a - b) <= c.num_window_blocks // 2
                see[i, j] = near or min(a, b) < c.num_global_blocks or b in drawn[a]
            else:
                see[i, j] = True
            if c.is_causal and j > i:
                see[i, j] = False
    return see


def attention(c, w, p, x):
    heads, n = c.heads, len(x)
    if c.shared:
        slices = split(x, heads)
        q, k, v = (slices @ w[f"{p}{name}_proj.weight"].T for name in "qkv")
    elif c.qkv_projection == "separate":
        q, k, v = (
            split(linear(w, f"{p}{name}_proj", x), count)
            for name, count in (("q", heads), ("k", c.kv_heads), ("v", c.kv_heads))
        )
    else:
        packed = x @ w[p + "in_proj_weight"].T + w.get(p + "in_proj_bias", 0)
        at, kv = heads * c.head, c.kv_heads * c.head
        q = split(packed[:, :at], heads)
        k = split(packed[:, at : at + kv], c.kv_heads)
        v = split(packed[:, at + kv :], c.kv_heads)
    if c.position_embedding_type == "rotary":
        q, k = rotated(c, q), rotated(c, k)
    group = heads // c.kv_heads
    out = []
    for h in range(heads):
        out.append(MIXINGS[c.attention_type](c, w, p, q[h], k[h // group], v[h // group], h))
    return linear(w, p + "out_proj", np.concatenate(out, axis=-1))


def full(c, w, p, q, k, v, h):
    """1706.03762."""
    scores = q @ k.T * c.scale
    if c.position_embedding_type == "alibi":
        scores = scores + alibi(c, len(q))[h]
    return softmax(np.where(visible(c, len(q)), scores, float(c.mask_value))) @ v


def elu_plus_one(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))


def running(c, i, n):
    return slice(0, i + 1) if c.is_causal else slice(0, n)


def by_features(c, q, k, v, epsilon):
    """2006.16236, equation 6, and for a causal one equations 8 to 12: one position after the other."""
    result = np.zeros_like(v)
    for i in range(len(v)):
        seen = running(c, i, len(v))
        state = sum(np.outer(a, b) for a, b in zip(k[seen], v[seen]))
        result[i] = q[i] @ state / (q[i] @ k[seen].sum(0) + epsilon)
    return result


def linear_attention(c, w, p, q, k, v, h):
    return by_features(c, elu_plus_one(q), elu_plus_one(k), v, c.epsilon)


def performer(c, w, p, q, k, v, h):
    """2009.14794, equation 5 as its code has it: largest exponents subtracted, each query its own, keys one for all."""
    if c.performer_seed is None:
        omega = w[p + "projection_matrix"]
    else:
        omega = orthogonal(c.features, c.head, JavaRandom(c.performer_seed))
    root = c.scale**0.5

    def phi(x, largest):
        x = x * root
        products = x @ omega.T
        half = (x**2).sum(-1, keepdims=True) / 2
        return len(omega) ** -0.5 * (np.exp(products - half - largest(products)) + c.epsilon)

    keys_largest = (lambda y: 0) if c.is_causal else np.max
    return by_features(c, phi(q, lambda y: y.max(-1, keepdims=True)), phi(k, keys_largest), v, 0)


def orthogonal(rows, d, random):
    """Section 2.4 there: blocks of orthogonal directions, as long as rows of normal numbers."""
    blocks = []
    for begin in range(0, rows, d):
        basis, upper = np.linalg.qr(random.gaussians(d, d).T)
        directions = (basis * np.sign(np.diag(upper))).T
        count = min(d, rows - begin)
        lengths = np.linalg.norm(random.gaussians(count, d), axis=1, keepdims=True)
        blocks.append(directions[:count] * lengths)
    return np.concatenate(blocks)


def linformer(c, w, p, q, k, v, h):
    """2006.04768, equation 7, the text filled up to n positions with zeros."""
    rest = np.zeros((c.max_position_embeddings - len(k), c.head))
    keys = w[p + "linformer_k.weight"] @ np.concatenate([k, rest])
    values = w[p + "linformer_v.weight"] @ np.concatenate([v, rest])
    return softmax(q @ keys.T * c.scale) @ values


MIXINGS = {
    "full": full,
    "sliding_window": full,
    "block_sparse": full,
    "linear": linear_attention,
    "performer": performer,
    "linformer": linformer,
}


def feed_forward(c, w, p, x):
    """Section 3.3 of 1706.03762; with a gate 2002.05202, equations 5 and 6."""
    act = ACTIVATIONS[c.act]
    if c.gate:
        wide = act(linear(w, p + "linear_gate", x)) * linear(w, p + "linear1", x)
    else:
        wide = act(linear(w, p + "linear1", x))
    return linear(w, p + "linear2", wide)


def forward(c, w, ids):
    w = {name: tensor.astype(np.float64) for name, tensor in w.items()}
    x = embed(c, w, ids)
    for i in range(c.num_hidden_layers):
        p = "layers.0." if c.share_layers else f"layers.{i}."
        if c.pre:  # 2002.04745
            x = x + attention(c, w, p + "self_attn.", norm(c, w, p + "norm1", x))
            x = x + feed_forward(c, w, p, norm(c, w, p + "norm2", x))
        else:
            x = norm(c, w, p + "norm1", x + attention(c, w, p + "self_attn.", x))
            x = norm(c, w, p + "norm2", x + feed_forward(c, w, p, x))
    return norm(c, w, "norm", x) if c.final else x


def torch_forward(c, w, ids):
    """The library's own module, which takes our tensors by their names; only the embeddings are from above."""
    bias = c.attention_bias
    assert bias == c.mlp_bias == c.offsets and c.attention_type == "full" and not c.gate
    layer = torch.nn.TransformerEncoderLayer(
        c.hidden_size, c.heads, c.intermediate_size, dropout=0.1, activation=c.act,
        layer_norm_eps=c.layer_norm_eps, batch_first=True, norm_first=c.pre, bias=bias,
    )  # fmt: skip
    final = torch.nn.LayerNorm(c.hidden_size, eps=c.layer_norm_eps, bias=bias) if c.final else None
    module = torch.nn.TransformerEncoder(layer, c.num_hidden_layers, norm=final, enable_nested_tensor=False)
    state = {name: torch.from_numpy(t) for name, t in w.items() if not name.startswith("embeddings.")}
    module.load_state_dict(state, strict=True)
    module.eval()
    x = embed(c, {name: tensor.astype(np.float64) for name, tensor in w.items()}, ids)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(len(ids)) if c.is_causal else None
    with torch.inference_mode():
        return module(torch.from_numpy(x.astype(np.float32))[None], mask=mask, is_causal=c.is_causal)[0].double().numpy()


def build(name, seed, use_torch, said, output):
    directory = os.path.join(output, "transformer-" + name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(os.path.join(directory, "1_Pooling"))
    tokenizer = grow_tokenizer()
    config = {"model_type": "transformer", "vocab_size": tokenizer.get_vocab_size(), "pad_token_id": 0, **BASE, **said}
    c = Settings(config)
    weights = random_weights(c, seed)
    write_json(directory, "config.json", config)
    inside = INSIDE.get(name, "")
    stored = {tensor if tensor.startswith("embeddings.") else inside + tensor: weights[tensor] for tensor in weights}
    save_file(stored, os.path.join(directory, "model.safetensors"), metadata={"format": "pt"})
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=MAX_SEQ_LENGTH, **SPECIAL
    ).save_pretrained(directory)
    kind = "sentence_transformers.models."
    write_json(
        directory,
        "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": kind + "Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": kind + "Pooling"},
        ],
    )
    write_json(
        directory,
        "1_Pooling/config.json",
        {"word_embedding_dimension": c.hidden_size, "pooling_mode_mean_tokens": True},
    )
    saved = transformers.PreTrainedTokenizerFast.from_pretrained(directory)
    ids = [saved(text, truncation=True)["input_ids"] for text in TEXTS]
    hidden = [(torch_forward if use_torch else forward)(c, weights, row) for row in ids]
    if use_torch:
        ours = [forward(c, weights, row) for row in ids]
        away = max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(ours, hidden))
        assert away < 2e-6, away
    expected = {
        "texts": TEXTS,
        "max_seq_length": MAX_SEQ_LENGTH,
        "ids": ids,
        "embeddings": rounded(np.stack([rows.mean(0) for rows in hidden])),
        "token_embeddings": rounded(hidden[0]),
    }
    with open(os.path.join(directory, "expected.json"), "w") as file:
        json.dump(expected, file, ensure_ascii=False)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    for index, (case_name, (use_torch, said)) in enumerate(CASES.items()):
        build(case_name, 2000 if case_name in LIKE_CLASSIC else 2000 + index, use_torch, said, sys.argv[1])
        print(case_name)
    share(os.path.join(sys.argv[1], ".."))
