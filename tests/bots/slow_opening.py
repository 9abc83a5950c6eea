"""`citewise serve` whose index is being made until a file is there: `python slow_opening.py FILE`."""

import sys
import time
from pathlib import Path
from typing import Any

from bots.cli import main
from bots.serving import opening
from brain.index.search_index import SearchIndex

until = Path(sys.argv[1])
opens = SearchIndex.open


def held(folder: Path, catalog: Any, *, server: str, progress: Any) -> SearchIndex:
    """Be at 34 % for as long as that takes."""
    while not until.exists():
        progress("Rebuilding the index", 34, 100)
        time.sleep(0.02)
    return opens(folder, catalog, server=server, progress=progress)


if __name__ == "__main__":
    opening.QUIET_SECONDS = 0.0
    SearchIndex.open = held  # type: ignore[assignment,method-assign]
    sys.argv = ["citewise", "serve", "--json"]
    main()
