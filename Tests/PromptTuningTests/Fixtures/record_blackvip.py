"""Records BlackVIP's decoder as PyTorch computes it, in double precision.

    python Tests/PromptTuningTests/Fixtures/record_blackvip.py

Parameters and features come from integer formulas (`parameter`, `feature`) that the Swift test repeats. Of each sample:
two training calls with different features, the running statistics after them, and an evaluation call with the first
features; of the outputs every STRIDE-th value of the flattened [B, 3, side, side] and each image's mean of squares.
Writes blackvip.json beside itself and prints how far PyTorch's own float32 is from its double precision. Needs torch.
"""

import json
from math import gcd
from pathlib import Path

import torch
from torch import nn

SAMPLES = [{"z": 128, "side": 64, "images": 3, "stride": 31}, {"z": 768, "side": 224, "images": 2, "stride": 331},
           {"z": 100, "side": 96, "images": 1, "stride": 37}]
WIDTHS = [(64, 64), (64, 32), (32, 32), (32, 16)]


def parameter(i: int) -> float:
    return ((i * 7919 + i // 64 * 31 + 13) % 1009 - 504) / 2016


def feature(call: int, image: int, j: int) -> float:
    return ((image + 2) * (j * j + 3 * j + 7) * (37 + 10 * call) % 997 - 498) / 249


class Decoder(nn.Module):
    def __init__(self, z: int, side: int):
        super().__init__()
        self.s = side // 32
        self.c = -(-2 * z // self.s**2)
        self.trigger = nn.Parameter(torch.zeros(self.c * self.s**2 - z))
        layers, inputs = [], self.c
        for middle, outputs in WIDTHS:
            layers += [nn.ConvTranspose2d(inputs, middle, 2, 2, groups=gcd(inputs, 64)),
                       nn.Conv2d(middle, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.GELU()]
            inputs = outputs
        self.body = nn.Sequential(*layers, nn.ConvTranspose2d(inputs, 3, 2, 2, bias=False))

    def forward(self, z):
        joined = torch.cat([z, self.trigger.expand(len(z), -1)], 1)
        return self.body(joined.reshape(len(z), self.c, self.s, self.s))


def run(sample: dict, dtype) -> dict:
    torch.manual_seed(0)
    net = Decoder(sample["z"], sample["side"]).to(dtype)
    at = 0
    norms = {id(m.weight) for m in net.modules() if isinstance(m, nn.BatchNorm2d)}
    for tensor in net.parameters():
        values = torch.tensor([parameter(at + i) for i in range(tensor.numel())], dtype=torch.float32)
        values = values + 1 if id(tensor) in norms else values
        tensor.data = values.to(dtype).reshape(tensor.shape)
        at += tensor.numel()
    def features(call):
        return torch.tensor([[feature(call, b, j) for j in range(sample["z"])] for b in range(sample["images"])],
                            dtype=torch.float32).to(dtype)
    with torch.no_grad():
        outputs = {"train": net.train()(features(0)), "second": net(features(1)),
                   "evaluate": net.eval()(features(0))}
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    return {"parameters": at, "outputs": outputs, "means": [m.running_mean for m in norms],
            "variances": [m.running_var for m in norms]}


def main():
    torch.set_num_threads(1)
    rounded = lambda t: [float(f"{v:.9g}") for v in t.flatten().tolist()]
    records = []
    for sample in SAMPLES:
        exact, single = run(sample, torch.float64), run(sample, torch.float32)
        record = dict(sample, parameters=exact["parameters"], means=[rounded(t) for t in exact["means"]],
                      variances=[rounded(t) for t in exact["variances"]], outputs={})
        for name, out in exact["outputs"].items():
            error = (single["outputs"][name] - out).abs().max() / out.abs().max()
            print(f"z {sample['z']} side {sample['side']} {name}: largest {out.abs().max():.4f}, "
                  f"float32 off by {error:.2e} of it")
            record["outputs"][name] = {"largest": float(f"{out.abs().max():.9g}"),
                                       "squares": rounded((out**2).mean((1, 2, 3))),
                                       "values": rounded(out.flatten()[::sample["stride"]])}
        records.append(record)
    path = Path(__file__).with_name("blackvip.json")
    path.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "samples": records}) + "\n")


if __name__ == "__main__":
    main()
