"""The digit reader's two networks in torch, and their export as ONNX graphs.

Both are small convolutional nets of the same kind. The first sees the gray cell with its surroundings as float 0..255,
subtracts its mean and divides by its standard deviation (plus `SOFTENING` gray levels, so that an even patch stays
even). The second sees the cell's ink enlarged, without and with the print (`ocr_recap.cells.digit_views`), as float
0..1. Callers normalise nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

SOFTENING = 4.0
CLASSES = 14
HIDDEN = 128


@dataclass(frozen=True)
class Design:
    """One network.

    `name` is that of the graph's input, `channels` its channels, with a square side; the net may normalise light.
    `layers` are output channels, side of the kernel, stride, residual; `outputs` is the number of logits.
    """

    name: str
    channels: int
    side: int
    lit: bool
    layers: tuple[tuple[int, int, int, bool], ...]
    outputs: int = CLASSES

    @property
    def cells_left(self) -> int:
        """Number of positions after all strides."""
        side = self.side
        for _, _, stride, _ in self.layers:
            side = -(-side // stride)
        return side * side


# About 5.8 million multiply-adds a cell.
FIRST = Design(
    "cells",
    1,
    48,
    True,
    ((24, 5, 2, False), (32, 3, 2, False), (32, 3, 1, True), (72, 3, 2, False), (72, 3, 1, True), (104, 3, 2, False)),
)
# About 9.0 million; it is asked about few cells.
SECOND = Design(
    "views",
    2,
    32,
    False,
    ((24, 3, 1, False), (32, 3, 2, False), (32, 3, 1, True), (64, 3, 2, False), (64, 3, 1, True), (96, 3, 2, False)),
)


class Net(nn.Module):
    """Inputs (n, channels, side, side) -> logits (n, outputs)."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        self.convolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        channels = design.channels
        for out, kernel, stride, _ in design.layers:
            self.convolutions.append(nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False))
            self.norms.append(nn.BatchNorm2d(out))
            channels = out
        self.hidden = nn.Linear(channels * design.cells_left, HIDDEN)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(HIDDEN, design.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (n, outputs) of inputs (n, channels, side, side)."""
        if self.design.lit:
            centred = x - x.mean(dim=(2, 3), keepdim=True)
            x = centred / (centred.square().mean(dim=(2, 3), keepdim=True).sqrt() + SOFTENING)
        else:
            x = 2 * x - 1
        for convolution, norm, (_, _, _, residual) in zip(
            self.convolutions, self.norms, self.design.layers, strict=True
        ):
            y = torch.relu(norm(convolution(x)))
            x = x + y if residual else y
        return self.out(self.drop(torch.relu(self.hidden(x.flatten(1)))))


def export(net: Net, path: Path) -> None:
    """Write the net with its batch norms folded into the convolutions: one input, output `logits`, any batch size."""
    design = net.design
    nodes: list[onnx.NodeProto] = []
    tensors: list[onnx.TensorProto] = []

    def constant(name: str, values: np.ndarray) -> str:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    if design.lit:
        axes = constant("axes", np.array([2, 3], dtype=np.int64))
        mean = add("ReduceMean", [design.name, axes], "mean", keepdims=1)
        centred = add("Sub", [design.name, mean], "centred")
        square = add("Mul", [centred, centred], "square")
        deviation = add("Sqrt", [add("ReduceMean", [square, axes], "variance", keepdims=1)], "deviation")
        x = add(
            "Div", [centred, add("Add", [deviation, constant("softening", np.float32([SOFTENING]))], "spread")], "x"
        )
    else:
        doubled = add("Mul", [design.name, constant("two", np.float32([2]))], "doubled")
        x = add("Sub", [doubled, constant("one", np.float32([1]))], "x")
    for i, (convolution, norm, layer) in enumerate(zip(net.convolutions, net.norms, design.layers, strict=True)):
        gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weight = (convolution.weight.detach() * gain[:, None, None, None]).numpy()
        bias = (norm.bias.detach() - norm.running_mean * gain).numpy()
        _, kernel, stride, residual = layer
        inputs = [x, constant(f"w{i}", weight), constant(f"b{i}", bias)]
        y = add("Conv", inputs, f"conv{i}", strides=[stride] * 2, pads=[kernel // 2] * 4, kernel_shape=[kernel] * 2)
        y = add("Relu", [y], f"relu{i}")
        x = add("Add", [x, y], f"sum{i}") if residual else y
    x = add("Flatten", [x], "flat", axis=1)
    for name, linear in (("hidden", net.hidden), ("logits", net.out)):
        weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
        x = add("Gemm", [x, constant(f"w_{name}", weight), constant(f"b_{name}", bias)], name, transB=1)
        if name == "hidden":
            x = add("Relu", [x], "active")
    given = helper.make_tensor_value_info(
        design.name, TensorProto.FLOAT, ["n", design.channels, design.side, design.side]
    )
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", design.outputs])
    graph = helper.make_graph(nodes, "digits", [given], [logits], tensors)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="ocr_recap"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def read_into(net: Net, model: Path, last: bool = True) -> None:
    """Load the tensors of an exported graph into a net; its batch norms, folded in the graph, become plain biases.

    Without `last` the last layer stays unchanged: the net then has other outputs than the graph.

    Raises:
        ValueError: the graph is not of this design.
    """
    found = {t.name: numpy_helper.to_array(t) for t in onnx.load(model).graph.initializer}

    def give(target: torch.Tensor, name: str) -> None:
        if name not in found or found[name].shape != tuple(target.shape):
            shape = found[name].shape if name in found else "missing"
            raise ValueError(f"{model}: {name} should be {tuple(target.shape)}, it is {shape}: another design")
        target.copy_(torch.from_numpy(found[name].copy()))

    with torch.no_grad():
        for i, (convolution, norm) in enumerate(zip(net.convolutions, net.norms, strict=True)):
            give(convolution.weight, f"w{i}")
            norm.weight.fill_(1)
            give(norm.bias, f"b{i}")
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
        layers = (("hidden", net.hidden), ("logits", net.out)) if last else (("hidden", net.hidden),)
        for name, layer in layers:
            give(layer.weight, f"w_{name}")
            give(layer.bias, f"b_{name}")
    net.eval()


def wake_norms(net: Net, pixels: Tensor) -> None:
    """Set the statistics of batch norms that `read_into` left plain to those of their inputs, for further training.

    The net's output stays approximately the same, also in training mode on `pixels` (a batch of many cells).
    """
    seen: list[Tensor] = []
    hooks = [layer.register_forward_hook(lambda _m, _i, out: seen.append(out.detach())) for layer in net.convolutions]
    with torch.no_grad():
        net.eval()(pixels)
        for norm, out in zip(net.norms, seen, strict=True):
            mean, variance = out.mean(dim=(0, 2, 3)), out.var(dim=(0, 2, 3))
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(mean)
    for hook in hooks:
        hook.remove()
    net.train()
