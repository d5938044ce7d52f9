"""Records formulas of methods that ziplab is compared with, as PyTorch computes them in double precision.

    python Tests/PromptTuningTests/Fixtures/record_methods.py

Inputs come from the integer formula `value`, which methods.json describes, so that only results are stored. Writes
methods.json beside itself. Needs torch.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

DESCRIPTION = {
    "value": "value(i, salt) = (((i + 1) * (i + salt) * 7919 + i * 31 + salt * 104729) mod 1009 - 504) / 252, exact integers, "
             "the quotient in double precision, rounded to float32 as an input; i is the row-major place in the tensor",
    "bar.picture": "[3, 8, 8], (value(i, 1) + 2) / 4: pixels before normalisation",
    "bar.program": "P [3, 10, 10], value(i, 2)",
    "bar.framed": "[3, 10, 10]: the picture in the middle (rows and columns 1 to 8), sigmoid(P) in the border of one pixel",
    "focal.logits": "[4, 3], 2 * value(i, 3)",
    "focal.labels": "the class of each row",
    "focal.losses": "(1 - p)^2 * -log p of each row, p the softmax probability of its label; mean: their mean",
    "bpt.text": "(A_text z_text) as [tokens, width]; A_text [tokens * width, intrinsic] is value(i, 4) / 8, z_text value(i, 5)",
    "bpt.visual": "(A_visual z_visual) as [tokens, visual_width]; A_visual [tokens * visual_width, visual_intrinsic] is "
                  "value(i, 6) / 8, z_visual value(i, 7)",
}


def value(salt: int, *shape: int) -> torch.Tensor:
    count = torch.Size(shape).numel()
    numbers = [(((i + 1) * (i + salt) * 7919 + i * 31 + salt * 104729) % 1009 - 504) / 252 for i in range(count)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def single(x: torch.Tensor) -> torch.Tensor:
    """An input as the program holds it."""
    return x.float().double()


def bar() -> dict:
    picture, program = single((value(1, 3, 8, 8) + 2) / 4), single(value(2, 3, 10, 10))
    border = torch.ones(3, 10, 10, dtype=torch.float64)
    border[:, 1:9, 1:9] = 0
    framed = F.pad(picture, (1, 1, 1, 1)) + border * torch.sigmoid(program)
    return {"picture_side": 8, "frame_side": 10, "framed": framed.flatten().tolist()}


def focal() -> dict:
    logits, labels = single(2 * value(3, 4, 3)), torch.tensor([0, 2, 1, 2])
    entropy = F.cross_entropy(logits, labels, reduction="none")
    losses = (1 - torch.exp(-entropy)) ** 2 * entropy
    return {"gamma": 2, "labels": labels.tolist(), "losses": losses.tolist(), "mean": float(losses.mean())}


def bpt() -> dict:
    tokens, width, visual_width, intrinsic, visual_intrinsic = 5, 6, 4, 7, 9
    text = single(value(4, tokens * width, intrinsic) / 8) @ single(value(5, intrinsic))
    visual = single(value(6, tokens * visual_width, visual_intrinsic) / 8) @ single(value(7, visual_intrinsic))
    return {"tokens": tokens, "width": width, "visual_width": visual_width, "intrinsic": intrinsic,
            "visual_intrinsic": visual_intrinsic, "text": text.reshape(tokens, width).tolist(),
            "visual": visual.reshape(tokens, visual_width).tolist()}


def main():
    record = {"description": DESCRIPTION, "bar": bar(), "focal": focal(), "bpt": bpt()}
    Path(__file__).with_name("methods.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
