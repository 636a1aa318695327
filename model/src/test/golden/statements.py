"""Encoders whose code is not a part of transformers, stated in plain PyTorch: one text, no padding, no dropout.

Each takes config.json, the tensors by the names of its files and the token ids, and returns the last hidden states.
Sources: jinaai/jina-bert-implementation and jina-bert-v2-qk-post-norm, nomic-ai/contrastors, Alibaba's "new", as
text-embeddings-inference and transformers describe them. Shapes are what a directory of such a model holds; see
shapes_of_*.
"""

import math

import torch
from torch.nn import functional as F


def linear(weights, name, x):
    return F.linear(x, weights[name + ".weight"], weights.get(name + ".bias"))


def layer_norm(weights, name, x, eps):
    return F.layer_norm(x, x.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], eps)


def heads(x, count):
    return x.view(len(x), count, -1).transpose(0, 1)  # [h, S, d]


def attend(query, key, value, bias=0):
    scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1]) + bias
    context = scores.softmax(-1) @ value
    return context.transpose(0, 1).flatten(1)


# jina-bert, version 2


def alibi_slopes(count):
    power = 2 ** math.floor(math.log2(count))
    slopes = [2 ** (-8 * (i + 1) / power) for i in range(power)]
    between = [2 ** (-8 * (i + 1) / (2 * power)) for i in range(0, 2 * power, 2)]
    return torch.tensor(slopes + between[: count - power])


def jina_bert(config, weights, ids):
    count, eps = config["num_attention_heads"], config["layer_norm_eps"]
    with_norms = "qk-post-norm" in config["auto_map"]["AutoConfig"]
    activation = F.relu if config.get("feed_forward_type") == "reglu" else F.gelu
    places = torch.arange(len(ids))
    distance = (places[:, None] - places[None, :]).abs()
    bias = -alibi_slopes(count)[:, None, None] * distance
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(weights, "embeddings.LayerNorm", x, eps)
    for i in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        query, key, value = (linear(weights, p + "attention.self." + part, x) for part in ("query", "key", "value"))
        if with_norms:
            query = layer_norm(weights, p + "attention.self.layer_norm_q", query, eps)
            key = layer_norm(weights, p + "attention.self.layer_norm_k", key, eps)
        context = attend(heads(query, count), heads(key, count), heads(value, count), bias)
        attended = x + linear(weights, p + "attention.output.dense", context)
        if with_norms:
            attended = layer_norm(weights, p + "layer_norm_1", attended, eps)
            up, gate = linear(weights, p + "mlp.up_gated_layer", attended).chunk(2, -1)
            wide = up * activation(gate)
            x = layer_norm(weights, p + "layer_norm_2", attended + linear(weights, p + "mlp.down_layer", wide), eps)
        else:
            attended = layer_norm(weights, p + "attention.output.LayerNorm", attended, eps)
            gate, up = linear(weights, p + "mlp.gated_layers", attended).chunk(2, -1)
            wide = activation(gate) * up
            x = layer_norm(weights, p + "mlp.layernorm", attended + linear(weights, p + "mlp.wo", wide), eps)
    return x


def shapes_of_jina_bert(config):
    hidden, wide = config["hidden_size"], config["intermediate_size"]
    with_norms = "qk-post-norm" in config["auto_map"]["AutoConfig"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], hidden),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], hidden),
        **norm("embeddings.LayerNorm", hidden),
    }
    for i in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= dense(p + part, hidden, hidden)
        if with_norms:
            for part in ("attention.self.layer_norm_q", "attention.self.layer_norm_k", "layer_norm_1", "layer_norm_2"):
                shapes |= norm(p + part, hidden)
            shapes |= dense(p + "mlp.up_gated_layer", hidden, 2 * wide, bias=False)
            shapes |= dense(p + "mlp.down_layer", wide, hidden)
        else:
            shapes |= norm(p + "attention.output.LayerNorm", hidden) | norm(p + "mlp.layernorm", hidden)
            shapes |= dense(p + "mlp.gated_layers", hidden, 2 * wide, bias=False)
            shapes |= dense(p + "mlp.wo", wide, hidden)
    return shapes


# nomic_bert under its older keys


