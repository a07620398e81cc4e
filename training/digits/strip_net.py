"""Net that detects struck-out numbers, in torch, and its export as an ONNX graph.

The net sees the strip of a whole number (`ocr_recap.cells.strip`), gray as float 0..255, 48 px high and a multiple of
32 wide. It subtracts its mean and divides by its standard deviation as the first digit reader does. `struck`, (n, 1),
is the logit that the number is struck out, from features over its whole width. As an auxiliary task the net learns
where one digit is written over another: `overwritten` (n, width / 8), a logit for every 8 px, of which a box takes the
highest; features that separate a line from a digit also separate two digits. This output is not exported;
`overwritten.py` trains a better net for it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from net import SOFTENING
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

STRIDE = 8  # px of the strip for each position of `overwritten`
HIDDEN = 64
# Output channels, kernel (height, width), stride, residual. About 8 million multiply-adds for three boxes.
_Layer = tuple[int, tuple[int, int], int, bool]
TRUNK: tuple[_Layer, ...] = (
    (16, (5, 5), 2, False),
    (20, (3, 3), 2, False),
    (20, (3, 3), 1, True),
    (40, (3, 3), 2, False),
    (40, (3, 3), 1, True),
)
OVER: tuple[_Layer, ...] = ((48, (6, 3), 1, False),)
ALONG: tuple[_Layer, ...] = ((48, (3, 3), 2, False), (64, (3, 5), 1, False), (64, (1, 5), 1, True))


def _padding(kernel: tuple[int, int], whole_height: bool) -> tuple[int, int]:
    """Padding that keeps the size; none along the height where the kernel covers the whole height."""
    return (0 if whole_height else kernel[0] // 2), kernel[1] // 2


class Block(nn.Module):
    """Convolutions with batch norms, in sequence."""

    def __init__(self, channels: int, layers: tuple[_Layer, ...], whole: tuple[int, ...] = ()) -> None:
        """`whole` are the layers whose kernel covers the whole height."""
        super().__init__()
        self.layers = layers
        self.pads = [_padding(kernel, i in whole) for i, (_, kernel, _, _) in enumerate(layers)]
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        for (out, kernel, stride, _), pad in zip(layers, self.pads, strict=True):
            self.convolutions.append(nn.Conv2d(channels, out, kernel, stride, pad, bias=False))
            self.norms.append(nn.BatchNorm2d(out))
            channels = out

    def forward(self, x: Tensor) -> Tensor:
        """Output of all layers."""
        for convolution, norm, layer in zip(self.convolutions, self.norms, self.layers, strict=True):
            y = torch.relu(norm(convolution(x)))
            x = x + y if layer[3] else y
        return x


class StripNet(nn.Module):
    """Strips (n, 1, 48, width) -> logits `struck` (n, 1) and `overwritten` (n, width / 8)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Block(1, TRUNK)
        self.over = Block(TRUNK[-1][0], OVER, (0,))
        self.over_out = nn.Conv2d(OVER[-1][0], 1, 1)
        self.along = Block(TRUNK[-1][0], ALONG, (1,))
        self.hidden = nn.Linear(2 * ALONG[-1][0], HIDDEN)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits `struck` (n, 1) and `overwritten` (n, width / 8)."""
        centred = x - x.mean(dim=(2, 3), keepdim=True)
        x = centred / (centred.square().mean(dim=(2, 3), keepdim=True).sqrt() + SOFTENING)
        seen = self.trunk(x)
        over = self.over_out(self.over(seen)).flatten(1)
        along = self.along(seen)
        pooled = torch.cat([along.mean(dim=(2, 3)), along.amax(dim=(2, 3))], dim=1)
        return self.out(self.drop(torch.relu(self.hidden(pooled)))), over


def read_into(net: StripNet, model: Path) -> None:
    """Load the tensors of an exported graph into a net; its batch norms, folded in the graph, become plain biases.

    The second output is not in the graph: its layers stay unchanged.
    """
    found = {t.name: numpy_helper.to_array(t) for t in onnx.load(model).graph.initializer}

    def give(target: Tensor, name: str) -> None:
        target.copy_(torch.from_numpy(found[name].copy()))

    with torch.no_grad():
        for name, block in (("trunk", net.trunk), ("along", net.along)):
            for i, (convolution, norm) in enumerate(zip(block.convolutions, block.norms, strict=True)):
                give(convolution.weight, f"w_{name}{i}")
                norm.weight.fill_(1)
                give(norm.bias, f"b_{name}{i}")
                norm.running_mean.zero_()
                norm.running_var.fill_(1 - norm.eps)
        for name, layer in (("hidden", net.hidden), ("struck", net.out)):
            give(layer.weight, f"w_{name}")
            give(layer.bias, f"b_{name}")


def wake_norms(net: StripNet, pixels: Tensor) -> None:
    """Set the statistics of batch norms that `read_into` left plain to those of their inputs, for further training."""
    seen: list[Tensor] = []
    pairs = [pair for block in (net.trunk, net.along) for pair in zip(block.convolutions, block.norms, strict=True)]
    hooks = [c.register_forward_hook(lambda _m, _i, out: seen.append(out.detach())) for c, _ in pairs]
    with torch.no_grad():
        net.eval()(pixels)
        for (_, norm), out in zip(pairs, seen, strict=True):
            mean, variance = out.mean(dim=(0, 2, 3)), out.var(dim=(0, 2, 3))
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.add_(mean)
    for hook in hooks:
        hook.remove()
    net.train()


class _Graph:
    """An ONNX graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        """Add a constant tensor; returns its name."""
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        """Add a node with one output; returns the name of its output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def block(self, name: str, block: Block, x: str) -> str:
        """Add the convolutions of a block with the batch norms folded into them."""
        rows = zip(block.convolutions, block.norms, block.layers, block.pads, strict=True)
        for i, (convolution, norm, (_, kernel, stride, residual), (down, across)) in enumerate(rows):
            gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
            weight = (convolution.weight.detach() * gain[:, None, None, None]).numpy()
            bias = (norm.bias.detach() - norm.running_mean * gain).numpy()
            made = [x, self.constant(f"w_{name}{i}", weight), self.constant(f"b_{name}{i}", bias)]
            sides = {"strides": [stride] * 2, "pads": [down, across] * 2, "kernel_shape": list(kernel)}
            y = self.add("Relu", [self.add("Conv", made, f"conv_{name}{i}", **sides)], f"relu_{name}{i}")
            x = self.add("Add", [x, y], f"sum_{name}{i}") if residual else y
        return x

    def linear(self, name: str, layer: nn.Linear, x: str) -> str:
        """Add a linear layer."""
        weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
        return self.add(
            "Gemm", [x, self.constant(f"w_{name}", weight), self.constant(f"b_{name}", bias)], name, transB=1
        )


def export(net: StripNet, path: Path) -> None:
    """Write the net: input `strips` (n, 1, 48, width), output `struck`; any batch size, any width."""
    graph = _Graph()
    axes = graph.constant("axes", np.array([2, 3], dtype=np.int64))
    centred = graph.add("Sub", ["strips", graph.add("ReduceMean", ["strips", axes], "mean", keepdims=1)], "centred")
    square = graph.add("Mul", [centred, centred], "square")
    deviation = graph.add("Sqrt", [graph.add("ReduceMean", [square, axes], "variance", keepdims=1)], "deviation")
    spread = graph.add("Add", [deviation, graph.constant("softening", np.float32([SOFTENING]))], "spread")
    seen = graph.block("trunk", net.trunk, graph.add("Div", [centred, spread], "x"))
    along = graph.block("along", net.along, seen)
    pooled = [graph.add(kind, [along, axes], kind, keepdims=0) for kind in ("ReduceMean", "ReduceMax")]
    hidden = graph.linear("hidden", net.hidden, graph.add("Concat", pooled, "pooled", axis=1))
    graph.linear("struck", net.out, graph.add("Relu", [hidden], "active"))
    given = helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["n", 1, 48, "width"])
    struck = helper.make_tensor_value_info("struck", TensorProto.FLOAT, ["n", 1])
    made = helper.make_graph(graph.nodes, "struck", [given], [struck], graph.tensors)
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="ocr_recap"
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
