"""Learns a CLIP-format byte-level BPE from captions and encodes text with it (ASCII captions only)."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

WORD = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_characters() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, in CLIP's vocabulary order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(hidden))]


def learn(captions: list[str], merges: int) -> list[tuple[str, str]]:
    """The most frequent pairs, one merge after another; ties go to the alphabetically first pair."""
    counts = Counter(word for text in captions for word in WORD.findall(text.lower()))
    words = [([*word[:-1], word[-1] + "</w>"], count) for word, count in sorted(counts.items())]
    pairs, places = Counter(), defaultdict(set)
    for index, (parts, count) in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += count
            places[pair].add(index)
    result = []
    while len(result) < merges and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        result.append(best)
        for index in places.pop(best):
            parts, count = words[index]
            pairs.subtract(Counter({p: n * count for p, n in Counter(zip(parts, parts[1:])).items()}))
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i:i + 2] = [parts[i] + parts[i + 1]]
                i += 1
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
                places[pair].add(index)
        pairs = +pairs
    return result


class Tokenizer:
    """Encodes captions; ids are those of Hugging Face's `CLIPTokenizer` on the saved files."""

    def __init__(self, merges: list[tuple[str, str]]):
        characters = byte_characters()
        self.merges = merges
        tokens = characters + [c + "</w>" for c in characters] + ["".join(m) for m in merges] + [START, END]
        self.vocabulary = {token: i for i, token in enumerate(tokens)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.start, self.end = self.vocabulary[START], self.vocabulary[END]
        self.cache = {}

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """Reads `merges.txt`."""
        lines = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")[1:]
        return cls([tuple(line.split(" ")) for line in lines if line])

    def save(self, folder: Path) -> None:
        """Writes `vocab.json` and `merges.txt`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")
        lines = ["#version: 0.2", *(" ".join(m) for m in self.merges)]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def word(self, word: str) -> list[int]:
        """Ids of one word."""
        if word not in self.cache:
            parts = [*word[:-1], word[-1] + "</w>"]
            while len(parts) > 1:
                rank, i = min((self.ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(parts, parts[1:])))
                if rank == 1 << 30:
                    break
                parts[i:i + 2] = [parts[i] + parts[i + 1]]
            self.cache[word] = [self.vocabulary[p] for p in parts]
        return self.cache[word]

    def encode(self, text: str, limit: int = 77) -> list[int]:
        """Start token, word pieces, end token."""
        ids = [i for word in WORD.findall(text.lower()) for i in self.word(word)]
        return [self.start, *ids[:limit - 2], self.end]
