"""Records the logit map that PyTorch fits in double precision by exact Newton steps.

    python Tests/ZerothOrderTests/Fixtures/record_calibration.py

Logits come from an integer formula (`logit`) that the Swift test repeats, labels and folds too. Recorded: deviation,
temperature, summed validation losses, the ridge chosen, and the calibrated logits of the training images and of others;
and temperature, biases and logits of the fit with a bias a class. Writes calibration.json beside itself. Needs torch.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

RIDGES = [3, 1, .3, .1, .03, .01, .003]
FOLDS = 4
SAMPLES = [{"classes": 4, "images": 40, "signal": 4, "scale": 1}, {"classes": 7, "images": 61, "signal": 9, "scale": 20},
           {"classes": 3, "images": 9, "signal": 4, "scale": 1 / 64}]
OTHERS = 5


def label(i: int, classes: int) -> int:
    return (i + i // 3) % classes


def fold(i: int) -> int:
    return (i * i // 2 + i) % FOLDS


def logit(i: int, c: int, sample: dict) -> float:
    """Noise, a bias a class, and a signal at the right class, but for class 0 at the next one."""
    noise = ((i + 3) * (c + 2) * 7919 + i * i * 31 + c * c * 17) % 101 - 50
    y = label(i, sample["classes"])
    right = (y + 1) % sample["classes"] == c if y == 0 else y == c
    return (noise / 16 + c / 2 + (sample["signal"] if right else 0)) * sample["scale"] + i


def newton(f, A, y, ridge, start):
    """argmin over x of the mean cross-entropy of f + A x plus sum of ridge x² / 2; f (N, C), A (N, C, n)."""
    N, C, n = A.shape
    x, A2, Y = start.clone(), A.reshape(N * C, n), F.one_hot(y, C).to(f.dtype)
    value = lambda x: F.cross_entropy(f + (A2 @ x).view(N, C), y) + .5 * (ridge * x**2).sum()
    for _ in range(100):
        P = (f + (A2 @ x).view(N, C)).softmax(1)
        g = A2.T @ ((P - Y) / N).reshape(-1) + ridge * x
        if g.norm() < 1e-13: break
        B = ((P / N).sqrt()[:, :, None] * (A - (P[:, :, None] * A).sum(1, keepdim=True))).reshape(N * C, n)
        d = -torch.linalg.solve(B.T @ B + torch.diag(ridge), g)
        t = 1.
        while value(x + t * d) > value(x) + 1e-15 and t > 1e-6: t /= 2
        x = x + t * d
    return x


def record(sample: dict) -> dict:
    C, N = sample["classes"], sample["images"]
    f = torch.tensor([[logit(i, c, sample) for c in range(C)] for i in range(N + OTHERS)], dtype=torch.float32).double()
    y, k = (torch.tensor([g(i) for i in range(N)]) for g in (lambda i: label(i, C), fold))
    centred = f - f.mean(1, keepdim=True)
    deviation = centred[:N].std()
    g = centred / deviation
    one = torch.ones(1, dtype=f.dtype)
    tau = newton(torch.zeros_like(g[:N]), g[:N, :, None], y, 1e-4 * one, one)[0].clamp(min=.05)
    eye = torch.eye(C, dtype=f.dtype)
    design = torch.cat([torch.einsum("cd,nk->ncdk", eye, g).reshape(len(g), C, C * C), eye.expand(len(g), C, C)], 2)
    A, b, zero = design[:N], tau * g[:N], torch.zeros(C * C + C, dtype=f.dtype)
    losses = []
    for ridge in RIDGES:
        ridges, loss = torch.full_like(zero, ridge), 0.
        for part in range(FOLDS):
            a = k != part
            x = newton(b[a], A[a], y[a], ridges, zero)
            loss += float(F.cross_entropy(b[~a] + A[~a] @ x, y[~a], reduction="sum"))
        losses.append(loss)
    ridge = RIDGES[min(range(len(RIDGES)), key=losses.__getitem__)]
    x = newton(b, A, y, torch.full_like(zero, ridge), zero)
    both = torch.cat([g[:N, :, None], eye.expand(N, C, C)], 2)
    ridges = torch.cat([1e-4 * one, torch.full((C,), .01, dtype=f.dtype)])
    t = newton(torch.zeros_like(g[:N]), both, y, ridges, torch.cat([one, zero[:C]]))
    assert t[0] > .05, (sample, t)
    return dict(sample, deviation=float(deviation), temperature=float(tau), losses=losses, ridge=ridge,
                calibrated=(tau * g + design @ x).flatten().tolist(),
                bias={"scale": float(t[0] / deviation), "biases": t[1:].tolist(),
                      "calibrated": (t[0] * g + t[1:]).flatten().tolist()})


def main():
    records = [record(sample) for sample in SAMPLES]
    for r in records:
        print({k: v for k, v in r.items() if k not in ("calibrated", "bias")}, r["bias"]["scale"], r["bias"]["biases"])
    Path(__file__).with_name("calibration.json").write_text(json.dumps({"others": OTHERS, "samples": records}) + "\n")


if __name__ == "__main__":
    main()
