"""Files with keys of Google accounts, as far as can be told without asking Google."""

import json
from pathlib import Path


def is_key(file: str) -> bool:
    """Whether a file looks like the key of a service account, or of a person who signed in."""
    try:
        key = json.loads(Path(file).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(key, dict) and bool({"private_key", "refresh_token"} & key.keys())
