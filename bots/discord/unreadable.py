"""What the library can't read of what Discord sends: it is written down, and ends nothing.

An event that it trips over would otherwise end the connection; looked for after that, it would do so again.
"""

from collections.abc import Callable, MutableMapping
from functools import wraps
from typing import Any

# What reading data raises that is not shaped as it was documented.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


def spare(
    parsers: MutableMapping[str, Callable[[Any], Any]], write_down: Callable[[BaseException], Any]
) -> None:
    """Let each of the library's `parsers` of events pass over what it can't read."""
    for name, parse in parsers.items():
        parsers[name] = _sparing(parse, write_down)


def _sparing(parse: Callable[[Any], Any], write_down: Callable[[BaseException], Any]) -> Callable[[Any], Any]:
    @wraps(parse)
    def spared(data: Any) -> Any:
        try:
            return parse(data)
        except UNREADABLE as error:
            write_down(error)
            return None

    return spared
