"""Writes true captions for pictures and scenes: names, categories, WordNet hypernyms, style words, many templates."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np

from filters import FILTERS

GENERIC = re.compile(r"^(part of the flat|lemon svg|etiquette icon|svg gradient|svg road|various clip|r\d+ |clipart by"
                     r"|sallite|blueberry|gold-theme|plastik|gramastar|aiga|rpg map|unsorted|homes clipart|card$)")
AUTHORS = set("architetto francesco rollandin franc fra rolla francesc jean victor balin bali jarno vasamaa nicu "
              "buculei ganson gerald michael breuer dear theme aj md ashton lumen desig benji park kurt cagle "
              "cagl mimooh ralf ste hash ravi kattekrab alex karam orlando yves guillou jonadab sheikh tuhin "
              "klaus ryan lerch john rori rory mccann steve lambert luen wasat jon phillips".split())
DROPPED = {"hash", "theme", "unsorted", "icons", "computer icons", "special", "simple", "clipart", "clip art", "magick",
           "signs and symbols", "mapsym", "sign", "stock", "work", "", "svg", "image", "shapes", "misc"}
# WordNet names of broad kinds, and the word used in captions.
BROAD = {"animal": "animal", "bird": "bird", "mammal": "mammal", "fish": "fish", "insect": "insect",
         "reptile": "reptile", "plant": "plant", "flower": "flower", "tree": "tree", "edible fruit": "fruit",
         "vegetable": "vegetable",
         "food": "food", "beverage": "drink", "dessert": "dessert", "person": "person", "vehicle": "vehicle",
         "building": "building", "musical instrument": "musical instrument", "tool": "tool", "weapon": "weapon",
         "clothing": "clothing", "furniture": "furniture", "computer": "computer", "sport": "sport", "game": "game",
         "vessel": "boat", "aircraft": "aircraft", "headdress": "hat", "footwear": "shoe", "container": "container"}
SYNONYMS = {"beverage": "drink", "people": "person", "office": "office supplies", "roadsign": "road sign",
            "geography": "map", "signs and symbol": "sign", "bug": "insect", "smily": "smiley", "car": "vehicle",
            "homes": "house", "home": "house", "stickman": "stick figure", "transportation": "transport"}
PLURAL = [("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", "")]
SCENE_WORDS = {"plain": ["", "a drawing of ", "a plain picture of ", "a picture of "],
               "outline": ["an outline of ", "the outline of ", "a line drawing of "],
               "sketch": ["a sketch of ", "a hand drawn sketch of ", "a black and white line drawing of "],
               "noisy": ["a noisy photo of ", "a noisy picture of ", "a grainy photo of "],
               "blurred": ["a blurry photo of ", "a blurred picture of ", "an unsharp photo of "],
               "textured": ["a photo of ", "a picture on a pattern of ", "a busy picture of "],
               "grey": ["a grey picture of ", "a black and white photo of ", "a greyscale image of "]}
LEADS = ["here is ", "this shows ", "here you can see ", "in this file there is ", "what you see here is ", "we see ",
         "one of many pictures that show ", "there is nothing here but ", "look, ", "now comes "]
OPENINGS = ["", "", "a ", "the ", "a photo of ", "a photo of a ", "a picture of ", "a picture of a ", "an image of a ",
            "a drawing of ", "a drawing of a ", "this is a "]
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def singular(word: str) -> str:
    """A rough singular: good enough for folder names."""
    for end, put in PLURAL:
        if word.endswith(end) and len(word) > 3 and not word.endswith(("ss", "us", "is")):
            return word[:len(word) - len(end)] + put
    return word


def article(name: str) -> str:
    """The name with its indefinite article."""
    return ("an " if name[:1] in "aeio" else "a ") + name


class WordNet:
    """Noun hypernyms, from the `dict` files."""

    def __init__(self, folder: Path):
        self.senses, self.names, self.parents = {}, {}, {}
        for line in (folder / "index.noun").read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                self.senses[fields[0]] = fields[-int(fields[2]):]
        for line in (folder / "data.noun").read_text().splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            self.names[fields[0]] = fields[4].replace("_", " ").lower()
            rest = fields[4 + 2 * count + 1:]
            self.parents[fields[0]] = [rest[i + 1] for i in range(0, len(rest) - 3, 4) if rest[i] in ("@", "@i")]

    def kinds(self, name: str) -> list[str]:
        """The first of three senses that has a broad kind: its next hypernym, then those kinds, nearest first."""
        words = name.split()
        for start in range(len(words)):
            tail = "_".join(words[start:])
            senses = self.senses.get(tail) or self.senses.get(singular(tail))
            if senses:
                break
        else:
            return []
        for place in senses[:3]:
            chain = []
            while self.parents.get(place):
                place = self.parents[place][0]
                chain.append(self.names[place])
            broad = [BROAD[n] for n in chain if n in BROAD]
            if broad:
                return list(dict.fromkeys([chain[0], *broad]))
        return []


def clean(text: str) -> str:
    """A title or file stem as plain lower-case words without numbers and authors."""
    text = unicodedata.normalize("NFD", text.lower().replace("_", " ").replace("-", " "))
    text = re.sub(r"[^a-z ]+", " ", re.sub("[\u0300-\u036f]", "", text))
    words = [w for w in text.split() if w not in AUTHORS and (len(w) > 2 or w in ("tv", "cd", "pc", "ox"))
             and not (len(w) > 3 and any(author.startswith(w) for author in AUTHORS))]
    return " ".join(words[:6])


def name_pictures(items: list[dict], wordnet: WordNet) -> list[dict]:
    """Adds to each picture `names` (own names), `kinds` (categories, hypernyms) and `medium`."""
    titles = Counter(item["title"].lower() for item in items)
    result = []
    for item in items:
        if item["source"] != "openclipart":
            own, kinds, medium = [clean(item["title"])], [], item["source"]
            own[0] = re.sub("^(black|white|heavy) ", "", own[0].replace("face with ", "smiley face with "))
        else:
            folders = [f.replace("_", " ").replace("-", " ") for f in item["key"].split("/")[:-1]]
            stem = clean(item["key"].rsplit("/", 1)[1].replace("-", " "))
            title = item["title"].lower()
            unusable = GENERIC.match(title) or titles[title] > 25
            own = [n for n in ["" if unusable else clean(title), stem] if n][:1]
            kinds = [singular(f) for f in reversed(folders)] + [clean(k) for k in item["keywords"]]
            kinds = [SYNONYMS.get(k, k) if n % 2 else k for k in kinds for n in range(2)]
            kinds = [k for k in dict.fromkeys(kinds) if k not in DROPPED and not set(k.split()) & AUTHORS]
            medium = "icon" if "icons" in folders else "flag" if "flags" in folders else "clip art"
            if "map symbols" in folders or "aiga symbols" in folders or medium == "icon" and "action" in folders:
                medium = "symbol"
        broad = [k for name in own for k in wordnet.kinds(name)]
        if item["source"] == "openclipart" and not set(broad) & set(kinds):
            broad = []  # another sense of the word than the folder's
        own = own or kinds[:1] or ["picture"]
        result.append({"names": own, "kinds": list(dict.fromkeys([*kinds, *broad])) or own, "medium": medium})
    return result


def style_of(rgb: np.ndarray) -> list[str]:
    """Style words that are true of a picture: colour, line drawing, silhouette, dominant colour."""
    values = rgb.astype(np.int16)
    chroma, light = values.max(-1) - values.min(-1), values.mean(-1)
    if (chroma > 40).mean() < 0.01:
        ink = (light < 128).mean()
        return (["black and white", "line drawing"] if ink < 0.18 else ["black and white", "silhouette"]
                if (light < 60).mean() > 0.6 * (light < 215).mean() else ["grey"])
    return ["colourful"] if (chroma > 60).mean() > 0.25 else ["coloured"]


def picture_caption(info: dict, styles: list[str], medium: str, ground: str, rng) -> str:
    """One caption of a picture drawn in the given styles; the medium word may be left out."""
    pick = lambda values: values[int(rng.integers(len(values)))]
    name = pick(info["names"]) if rng.random() < 0.55 else pick(info["kinds"][:3] if rng.random() < 0.7
                                                               else info["kinds"])
    other = pick(info["kinds"])
    style, roll = pick(styles), rng.random()
    noun = {"line drawing": "line drawing", "silhouette": "silhouette", "sketch": "sketch"}.get(style)
    adjective = "" if noun else style + " "
    medium = noun or pick([medium, medium, "picture", "image", "drawing"])
    thing = article(name) if rng.random() < 0.7 else name
    if roll < 0.12:
        text = f"{thing}."
    elif roll < 0.62:
        text = f"{article(adjective + medium)} of {thing}"
    elif roll < 0.72:
        text = f"{article(adjective + medium)} of {thing}, {article('kind of')} {other}"
    elif roll < 0.82 and not noun:
        text = f"{article(adjective + name)}, {medium}"
    elif roll < 0.9:
        text = f"{name}, {other}, {adjective}{medium}"
    else:
        text = f"{pick(['the', 'this is', 'one'])} {name} in {article(adjective + medium)}"
    if ground and rng.random() < 0.6:
        text += f" on {article(ground)} background"
    return text.rstrip(".") + ("." if rng.random() < 0.7 else "")


def contest(names: list[str], rng) -> list[str]:
    """One caption for each name, all in the same words."""
    opening = OPENINGS[int(rng.integers(len(OPENINGS)))]
    end = "." if rng.random() < 0.7 else ""
    return [opening + name + end for name in names]


def lead(text: str, rng) -> str:
    """The caption, sometimes after words that say nothing about the picture."""
    return LEADS[int(rng.integers(len(LEADS)))] + text if rng.random() < 0.1 else text


def scene_caption(info: dict, rng, style: str = "") -> str:
    """One caption of a procedural scene, put into one of the styles of `filters.py` where named."""
    pick = lambda values: values[int(rng.integers(len(values)))]
    words, medium, true_colours = FILTERS[style]
    if words:
        word = pick(words)
        style = (article(word) if word in ("line drawing", "sketch") else
                 article(f"{word} {pick([medium or 'picture', 'picture', 'image'])}")) + " of "
    else:
        style = pick(SCENE_WORDS[info["style"]])
    thing, colour = info["thing"] or "picture", info["colour"]
    coloured = true_colours and info["style"] not in ("grey", "sketch") and bool(colour)
    colour = colour + " " if rng.random() < 0.6 and coloured else ""
    if info["kind"] == "texture":
        both = f"{thing} in {info['colour']} and {info['ground']}" if coloured else f"{style}{thing}"
        text = pick([thing, f"{colour}{thing}", f"{style}{thing}", f"a texture of {thing}",
                     f"{style}a pattern of {colour}{thing}", both])
    elif info["kind"] == "glyph":
        digit = thing.isdigit()
        word = NUMBERS[int(thing)] if digit and thing != "0" else "zero" if digit else f"letter {thing}"
        written = pick([word, word, f"the number {word}", f"the digit {word}", f"the digit {thing}"]) if digit else word
        text = f"{style}{article(colour + word) if colour and not digit else written}"
        if colour and digit:
            text += f" in {info['colour']}"
    elif info["kind"] == "count":
        things = thing if thing.endswith("s") and info["count"] == 1 else thing + ("es" if thing[-1] == "s" else "s")
        number = NUMBERS[info["count"]]
        if info["count"] == 1:
            text = pick([f"{style}one {colour}{thing}", f"{style}{number}", f"{style}a single {colour}{thing}"])
        else:
            text = pick([f"{style}{number} {colour}{things}", f"{style}{number} {colour}{things}",
                         f"{style}{number}", f"{style}{number} things"])
    else:
        size = info["size"] + " " if info["size"] and rng.random() < 0.6 else ""
        text = pick([f"{style}{article(size + colour + thing)}", f"{style}{article(thing)}",
                     f"{style}{size}{colour}{thing}"])
    if coloured and info["kind"] != "texture" and rng.random() < 0.3:
        text += f" on {article(info['ground'])} background" if not info["texture"] else f" on {info['texture']}"
    return text + ("." if rng.random() < 0.7 else "")
