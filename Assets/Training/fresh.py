"""Makes the tasks in `Data/fresh`, which chose nothing: no setting, no style and no other task.

    python fresh.py --work WORK_FOLDER --out DATA_FOLDER/fresh

The same recipe and the same parts as `tasks.py`; reads `sources.tsv` of the eight tasks beside the folder `fresh`.
"""

import argparse
from pathlib import Path

import numpy as np

import freshshifts
import pictures
from scenes import Painter
from sources import EMOJIONE, fetch
from tasks import NEAR, Builder

SMILEYS = """angry anguished astonished blush clown cold_sweat confounded confused cowboy cry disappointed
    disappointed_relieved dizzy_face drooling_face expressionless fearful flushed frowning frowning2 grimacing grin
    grinning head_bandage heart_eyes hushed innocent joy kissing kissing_closed_eyes kissing_heart kissing_smiling_eyes
    laughing lying_face mask money_mouth nauseated_face nerd neutral_face no_mouth open_mouth pensive persevere rage
    relaxed relieved rofl rolling_eyes scream sleeping sleepy slight_frown slight_smile smile smiley smirk sneezing_face
    sob stuck_out_tongue stuck_out_tongue_closed_eyes stuck_out_tongue_winking_eye sunglasses sweat sweat_smile
    thermometer_face thinking tired_face triumph unamused upside_down weary wink worried yum zipper_mouth""".split()
BIRDS = "baby_chick bird chicken dove duck eagle hatched_chick hatching_chick owl penguin rooster turkey".split()
NO_SPORT = """art bath circus_tent clapper drum game_die guitar headphones juggling levitate microphone military_medal
    musical performing_arts reminder_ribbon rosette saxophone slot_machine space_invader ticket trumpet video_game
    violin""".split()
NO_MAP = """arkansas_symbol astronomy ayers_rock basque calebasse canada_umbrella earth_and eclipse eiffel garmin gps
    magelan moon mount planet_costea shi_ken spyglass svg_globe_blue symbol_for teide ukrainian_map_u war_drum
    wire_globe""".split()
# Class name: path prefixes, as in `tasks.py`.
ENGRAVINGS = {
    "bird": ["animals/birds", *(f"emojione/nature/{name}" for name in BIRDS)],
    "smiley": [f"emojione/people/{name}" for name in SMILEYS],
    "sport": ["sports", "emojione/activity", *(f"!emojione/activity/{name}" for name in NO_SPORT)],
    "symbol": ["emojione/symbols"],
}
PUZZLES = {
    "card": [f"recreation/games/cards/{deck}" for deck in ("bordered", "ornamental", "simple", "white")],
    "clothing": ["people/clothing", "!people/clothing/hats/jacob_leisler"],
    "map": ["geography", *(f"!geography/{name}" for name in NO_MAP)],
    "music": ["recreation/music"],
}
RENDERED = {"engravings": (96, freshshifts.engraved), "puzzles": (96, freshshifts.jigsaw)}
# Task: class name and what `freshshifts.py` draws for it.
DRAWN = {
    "letters": {f"letter {letter}": letter for letter in "ABCDEFGH"},
    "groups": {f"{word} {shape}s": f"{number} {shape}" for word, number in (("two", 2), ("four", 4))
               for shape in ("heart", "star", "crescent")},
    "colours": {name: name for name in ("red", "green", "blue", "yellow", "orange", "purple", "pink", "brown")},
    "sizes": {f"{size} {shape}": f"{size} {shape}" for size in ("small", "large")
              for shape in ("square", "triangle", "cross")},
}


def is_distinct(rgb: np.ndarray) -> bool:
    """Not so faint on its white ground that the joints of a jigsaw hide it."""
    return bool(rgb.mean() < 0.98 * 255)


def main() -> None:
    """Command line: makes every task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for downloads and caches")
    parser.add_argument("--out", type=Path, required=True, help="the folder fresh to write, in the Data folder")
    parser.add_argument("--seed", type=int, default=20260101)
    options = parser.parse_args()
    root = fetch(options.work, EMOJIONE)
    art, others = pictures.clip_art(root), pictures.stamps(root) + pictures.emojione(root)
    hashed = lambda items: pictures.perceptual_hash(pictures.on_white(np.stack([item["pixels"] for item in items])))
    trained = hashed(art + pictures.emoji(root) + pictures.pictograms(root))
    lines = (options.out.resolve().parent / "sources.tsv").read_text().splitlines()[1:]
    used = {line.split("\t")[1] for line in lines}
    builder = Builder(options.out, options.seed, RENDERED, freshshifts)
    builder.hashes = hashed([item for item in art + others if f"{item['source']}:{item['key']}" in used])

    def unlike(rgb: np.ndarray) -> bool:
        """No near-duplicate of anything that may be trained on."""
        return pictures.distances(pictures.perceptual_hash(rgb[None]), trained).min() > NEAR

    for task, candidates, classes, wanted in (("engravings", others, ENGRAVINGS, unlike),
                                              ("puzzles", art, PUZZLES, is_distinct)):
        found = builder.sample(task, candidates, classes, wanted)
        if len(found) < len(classes):
            raise SystemExit(f"{task}: too few pictures for {set(classes) - set(found)}")
        builder.write(task, found)
    fonts = Painter(root).fonts
    for task, things in DRAWN.items():
        builder.write(task, builder.paint(task, things, fonts))
    (options.out / "sources.tsv").write_text("image\tsource\n" + "\n".join(builder.sources) + "\n")
    print("near-duplicates skipped while choosing:", builder.duplicates)


if __name__ == "__main__":
    main()
