"""Names that rights are given to, as they are typed: `slack:user:U…`, `discord:role:…`."""

import re
from collections.abc import Iterable

from brain.errors import UsageError

_PRINCIPAL = re.compile(r"slack:(?:channel|user|group):\S+|discord:(?:channel|user|role):\S+")


def names_somebody(principal: str) -> bool:
    """Whether rights can be given to such a name."""
    return _PRINCIPAL.fullmatch(principal) is not None


def check_principals(principals: Iterable[str]) -> None:
    """Raise UsageError for what names neither a person, a channel nor a group."""
    for principal in principals:
        if not names_somebody(principal):
            raise UsageError(
                f"{principal!r} names nobody: write slack:channel:C…, slack:user:U…, slack:group:S…, "
                "discord:channel:…, discord:user:… or discord:role:…."
            )
