"""Prints the digests of the model and of every task, as in `Assets/README.md`."""

import argparse
import hashlib
from pathlib import Path

from tasks import digests


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assets", type=Path)
    assets = parser.parse_args().assets
    for path in sorted((assets / "Model").glob("*.*")):
        if path.suffix != ".md":
            print(f"| `Model/{path.name}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |")
    data = assets / "Data"
    for split in sorted(data.glob("*/split.json")) + sorted(data.glob("fresh/*/split.json")):
        own, images = digests(split.parent)
        name = split.parent.relative_to(data)
        print(f"| `{name}` split | `{own}` |\n| `{name}` images | `{images}` |")


if __name__ == "__main__":
    main()
