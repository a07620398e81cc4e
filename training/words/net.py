"""The words reader's network: a small convolutional net in torch, and its export as an ONNX graph.

The input is a normalised strip (`ocr_recap.cells.words_net.normalised`), the output the logits of the symbols of
`ALPHABET` for every `STEP` pixels along it. Convolutions in two dimensions shrink the height to one; others
along the strip follow. Nothing is recurrent, so all columns are computed at once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr_recap.cells.words_net import ALPHABET, HEIGHT

# Output channels, kernel and stride (height, width) of the convolutions in two dimensions; the first has no batch norm.
PLANE = (
    (16, (5, 5), (2, 2)),
    (32, (3, 3), (2, 1)),
    (48, (3, 3), (1, 2)),
    (64, (3, 3), (2, 1)),
)
WIDE = 128  # channels along the strip
ALONG = (5, 5, 5, 5)  # kernels of the convolutions along the strip


class Net(nn.Module):
    """Normalised strips (n, 1, HEIGHT, w) -> logits (n, w / STEP, symbols); w is a multiple of STEP."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        norms: list[nn.Module] = []
        channels, rows = 1, HEIGHT
        for i, (out, kernel, stride) in enumerate(PLANE):
            padding = (kernel[0] // 2, kernel[1] // 2)
            layers.append(nn.Conv2d(channels, out, kernel, stride, padding, bias=i == 0))
            norms.append(nn.BatchNorm2d(out) if i else nn.Identity())
            channels, rows = out, -(-rows // stride[0])
        self.plane, self.norms = nn.ModuleList(layers), nn.ModuleList(norms)
        self.collapse = nn.Conv2d(channels, WIDE, (rows, 1), bias=False)
        self.norm = nn.BatchNorm2d(WIDE)
        self.along = nn.ModuleList(nn.Conv2d(WIDE, WIDE, (1, k), padding=(0, k // 2), bias=False) for k in ALONG)
        self.steps = nn.ModuleList(nn.BatchNorm2d(WIDE) for _ in ALONG)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Conv2d(WIDE, len(ALPHABET), 1)

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (n, columns, symbols)."""
        x = strips
        for layer, norm in zip(self.plane, self.norms, strict=True):
            x = torch.relu(norm(layer(x)))
        x = torch.relu(self.norm(self.collapse(x)))
        for layer, norm in zip(self.along, self.steps, strict=True):
            x = x + torch.relu(norm(layer(x)))
        return self.out(self.drop(x)).squeeze(2).transpose(1, 2)


class _Graph:
    """An ONNX graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def convolution(self, x: str, name: str, layer: nn.Conv2d, norm: nn.BatchNorm2d | None) -> str:
        """A convolution with its batch norm folded in."""
        weight, bias = layer.weight.detach(), layer.bias.detach() if layer.bias is not None else None
        if norm is not None:
            gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
            weight = weight * gain[:, None, None, None]
            bias = (norm.bias.detach() - norm.running_mean * gain) if bias is None else bias
        up, side = layer.padding
        return self.add(
            "Conv",
            [x, self.constant(f"w_{name}", weight.numpy()), self.constant(f"b_{name}", bias.numpy())],
            name,
            kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride),
            pads=[up, side, up, side],
            group=layer.groups,
        )


def export(net: Net, path: Path) -> None:
    """Write the net, batch norms folded into the convolutions: input `strips`, output `logits`."""
    graph = _Graph()
    x = "strips"
    for i, (layer, norm) in enumerate(zip(net.plane, net.norms, strict=True)):
        folded = norm if isinstance(norm, nn.BatchNorm2d) else None
        x = graph.add("Relu", [graph.convolution(x, f"plane{i}", layer, folded)], f"relu{i}")
    x = graph.add("Relu", [graph.convolution(x, "collapse", net.collapse, net.norm)], "features")
    for i, (layer, norm) in enumerate(zip(net.along, net.steps, strict=True)):
        y = graph.add("Relu", [graph.convolution(x, f"along{i}", layer, norm)], f"active{i}")
        x = graph.add("Add", [x, y], f"step{i}")
    x = graph.convolution(x, "symbols", net.out, None)
    x = graph.add("Squeeze", [x, graph.constant("rows", np.array([2], dtype=np.int64))], "row")
    graph.add("Transpose", [x], "logits", perm=[0, 2, 1])
    strips = helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["n", 1, HEIGHT, "w"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", "columns", len(ALPHABET)])
    made = helper.make_graph(graph.nodes, "words", [strips], [logits], graph.tensors)
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="ocr_recap"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
