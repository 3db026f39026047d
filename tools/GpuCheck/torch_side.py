"""Measures the networks of a folder in PyTorch, beside what gpu-check measured by Vulkan on the same GPU.

  python3 torch_side.py MODELS RESULTS

MODELS holds gpu-check's files: safetensors whose metadata has the graph. RESULTS gets torch.jsonl, a row for each
network, batch and mode, written at once, and side_by_side.html, with gpu-check's rows of the same networks. Weights are
PyTorch's own: they do not change the time.
"""
import html
import json
import pathlib
import statistics
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def graph_of(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(json.loads(data[8:8 + length])["__metadata__"]["softpool.graph"])


class SoftPool2d(nn.Module):
    """Per channel: the mean under the weights exp(x); shared: under the sum of them over all channels."""

    def __init__(self, op):
        super().__init__()
        self.window = dict(kernel_size=op["kernel_size"], stride=op["stride"], padding=op["padding"],
                           ceil_mode=op["ceil_mode"])
        self.shared = op["weights"] != "per_channel"

    def forward(self, x):
        weights = torch.exp(x)
        if self.shared:
            weights = weights.sum(1, keepdim=True)
        return F.avg_pool2d(weights * x, **self.window) / F.avg_pool2d(weights, **self.window)


def module_of(op):
    kind = op["op"]
    if kind == "Conv2d":
        return nn.Conv2d(op["in_channels"], op["out_channels"], op["kernel_size"], op["stride"], op["padding"],
                         op["dilation"], op["groups"], op["bias"])
    if kind == "Linear":
        return nn.Linear(op["in_features"], op["out_features"], op["bias"])
    if kind == "BatchNorm2d":
        return nn.BatchNorm2d(op["num_features"], op["eps"])
    if kind == "MaxPool2d":
        return nn.MaxPool2d(op["kernel_size"], op["stride"], op["padding"], ceil_mode=op["ceil_mode"])
    if kind == "AvgPool2d":
        return nn.AvgPool2d(op["kernel_size"], op["stride"], op["padding"], op["ceil_mode"], op["count_include_pad"])
    if kind == "SoftPool2d":
        return SoftPool2d(op)
    simple = {"ReLU": nn.ReLU, "Flatten": nn.Flatten, "Dropout": nn.Identity,
              "GlobalAvgPool": lambda: nn.AdaptiveAvgPool2d(1)}
    return simple[kind]() if kind in simple else None


class Network(nn.Module):
    def __init__(self, graph):
        super().__init__()
        self.layers = graph["layers"]
        self.parts = nn.ModuleList(module_of(layer["operator"]) or nn.Identity() for layer in self.layers)

    def forward(self, x):
        values, last = {"input": x}, "input"
        for layer, part in zip(self.layers, self.parts):
            inputs = [values[name] for name in layer.get("inputs") or [last]]
            kind = layer["operator"]["op"]
            if kind == "Add":
                y = inputs[0] + inputs[1]
            elif kind == "Concat":
                y = torch.cat(inputs, layer["operator"].get("dim", 1))
            elif module_of(layer["operator"]) is None:
                raise NotImplementedError(kind)
            else:
                y = part(inputs[0])
            values[layer["name"]], last = y, layer["name"]
        return values[last]


def median_ms(device, call, count=30):
    for _ in range(5):
        call()
    times = []
    for _ in range(count):
        if device == "cuda":
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            call()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end))
        else:
            begin = time.perf_counter()
            call()
            times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


MODES = {
    "fp32": dict(),
    "TF32": dict(tf32=True),
    "fp16": dict(half=True),
    "fp16, channels_last": dict(half=True, channels_last=True),
    "fp16, channels_last, CUDA graph": dict(half=True, channels_last=True, graph=True),
    "fp32, CUDA graph": dict(graph=True),
}


def measure(device, graph, batch, tf32=False, half=False, channels_last=False, graph_=False):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    kind = torch.float16 if half else torch.float32
    form = torch.channels_last if channels_last else torch.contiguous_format
    network = Network(graph).eval().to(device, kind).to(memory_format=form)
    x = torch.randn(batch, *graph["input_shape"], device=device, dtype=kind).to(memory_format=form)
    with torch.inference_mode():
        if not graph_:
            return median_ms(device, lambda: network(x))
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                network(x)
        torch.cuda.current_stream().wait_stream(stream)
        recorded = torch.cuda.CUDAGraph()
        with torch.cuda.graph(recorded):
            network(x)
        return median_ms(device, recorded.replay)


def main():
    models, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    rows = []
    with (results / "torch.jsonl").open("w") as file:
        for path in sorted(models.glob("*.safetensors")):
            graph = graph_of(path)
            for batch in (1, 8, 64) if device == "cuda" else (1,):
                for mode, options in MODES.items() if device == "cuda" else [("fp32", {})]:
                    options = {("graph_" if key == "graph" else key): value for key, value in options.items()}
                    row = dict(network=graph["name"], batch=batch, mode=mode, device=name, torch=torch.__version__)
                    try:
                        row["ms"] = round(measure(device, graph, batch, **options), 4)
                    except (RuntimeError, NotImplementedError, KeyError) as error:
                        row["problem"] = f"{type(error).__name__}: {error}"
                    rows.append(row)
                    file.write(json.dumps(row) + "\n")
                    file.flush()
                    print(row)
    write_table(results, rows, name)


def write_table(results, rows, name):
    ours = [json.loads(line) for line in (results / "rows.jsonl").read_text().splitlines()]
    ours = {row["what"]: row.get("ms of kernels") for row in ours if row["step"] == "networks"}
    modes = list(dict.fromkeys(row["mode"] for row in rows))
    cells = {}
    for row in rows:
        cells.setdefault((row["network"], row["batch"]), {})[row["mode"]] = row.get("ms", row.get("problem"))
    lines = [f"<h1>Vulkan beside PyTorch {torch.__version__} on {html.escape(name)}</h1>",
             "<p>Milliseconds on the device for a batch, medians.</p><table border=1><tr><th>network<th>batch<th>Vulkan fp32<th>Vulkan fp16",
             *(f"<th>PyTorch {html.escape(mode)}" for mode in modes), "</tr>"]
    for (network, batch), times in cells.items():
        vulkan = [ours.get(f"{network}, {kind}, batch {batch}") for kind in ("fp32", "fp16")]
        values = [network, batch, *vulkan, *(times.get(mode) for mode in modes)]
        lines.append("<tr>" + "".join(f"<td>{html.escape(str(value))}" for value in values) + "</tr>")
    (results / "side_by_side.html").write_text("\n".join([*lines, "</table>"]))


main()
