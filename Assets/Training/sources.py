"""Fetches the picture sources as Debian packages and unpacks them without installing them."""

import subprocess
from pathlib import Path

PACKAGES = [
    "openclipart-png",           # public domain pictures
    "openclipart-svg",           # the same drawings, read only for their titles and keywords
    "tuxpaint-stamps-default",   # GPL-2 stamps, never trained on
    "fonts-noto-color-emoji",    # OFL-1.1 emoji
    "fonts-symbola",             # black pictograms, free for any use
    "fonts-dejavu-core",         # fonts of the procedural scenes
    "fonts-freefont-ttf",
    "wordnet-base",              # hypernyms for captions
]
EMOJIONE = "ruby-gemojione"      # CC-BY-SA-4.0 emoji by other artists, never trained on; for fresh.py alone


def fetch(work: Path, *more: str) -> Path:
    """Downloads and unpacks every package, and `more` of them, below `work`; returns the root of the unpacked tree."""
    root, packages = work / "root", work / "packages"
    root.mkdir(parents=True, exist_ok=True)
    packages.mkdir(parents=True, exist_ok=True)
    for name in [*PACKAGES, *more]:
        if not list(packages.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "download", name], cwd=packages, check=True)
        done = packages / f"{name}.unpacked"
        if not done.exists():
            archive = sorted(packages.glob(f"{name}_*.deb"))[-1]
            subprocess.run(["dpkg-deb", "-x", archive.resolve(), root.resolve()], check=True)
            done.write_text(archive.name + "\n")
    return root
