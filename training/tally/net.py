"""The tally reader's network: a small convolutional net in torch, and its export as an ONNX graph.

The input is the gray patch of one grid cell as float 0..255. The net first subtracts the patch's mean and divides by
its standard deviation (plus `SOFTENING` gray levels, so that an even patch stays even), so callers normalise nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from ocr_recap.cells.tally_crop import HEIGHT, WIDTH
from ocr_recap.cells.tally_reader import CLASSES

SOFTENING = 6.0
# Kind, output channels, side of the kernel, stride, residual. About 2.7 million multiply-adds a cell of 56 x 40.
LAYERS = (
    (16, 5, 2, False),
    (32, 3, 2, False),
    (32, 3, 1, True),
    (48, 3, 2, False),
)
HIDDEN = 64


class Net(nn.Module):
    """Patches (n, 1, HEIGHT, WIDTH) float 0..255 -> logits (n, 8)."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        channels, places = 1, [HEIGHT, WIDTH]
        for out, kernel, stride, _ in LAYERS:
            self.convolutions.append(nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False))
            self.norms.append(nn.BatchNorm2d(out))
            channels, places = out, [-(-side // stride) for side in places]
        self.hidden = nn.Linear(channels * places[0] * places[1], HIDDEN)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(HIDDEN, len(CLASSES))

    def forward(self, cells: Tensor) -> Tensor:
        """Logits (n, 8) of patches (n, 1, HEIGHT, WIDTH)."""
        centred = cells - cells.mean(dim=(2, 3), keepdim=True)
        deviation = centred.square().mean(dim=(2, 3), keepdim=True).sqrt()
        x = centred / (deviation + SOFTENING)
        for convolution, norm, (_, _, _, residual) in zip(self.convolutions, self.norms, LAYERS, strict=True):
            y = torch.relu(norm(convolution(x)))
            x = x + y if residual else y
        return self.out(self.drop(torch.relu(self.hidden(x.flatten(1)))))


def resume(net: Net, path: Path, cells: Tensor) -> None:
    """Load weights that `export` wrote into a net for further training, in place.

    The graph's convolutions include their batch norms. Here each norm gets the deviation and mean that its convolution
    has on `cells` (n, 1, HEIGHT, WIDTH), so that the net starts with the output of the graph.
    """
    held = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
    with torch.no_grad():
        centred = cells - cells.mean(dim=(2, 3), keepdim=True)
        x = centred / (centred.square().mean(dim=(2, 3), keepdim=True).sqrt() + SOFTENING)
        for i, (convolution, norm, layer) in enumerate(zip(net.convolutions, net.norms, LAYERS, strict=True)):
            convolution.weight.copy_(held[f"w{i}"])
            y = convolution(x)
            mean, variance = y.mean(dim=(0, 2, 3)), y.var(dim=(0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_(torch.sqrt(variance + norm.eps))
            norm.bias.copy_(mean + held[f"b{i}"])
            y = torch.relu(y + held[f"b{i}"][None, :, None, None])
            x = x + y if layer[3] else y
        for name, linear in (("hidden", net.hidden), ("logits", net.out)):
            linear.weight.copy_(held[f"w_{name}"])
            linear.bias.copy_(held[f"b_{name}"])


def export(net: Net, path: Path) -> None:
    """Write the net, batch norms folded into the convolutions: input `cells`, output `logits`, any batch size."""
    nodes: list[onnx.NodeProto] = []
    tensors: list[onnx.TensorProto] = []

    def constant(name: str, values: np.ndarray) -> str:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    axes = constant("axes", np.array([2, 3], dtype=np.int64))
    mean = add("ReduceMean", ["cells", axes], "mean", keepdims=1)
    centred = add("Sub", ["cells", mean], "centred")
    square = add("Mul", [centred, centred], "square")
    deviation = add("Sqrt", [add("ReduceMean", [square, axes], "variance", keepdims=1)], "deviation")
    x = add("Div", [centred, add("Add", [deviation, constant("softening", np.float32([SOFTENING]))], "spread")], "x")
    for i, (convolution, norm, layer) in enumerate(zip(net.convolutions, net.norms, LAYERS, strict=True)):
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
    cells = helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["n", 1, HEIGHT, WIDTH])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(CLASSES)])
    graph = helper.make_graph(nodes, "tally", [cells], [logits], tensors)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="ocr_recap"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
