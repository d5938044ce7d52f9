"""Records what two tokenizers make of the whole vocabulary of OpenAI's CLIP.

    pip install transformers tokenizers open_clip_torch ftfy
    python record.py PATH/TO/site-packages/open_clip

Writes, beside itself: merges.txt (all 48 894 merges), names.txt (ImageNet's 1 000 names), templates.txt (OpenAI's 80
templates), sweep.txt (for each template a checksum of the ids of all names, by Hugging Face and by open_clip) and
texts.jsonl (5 400 odd texts: [text, Hugging Face's ids] and, where they differ, open_clip's ids).
Recorded with transformers 5.24.0, tokenizers 0.23.3, open_clip_torch 3.3.0 and ftfy 6.3.1.
"""

import ast
import gzip
import hashlib
import html
import importlib.util
import json
import os
import random
import re
import sys
import tempfile

from transformers import CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = sys.argv[1]


def load(name):
    spec = importlib.util.spec_from_file_location("open_clip_" + name, os.path.join(PACKAGE, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(name, text):
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        file.write(text)


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    characters, spare = {b: chr(b) for b in printable}, 256
    for b in range(256):
        if b not in characters:
            characters[b] = chr(spare)
            spare += 1
    return [characters[b] for b in printable] + [characters[b] for b in range(256) if b not in printable]


merges = gzip.open(os.path.join(PACKAGE, "bpe_simple_vocab_16e6.txt.gz")).read().decode("utf-8").split("\n")
merges = merges[1 : 49152 - 256 - 2 + 1]
write("merges.txt", "#version: 0.2\n" + "\n".join(merges) + "\n")
alphabet = byte_characters()
tokens = alphabet + [c + "</w>" for c in alphabet] + [m.replace(" ", "") for m in merges]
tokens += ["<|startoftext|>", "<|endoftext|>"]
folder = tempfile.mkdtemp()
with open(folder + "/merges.txt", "w", encoding="utf-8") as file:
    file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
with open(folder + "/vocab.json", "w", encoding="utf-8") as file:
    json.dump({t: i for i, t in enumerate(tokens)}, file, ensure_ascii=False)
hugging_face = CLIPTokenizer.from_pretrained(folder)
open_clip = load("tokenizer").SimpleTokenizer(os.path.join(PACKAGE, "bpe_simple_vocab_16e6.txt.gz"))
metadata = load("zero_shot_metadata")


def hf(text):
    return hugging_face(text, add_special_tokens=False)["input_ids"]


names = list(metadata.IMAGENET_CLASSNAMES)
source = open(os.path.join(PACKAGE, "zero_shot_metadata.py"), encoding="utf-8").read()
templates = [t.replace("{c}", "{}") for t in re.findall(r"lambda c: f'([^']*)'", source)][:80]
assert len(names) == 1000 and len(templates) == 80, (len(names), len(templates))
write("names.txt", "\n".join(names) + "\n")
write("templates.txt", "\n".join(templates) + "\n")


def checksum(tokenize, template):
    lines = (" ".join(map(str, tokenize(template.replace("{}", name)))) for name in names)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


write("sweep.txt", "".join(f"{checksum(hf, t)} {checksum(open_clip.encode, t)}\n" for t in templates))

# Odd texts: curly quotes, entities, ligatures, widths, controls, line ends, blanks, other scripts, emoji.
pieces = """a photo of the cat dog golden retriever it's we'll they've don't O’Brien ‘quoted’ “double” ‚low„ ‹angle› «guillemet» 5′ 6″
 &amp; &lt;b&gt; &eacute; &#233; &#xe9; &amp;amp; &nbsp; &unknown; &copy &hellip; &notit; <b> </b> ﬁne ﬂow ﬀ ﬃ ﬄ ﬅ ﬆ Ĳ ĳ ŉ Ǆ ǆ Ǳ ｱ ｶﾞ Ａｂ１ ！ ～ ￥
 naïve café Straße ΣΊΣΥΦΟΣ İstanbul 数字 東京タワー 안녕 Привет שלום مرحبا नमस्ते ไทย 😀 👍🏽 🇩🇪 1️⃣ ❤️ ☕ x² ½ Ⅷ ٣٤ — – … • ™ © ® ° ± µ € £ ¥
 <|startoftext|> <|endoftext|> <start_of_text> <end_of_text> 10,000 3.14 U.S.A. e-mail@x.org http://a.b/c?d=e#f snake_case camelCase ALLCAPS""".split()
blanks = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "", "", "-", "\u200b", "\u2028", "\u0085", "\x1b[31m", "\x07", "\ufeff", "\u0301"]
rng = random.Random(7)
texts = ["", " ", "’", "“”", "&", "&;", "&#0;", "&#x110000;", "&#128;", "&lt", "a&ampb"] + pieces
while len(texts) < 5400:
    parts = rng.choices(pieces, k=rng.randint(1, 5))
    text = "".join(p + (" " if rng.random() < 0.6 else rng.choice(blanks)) for p in parts)
    if rng.random() < 0.2:
        text = "".join(c.upper() if rng.random() < 0.3 else c for c in text)
    if rng.random() < 0.15:
        text += "".join(chr(rng.choice([rng.randint(32, 0x24F), rng.randint(0x370, 0x5FF), rng.randint(0x2000, 0x2BFF)])) for _ in range(4))
    texts.append(text)
lines = []
for text in texts:
    ours, theirs = hf(text), open_clip.encode(text)
    lines.append(json.dumps([text, ours] + ([theirs] if theirs != ours else []), ensure_ascii=True, separators=(",", ":")))
write("texts.jsonl", "\n".join(lines) + "\n")
print(len(lines), "texts,", sum(line.count("[") == 3 for line in lines), "differ")
