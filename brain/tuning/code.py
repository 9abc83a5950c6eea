"""Which code made something: a hash that changes with it."""

import hashlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def code_fingerprint(*names: str) -> str:
    """A hash of modules and packages, named by their paths under brain/, such as "phi3/network.py"."""
    digest = hashlib.sha256()
    for name in names:
        place = _ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
