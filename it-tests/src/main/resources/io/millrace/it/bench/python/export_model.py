"""Exports a model directory for engines that do not read it themselves.

    export_model.py MODEL OUT onnx|torchscript

onnx writes OUT/model.onnx and, where ONNX Runtime's own optimizer can be imported, OUT/model-fused.onnx;
torchscript writes OUT/model.pt and OUT/model.inputs, its inputs' names. All take input_ids, attention_mask and token_type_ids (those that the
model knows) and give the last hidden state; pooling is left to the caller.
"""

import json
import math
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import AttentionInterface, AutoModel


def divided_attention(module, query, key, value, attention_mask, scaling=None, **_):
    """Eager attention that divides its scores, as models did when ONNX Runtime's optimizer learnt to fuse them."""
    scores = torch.matmul(query, key.transpose(2, 3)) / (1.0 / scaling if scaling else math.sqrt(query.shape[-1]))
    weights = torch.softmax(scores + attention_mask, dim=-1)
    return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


AttentionInterface.register("divided", divided_attention)


class LastHiddenState(torch.nn.Module):
    def __init__(self, model, names):
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *inputs):
        arguments = dict(zip(self.names, inputs))
        # What is added to the attention scores, ready made: it is passed on as it is, and is the form that ONNX
        # Runtime's optimizer looks for when it fuses attention.
        mask = arguments["attention_mask"]
        arguments["attention_mask"] = (1.0 - mask[:, None, None, :].to(torch.float32)) * -10000.0
        return self.model(**arguments, return_dict=False)[0]


def load(directory, attention):
    model = AutoModel.from_pretrained(directory, dtype=torch.float32, attn_implementation=attention)
    model.eval()
    return model


def example(directory):
    with open(os.path.join(directory, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    names = ["input_ids", "attention_mask"]
    if config.get("type_vocab_size", 0) > 0 and config["model_type"] not in ("distilbert", "mpnet", "roberta"):
        names.append("token_type_ids")
    ids = torch.randint(5, config["vocab_size"], (2, 16))
    mask = torch.ones_like(ids)
    mask[1, 10:] = 0
    tensors = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    return config, names, tuple(tensors[name] for name in names)


def write_heads(path, heads):
    """Where a reshape leaves the number of heads open, the optimizer takes it for unknown: says it."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    constants = {node.output[0]: node for node in model.graph.node if node.op_type == "Constant"}
    for node in model.graph.node:
        if node.op_type == "Concat" and len(node.input) == 4 and node.input[2] in constants:
            value = constants[node.input[2]].attribute[0]
            if numpy_helper.to_array(value.t).tolist() == [-1]:
                shape = numpy_helper.to_array(value.t).copy()
                shape[0] = heads
                value.t.CopyFrom(numpy_helper.from_array(shape))
    onnx.save(model, path)


def export_onnx(directory, out):
    config, names, inputs = example(directory)
    model = LastHiddenState(load(directory, "divided"), names)
    path = os.path.join(out, "model.onnx")
    axes = {name: {0: "batch", 1: "length"} for name in names + ["last_hidden_state"]}
    with torch.no_grad():
        torch.onnx.export(
            model,
            inputs,
            path,
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    try:
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions
    except ImportError as e:
        print("no fused graph:", e, file=sys.stderr)
        return
    heads = config.get("num_attention_heads", config.get("n_heads", 0))
    write_heads(path, heads)
    fused = optimizer.optimize_model(
        path,
        model_type="bert",
        num_heads=heads,
        hidden_size=config.get("hidden_size", config.get("dim", 0)),
        optimization_options=FusionOptions("bert"),
        opt_level=1,
        use_gpu=False,
    )
    print("fused:", fused.get_fused_operator_statistics(), file=sys.stderr)
    fused.save_model_to_file(os.path.join(out, "model-fused.onnx"))


def export_torchscript(directory, out):
    _, names, inputs = example(directory)
    model = LastHiddenState(load(directory, "sdpa"), names)
    with torch.no_grad():
        traced = torch.jit.trace(model, inputs, check_trace=False, strict=False)
        traced.save(os.path.join(out, "model.pt"))
    with open(os.path.join(out, "model.inputs"), "w", encoding="utf-8") as file:
        file.write("\n".join(names) + "\n")


if __name__ == "__main__":
    {"onnx": export_onnx, "torchscript": export_torchscript}[sys.argv[3]](sys.argv[1], sys.argv[2])
