"""An adapter that is part of a model's weights already, as `citewise tune export` wrote them."""

import json
from pathlib import Path

RECORD = "citewise-export.json"


def merged_before(folder: Path) -> str:
    """Which adapter `citewise tune export` merged into the model in `folder`; empty where none is known."""
    try:
        return str(json.loads((folder / RECORD).read_text("utf-8"))["adapter"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
