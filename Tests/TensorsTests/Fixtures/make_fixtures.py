"""Writes the fixtures of the tensor tests into this folder."""

import json
import pathlib
import struct

import numpy as np
import torch
from mpmath import cos, log, mp, mpf, pi, sin, sqrt
from safetensors import safe_open
from safetensors.torch import save_file

mp.dps = 40
here = pathlib.Path(__file__).parent


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def purpose(name):
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def stream(seed, name, index, count):
    def word(i):
        counter = (i // 4, index & 0xFFFFFFFF, index >> 32, purpose(name))
        return philox(counter, (seed & 0xFFFFFFFF, seed >> 32))[i % 4]

    def pair(i):
        return word(2 * i) | word(2 * i + 1) << 32

    def normal(i):
        u, t = [mpf(pair(2 * (i // 2) + j) >> 11) / 2**53 for j in (0, 1)]
        turn = cos if i % 2 == 0 else sin
        return float(np.float32(float(sqrt(-2 * log(1 - u)) * turn(2 * pi * t))))

    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = pair(i) * (i + 1) >> 64
        order[i], order[j] = order[j], order[i]
    return {
        "seed": str(seed), "purpose": name, "index": str(index),
        "words": [word(i) for i in range(count)],
        "uniforms": [(word(i) >> 8) / 2**24 for i in range(count)],
        "uniformDoubles": [(pair(i) >> 11) / 2**53 for i in range(count)],
        "signs": [-1 if word(i) >> 31 else 1 for i in range(count)],
        "bounded": [pair(i) * 1000 >> 64 for i in range(count)],
        "permutation": order,
        "normals": [normal(i) for i in range(count)],
    }


streams = [stream(1, "directions", 0, 21), stream(2**63 + 12345, "shuffle", 2**40 + 7, 50), stream(0, "", 1, 8)]
(here / "random.json").write_text(json.dumps(streams, indent=1) + "\n")

patterns = sorted({0, 1, 2, 0x3FF, 0x400, 0x401, 0x7BFF, 0x7C00, 0x7C01, 0x7E00, 0x7F7F, 0x7F80, 0x7FC0, 0x3C00, 0x3F80}
                  | set(range(3, 0x8000, 997)))
patterns += [p | 0x8000 for p in patterns]
half = np.array(patterns, np.uint16).view(np.float16).astype(np.float32).view(np.uint32)
brain = torch.tensor(np.array(patterns, np.uint16).view(np.int16)).view(torch.bfloat16).float().numpy().view(np.uint32)
(here / "half.json").write_text(json.dumps(
    {"patterns": patterns, "float16": half.tolist(), "bfloat16": brain.tolist()}) + "\n")

values = torch.tensor([0.0, -0.0, 1.5, -2.25, 3.4e38, 1e-45, float("inf"), 65504.0])
save_file({
    "f32": values.reshape(2, 4), "f16": values[:4].to(torch.float16), "bf16": values.to(torch.bfloat16).reshape(4, 2),
    "i32": torch.tensor([[1, -2], [2**31 - 1, -2**31]], dtype=torch.int32), "i64": torch.tensor([5, 6]),
    "empty": torch.zeros(0, 3), "scalar": torch.tensor(7.0), "bytes": torch.tensor([1, 2, 3], dtype=torch.uint8),
}, here / "python.safetensors", metadata={"format": "pt", "note": 'a "quoted" \\ line\nñ 🙂'})

save_file({"b": torch.tensor([[1.0, 2.0, 3.0]]), "a.weight": values, "empty": torch.zeros(2, 0)},
          here / "float32.safetensors", metadata={"format": "pt"})

parts = [("order", "I32", [3], struct.pack("<3i", 2, 0, -1)), ("w", "F32", [2, 1], struct.pack("<2f", 0.5, -1))]
header, data = {"__metadata__": {"a": "1", "b": 'q"\n'}}, b""
for name, kind, shape, content in parts:
    header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
    data += content
text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).replace("\\n", "\\u000a").encode()
text += b" " * (-len(text) % 8)
(here / "mixed.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
with safe_open(here / "mixed.safetensors", "pt") as file:
    assert file.get_tensor("order").tolist() == [2, 0, -1] and file.get_tensor("w").tolist() == [[0.5], [-1.0]]
    assert file.metadata() == {"a": "1", "b": 'q"\n'}
