"""How an extra is added to the very installation that runs.

`pip install 'citewise[ocr]'` would be refused by Debian outside of citewise's own environment, and could
bring a stranger's package of that name from an index: this interpreter's own pip is told, and the libraries.
"""

import re
import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

_OF_EXTRA = re.compile(r"\bextra\s*==\s*['\"]([^'\"]+)['\"]")
_PINS = "constraints.txt"
_PAGE = "docs/troubleshooting.md, Extras"


def need_extra(extra: str) -> str:
    """For error texts at the terminal, after "needs": the extra by its name, and how it is had here."""
    if find_spec("pip") is None:  # as in the image, which leaves pip out
        return f"citewise[{extra}]: put {extra} into EXTRAS where the image is built ({_PAGE})"
    command = install_command(extra)
    return f"citewise[{extra}]: `{command}`" if command else extra_by_name(extra)


def extra_by_name(extra: str) -> str:
    """For texts that are kept or shown in a chat, where a command of this machine says nothing."""
    return f"the extra citewise[{extra}] ({_PAGE})"


def install_command(extra: str) -> str:
    """The command that installs what an extra holds, in a checkout with its pins; "" if it is unknown."""
    pip = [sys.executable or "python3", "-m", "pip", "install"]
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file():
        pins = ["-c", str(checkout / _PINS)] if (checkout / _PINS).is_file() else []
        return shlex.join([*pip, *pins, "-e", f"{checkout}[{extra}]"])
    libraries = _libraries(extra)
    return shlex.join([*pip, *libraries]) if libraries else ""


def _libraries(extra: str) -> list[str]:
    """What the installed package says that the extra holds."""
    try:
        told = metadata.requires("citewise") or []
    except metadata.PackageNotFoundError:
        return []
    parted = [line.partition(";") for line in told]
    return [library.strip() for library, _, when in parted if extra in _OF_EXTRA.findall(when)]
