"""Records what Hugging Face's CLIPTokenizer makes of many strings.

    pip install transformers tokenizers open_clip_torch
    python tokenizer_record.py PATH/TO/open_clip/bpe_simple_vocab_16e6.txt.gz

Writes, beside itself: tokenizer-folder/ (the first 8 000 merges of OpenAI's vocabulary in Hugging Face layout),
tokenizer_strings.jsonl, tokenizer_sweep.jsonl and tokenizer_small.json. Nothing is excluded: where the library's
Unicode tables are older than today's, its results are recorded as they are.
Recorded with transformers 5.23.0 and tokenizers 0.23.3.
"""

import gzip
import json
import os
import random
import sys
import tempfile

from transformers import CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "tokenizer-folder")
MERGES = 8000
CONTEXT = 77


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters, spare = {b: chr(b) for b in printable}, 256
    for b in range(256):
        if b not in characters:
            characters[b] = chr(spare)
            spare += 1
    return [characters[b] for b in printable] + [characters[b] for b in range(256) if b not in printable]


def write_folder(source):
    merges = gzip.open(source).read().decode("utf-8").split("\n")[1 : 1 + MERGES]
    alphabet = byte_characters()
    tokens = alphabet + [c + "</w>" for c in alphabet] + [m.replace(" ", "") for m in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "merges.txt"), "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    with open(os.path.join(FOLDER, "vocab.json"), "w", encoding="utf-8") as f:
        json.dump({t: i for i, t in enumerate(tokens)}, f, ensure_ascii=False, separators=(",", ":"))


WORDS = """a photo of the cat dog golden retriever annual crop land forest permanent highway industrial sea lake
    texture zigzagged honeycombed Boeing 737-800 1968 Ferrari Abyssinian pomeranian snowboarding people's it's we'll
    they've I'm he'd don't DON'T O'Brien rock'n'roll naïve café Straße ŒUVRE ΣΊΣΥΦΟΣ İstanbul ǅ ﬁne Ａｂ１ x² ½ Ⅷ ٣٤ 数字 東京タワー
    こんにちは 안녕하세요 Привет мир שָׁלוֹם السَّلَامُ नमस्ते สวัสดี ไม่ ខ្មែរ Tiếng Việt ｶﾞ हिन्दी தமிழ் ಕೊ ߒߞߏ""".split()
EMOJI = ["😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "1️⃣", "❤️", "🧑🏿‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☕", "🫨"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\xa0", "\u1680", "\u2003", "\u200b", "\u2028",
          "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff", "\u180e", "\u2060", "\x1c", "\x1f"]
MARKS = [0x300, 0x301, 0x308, 0x327, 0x323, 0x331, 0x334, 0x345, 0x31B, 0x5B0, 0x5BC, 0x64B, 0x651, 0x93C, 0x94D, 0xE38, 0xE48,
         0xF71, 0xF72, 0xF73, 0x3099, 0x309A, 0x1AB0, 0x1DF9, 0x20DD, 0x20E3, 0xFE0F, 0x16FF0, 0x1D165]
BASES = list("aeioucnsAEIOUCNSxq") + ["\u00e4", "\u0226", "\u03b1", "\u0435", "\u304b", "\u1100\u1161", "\u1100\u1161\u11a8", "\uac00",
         "\uac00\u11a8", "\u0cca", "\u0cca\u0cd5", "\u0cc6\u0cc2\u0cd5", "\u0928", "\u05e9", "\u212b", "\u2126", "\uf900", "\U0002f800"]
SPECIALS = ["<|startoftext|>", "<|endoftext|>", "<|STARTOFTEXT|>", "<|EndOfText|>", "<|endoftext|", "<|endoftext|>>", "<<|endoftext|>",
            "</w>", "<|", "|>", "!<|endoftext|>!", "!<|ENDOFTEXT|>!", "<|ENDOFTEXT|><|ENDOFTEXT|>", "<|İ|>"]