def rotate(x, angles, interleaved):
    """x: [h, S, d], angles: [S, d / 2]"""
    cos, sin = angles.cos(), angles.sin()
    if interleaved:
        a, b = x[..., ::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def frequencies(theta, size):
    return 1 / theta ** (torch.arange(0, size, 2).float() / size)


def nomic_theta(config, size, tokens):
    theta = torch.tensor(float(config["rotary_emb_base"]))
    factor, trained = config.get("rotary_scaling_factor"), config.get("max_trained_positions", 2048)
    if factor is None or tokens <= trained:
        return theta
    return theta * (factor * tokens / trained - (factor - 1)) ** (size / (size - 2))


def nomic_bert(config, weights, ids):
    count, eps = config["n_head"], config["layer_norm_epsilon"]
    size = config["n_embd"] // count
    angles = torch.arange(len(ids)).float()[:, None] * frequencies(nomic_theta(config, size, len(ids)), size)
    interleaved = config.get("rotary_emb_interleaved", False)
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(weights, "emb_ln", x, eps)
    for i in range(config["n_layer"]):
        p = f"encoder.layers.{i}."
        query, key, value = (heads(part, count) for part in linear(weights, p + "attn.Wqkv", x).chunk(3, -1))
        context = attend(rotate(query, angles, interleaved), rotate(key, angles, interleaved), value)
        x = layer_norm(weights, p + "norm1", x + linear(weights, p + "attn.out_proj", context), eps)
        x = layer_norm(weights, p + "norm2", x + nomic_feed_forward(config, weights, i, p + "mlp.", x), eps)
    return x


def nomic_feed_forward(config, weights, layer, p, x):
    activation = {"swiglu": F.silu, "geglu": F.gelu, "glu": torch.sigmoid, "gelu": F.gelu}[config["activation_function"]]
    if is_mixture(config, layer):
        return mixture(config, weights, p, x, activation)
    if config["activation_function"].endswith("glu"):
        wide = linear(weights, p + "fc11", x) * activation(linear(weights, p + "fc12", x))
    else:
        wide = activation(linear(weights, p + "fc1", x))
    return linear(weights, p + "fc2", wide)


def is_mixture(config, layer):
    every = config.get("moe_every_n_layers", 0)
    return every > 0 and layer % every == 1


def mixture(config, weights, p, x, activation):
    """Each token goes to the experts that its router likes best, and is not made up for those that it does not."""
    experts = config["num_experts"]
    shares, chosen = linear(weights, p + "router.layer", x).softmax(-1).topk(config["moe_top_k"])
    first = weights[p + "experts.mlp.w1"].view(experts, -1, x.shape[-1])
    second = weights[p + "experts.mlp.w2"].view(experts, -1, x.shape[-1])
    rows = []
    for token, row_shares, row_chosen in zip(x, shares, chosen):
        rows.append(sum(s * (activation(first[e] @ token) @ second[e]) for s, e in zip(row_shares, row_chosen)))
    return torch.stack(rows) + weights[p + "experts.bias"]


def shapes_of_nomic_bert(config):
    hidden, wide = config["n_embd"], config["n_inner"]
    gated = config["activation_function"].endswith("glu")
    if gated:
        wide = -(-wide // 256) * 256
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], hidden),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], hidden),
        **norm("emb_ln", hidden),
    }
    for i in range(config["n_layer"]):
        p = f"encoder.layers.{i}."
        shapes |= dense(p + "attn.Wqkv", hidden, 3 * hidden, config["qkv_proj_bias"])
        shapes |= dense(p + "attn.out_proj", hidden, hidden, config["qkv_proj_bias"])
        shapes |= norm(p + "norm1", hidden) | norm(p + "norm2", hidden)
        if is_mixture(config, i):
            experts = config["num_experts"]
            shapes[p + "mlp.router.layer.weight"] = (experts, hidden)
            shapes[p + "mlp.experts.mlp.w1"] = shapes[p + "mlp.experts.mlp.w2"] = (experts * wide, hidden)
            shapes[p + "mlp.experts.bias"] = (hidden,)
        else:
            for part in ("fc11", "fc12") if gated else ("fc1",):
                shapes |= dense(p + "mlp." + part, hidden, wide, config["mlp_fc1_bias"])
            shapes |= dense(p + "mlp.fc2", wide, hidden, config["mlp_fc2_bias"])
    return shapes


# "new", before it became a part of transformers as gte


def new(config, weights, ids):
    count, eps = config["num_attention_heads"], config["layer_norm_eps"]
    size = config["hidden_size"] // count
    factor = config["rope_scaling"]["factor"]
    slowed = frequencies(torch.tensor(config["rope_theta"] * factor), size) / factor ** (2 / size)
    angles = torch.arange(len(ids)).float()[:, None] * slowed
    x = weights["embeddings.word_embeddings.weight"][ids]
    if config["type_vocab_size"] > 0:
        x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(weights, "embeddings.LayerNorm", x, eps)
    for i in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        query, key, value = (heads(part, count) for part in linear(weights, p + "attention.qkv_proj", x).chunk(3, -1))
        context = attend(rotate(query, angles, False), rotate(key, angles, False), value)
        x = layer_norm(weights, p + "attn_ln", x + linear(weights, p + "attention.o_proj", context), eps)
        up, gate = linear(weights, p + "mlp.up_gate_proj", x).chunk(2, -1)
        x = layer_norm(weights, p + "mlp_ln", x + linear(weights, p + "mlp.down_proj", up * F.gelu(gate)), eps)
    return x


def shapes_of_new(config):
    hidden, wide = config["hidden_size"], config["intermediate_size"]
    shapes = {"embeddings.word_embeddings.weight": (config["vocab_size"], hidden), **norm("embeddings.LayerNorm", hidden)}
    if config["type_vocab_size"] > 0:
        shapes["embeddings.token_type_embeddings.weight"] = (config["type_vocab_size"], hidden)
    for i in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{i}."
        shapes |= dense(p + "attention.qkv_proj", hidden, 3 * hidden) | dense(p + "attention.o_proj", hidden, hidden)
        shapes |= norm(p + "attn_ln", hidden) | norm(p + "mlp_ln", hidden)
        shapes |= dense(p + "mlp.up_gate_proj", hidden, 2 * wide, bias=False) | dense(p + "mlp.down_proj", wide, hidden)
    return shapes


def dense(name, inside, outside, bias=True):
    shapes = {name + ".weight": (outside, inside)}
    return {**shapes, name + ".bias": (outside,)} if bias else shapes


def norm(name, width):
    return {name + ".weight": (width,), name + ".bias": (width,)}
