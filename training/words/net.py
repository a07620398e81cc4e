"""The words reader's network: a small convolutional net in torch, and its export as an ONNX graph.

The input is a normalised strip (`ocr_recap.cells.words_net.normalised`), the output the logits of the symbols of
`ALPHABET` for every `STEP` pixels along it. Convolutions in two dimensions shrink the height to one; separable
convolutions along the strip follow. Nothing is recurrent, so all columns are computed at once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr_recap.cells.words_net import ALPHABET, HEIGHT

# Output channels, kernel, stride (height, width) and residual of the convolutions in two dimensions.
PLANE = (
    (16, (5, 5), (2, 2), False),
    (32, (3, 3), (2, 1), False),
    (48, (3, 3), (1, 2), False),
    (64, (3, 3), (2, 1), False),
    (64, (3, 3), (1, 1), True),
)
WIDE = 144  # channels along the strip
ALONG = (7, 7, 7, 7, 7)  # kernels of the separable convolutions along the strip


class Block(nn.Module):
    """A separable convolution along the strip, added to its input."""

    def __init__(self, kernel: int) -> None:
        super().__init__()
        self.spread = nn.Conv2d(WIDE, WIDE, (1, kernel), padding=(0, kernel // 2), groups=WIDE, bias=False)
        self.norm = nn.BatchNorm2d(WIDE)
        self.mix = nn.Conv2d(WIDE, WIDE, 1, bias=False)
        self.second = nn.BatchNorm2d(WIDE)

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape."""
        return x + torch.relu(self.second(self.mix(self.norm(self.spread(x)))))


class Net(nn.Module):
    """Normalised strips (n, 1, HEIGHT, w) -> logits (n, w / STEP, symbols); w is a multiple of STEP."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        norms: list[nn.Module] = []
        channels, rows = 1, HEIGHT
        for out, kernel, stride, _ in PLANE:
            layers.append(nn.Conv2d(channels, out, kernel, stride, (kernel[0] // 2, kernel[1] // 2), bias=False))
            norms.append(nn.BatchNorm2d(out))
            channels, rows = out, -(-rows // stride[0])
        self.plane, self.norms = nn.ModuleList(layers), nn.ModuleList(norms)
        self.collapse = nn.Conv2d(channels, WIDE, (rows, 1), bias=False)
        self.norm = nn.BatchNorm2d(WIDE)
        self.blocks = nn.ModuleList(Block(kernel) for kernel in ALONG)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Conv2d(WIDE, len(ALPHABET), 1)

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (n, columns, symbols)."""
        x = strips
        for layer, norm, (_, _, _, residual) in zip(self.plane, self.norms, PLANE, strict=True):
            y = torch.relu(norm(layer(x)))
            x = x + y if residual else y
        x = torch.relu(self.norm(self.collapse(x)))
        for block in self.blocks:
            x = block(x)
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
    for i, (layer, norm, (_, _, _, residual)) in enumerate(zip(net.plane, net.norms, PLANE, strict=True)):
        y = graph.add("Relu", [graph.convolution(x, f"plane{i}", layer, norm)], f"relu{i}")
        x = graph.add("Add", [x, y], f"sum{i}") if residual else y
    x = graph.add("Relu", [graph.convolution(x, "collapse", net.collapse, net.norm)], "features")
    for i, block in enumerate(net.blocks):
        y = graph.convolution(x, f"spread{i}", block.spread, block.norm)
        y = graph.add("Relu", [graph.convolution(y, f"mix{i}", block.mix, block.second)], f"mixed{i}")
        x = graph.add("Add", [x, y], f"block{i}")
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