def strings():
    r = random.Random(20)
    yield from ["", " ", "\n\t ", "a", "'", "''", "'s", "''s", "!'s", "'S", "'LL", "'ſ", "it''s", "'re're", "'r", "'vex", "’s", "x" * 63]
    yield from WORDS + EMOJI + SPACES + SPECIALS
    yield from (chr(c) for c in range(256))
    yield from (f"a{chr(c)}b" for c in range(256))
    yield from ("X " * m + f"{name}." for m in (1, 4, 8, 16) for name in ("cat", "annual crop land", "737-800", "St. Bernard", "a.", "C++", "é"))
    for _ in range(350):
        yield r.choice([" ", "  ", " "]).join(r.choice(WORDS) for _ in range(r.randint(1, 14))) + r.choice(["", ".", "!?", "..."])
    for _ in range(200):
        yield "".join(chr(r.randint(32, 126)) for _ in range(r.randint(1, 60)))
    for _ in range(150):
        yield "".join(r.choice(WORDS + SPACES + EMOJI) for _ in range(r.randint(2, 12)))
    for _ in range(150):
        yield "".join(r.choice(SPECIALS + WORDS + [" ", ""]) for _ in range(r.randint(1, 6)))
    for _ in range(250):
        yield "".join(r.choice(BASES) + "".join(chr(r.choice(MARKS)) for _ in range(r.randint(0, 5))) for _ in range(r.randint(1, 6)))
    for _ in range(150):
        yield "".join(r.choice(["12", "3.14", "1,000", "-5", "²", "Ⅷ", "٣", "𝟘", "五", "①", "a1b2", "20%", " ", "x"]) for _ in range(r.randint(1, 10)))
    for _ in range(150):
        yield "".join(chr(r.choice([r.randint(0x4E00, 0x9FFF), r.randint(0x3040, 0x30FF), r.randint(0xAC00, 0xD7A3), 0x3002, 32]))
                      for _ in range(r.randint(1, 20)))
    for _ in range(250):
        low = r.choice([r.randrange(0x80, 0x3000, 0x80), r.randrange(0xA000, 0xAC00, 0x80), r.randrange(0xF900, 0xFFFF, 0x80),
                        r.randrange(0x10000, 0x12000, 0x80), r.randrange(0x16000, 0x1FFFF, 0x80), r.randrange(0xE0000, 0xE0200, 0x80)])
        yield "".join(chr(low + r.randrange(0x80)) for _ in range(r.randint(1, 12)))
    for _ in range(60):
        yield "".join(r.choice("etaoinshrdlu") for _ in range(r.randint(30, 300)))
    for n in (70, 73, 74, 75, 76, 77, 78, 79, 92, 150):
        yield " ".join(["cat"] * n)
        yield "7" * n
        yield "x" * n
        yield " ".join(r.choice(WORDS) for _ in range(n // 2))


def record_strings(tokenizer):
    with open(os.path.join(HERE, "tokenizer_strings.jsonl"), "w") as f:
        for i, text in enumerate(dict.fromkeys(strings())):
            ids = tokenizer.encode(text)
            row = {"text": text, "ids": ids[1:-1]}
            assert [ids[0], ids[-1]] == [tokenizer.bos_token_id, tokenizer.eos_token_id]
            if i % 4 == 0:
                row["decoded"] = tokenizer.decode(ids)
                row["plain"] = tokenizer.decode(ids, skip_special_tokens=True)
            if len(ids) > CONTEXT:
                row["truncated"] = tokenizer.encode(text, truncation=True, max_length=CONTEXT)
            f.write(json.dumps(row, separators=(",", ":")) + "\n")
        print(i + 1, "strings")


def sweep_text(first):
    """Every character of a block of 256: in a word, and among marks of low and high class."""
    block = (chr(c) for c in range(first, first + 256) if not 0xD800 <= c < 0xE000)
    return "".join(f"a{c}a a{c}\u0334 a\u0345{c} " for c in block)


def record_sweep(tokenizer):
    blocks = [*range(0, 0x3400, 256), *range(0x4D00, 0x4F00, 256), *range(0x9E00, 0xAD00, 256), *range(0xD700, 0xD800, 256),
              *range(0xE000, 0xE100, 256), *range(0xF800, 0x17000, 256), *range(0x18A00, 0x20100, 256), *range(0x2F700, 0x2FC00, 256),
              *range(0x31300, 0x31500, 256), *range(0xE0000, 0xE0200, 256)]
    with open(os.path.join(HERE, "tokenizer_sweep.jsonl"), "w") as f:
        for first in blocks:
            checksum = 0xCBF29CE484222325  # FNV-1a over the ids
            for i in tokenizer.encode(sweep_text(first), add_special_tokens=False):
                checksum = (checksum ^ i) * 0x100000001B3 % 2**64
            f.write(json.dumps({"first": first, "checksum": f"{checksum:016x}"}) + "\n")


def record_small():
    """A vocabulary with gaps: missing bytes, a pair merged twice, merges of the unknown token, added tokens."""
    unknown = "<|endoftext|>"
    tokens = ["<|startoftext|>", unknown, "a", "b", "c", "a</w>", "b</w>", "ab", "ab</w>", "bc", "abc", "aab", "ba</w>",
              "a" + unknown, "!</w>", "x</w>", ".</w>", "c.</w>"]
    merges = [["a", "b"], ["b", "c"], ["a", "ab"], ["a", "b</w>"], ["ab", "c"], ["a", "b"], ["a", "bc"], ["b", "a</w>"], ["a", unknown]]
    added = [("<|startoftext|>", 0, True, True), (unknown, 1, False, True), ("<Frog>", 18, True, False), ("!", 19, False, True),
             ("!!a", 20, False, False)]
    r = random.Random(3)
    texts = ["", "abcab", "ab ab", "zab", "abz", "azb", "<FROG>a", "<frog>!", "!!a", "!!!ab", "<|STARTOFTEXT|>ab<|ENDOFTEXT|>", "X cat.", "c."]
    texts += ["".join(r.choice("aaabbbccz! ") for _ in range(r.randint(1, 30))) for _ in range(120)]
    content = {
        "added_tokens": [
            {"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": n, "special": s}
            for c, i, n, s in added],
        "model": {"type": "BPE", "unk_token": unknown, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": False,
                  "vocab": {t: i for i, t in enumerate(tokens)}, "merges": merges}}
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "tokenizer.json"), "w") as f:
            json.dump({"version": "1.0", **content}, f)
        tokenizer = CLIPTokenizer.from_pretrained(folder)
    rows = [{"text": t, "ids": tokenizer.encode(t)[1:-1], "plain": tokenizer.decode(tokenizer.encode(t), skip_special_tokens=True)} for t in texts]
    with open(os.path.join(HERE, "tokenizer_small.json"), "w") as f:
        json.dump({**content, "strings": rows}, f, indent=0)


if __name__ == "__main__":
    write_folder(sys.argv[1])
    hugging_face = CLIPTokenizer.from_pretrained(FOLDER)
    record_strings(hugging_face)
    record_sweep(hugging_face)
    record_small()
