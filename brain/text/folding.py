"""Text as it is compared: lower case, without accents, in pieces between marks and blanks."""

import re
import unicodedata
from functools import lru_cache

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_PIECE = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Lower case, compatibility forms resolved and accents dropped, so that `Café` meets `cafe`."""
    if text.isascii():
        return text.lower()
    return _FOREIGN.sub(lambda run: _plain(run.group()), text).lower()


def pieces(folded: str) -> list[str]:
    """Words of folded text, split at hyphens, slashes and apostrophes as the keyword index splits them."""
    return _PIECE.findall(folded)


@lru_cache(maxsize=4096)
def _plain(run: str) -> str:
    """A run of letters and signs beyond ASCII without accents; text repeats few of them often."""
    decomposed = unicodedata.normalize("NFKD", run)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")
