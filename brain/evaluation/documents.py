"""Do a citation's document, page and quote exist: checked against the catalog's own text."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00ad\u200b\ufeff"),
    }
)
_BREAKS = re.compile(r"[\s-]+")


def _pages_by_form_feed(text: str) -> int | None:
    return text.rstrip("\f\n ").count("\f") + 1 if "\f" in text else None


@dataclass(frozen=True, slots=True)
class Documents:
    """What may be cited.

    `text` gives a document's whole text, "" where it has none to check against, and None where there is
    no such document. `last_page` gives the number of pages, None where a document has no pages or they
    aren't known; by default pages are parted by form feeds in the text.
    """

    text: Callable[[str], str | None]
    last_page: Callable[[str], int | None] | None = None
    _folded: dict[str, "_Folded | None"] = field(default_factory=dict, repr=False, compare=False)

    def exists(self, doc: str) -> bool:
        """Whether there is such a document."""
        return self._load(doc) is not None

    def has_page(self, doc: str, page: int) -> bool | None:
        """Whether the document goes that far; None where its pages aren't known."""
        loaded = self._load(doc)
        if loaded is None:
            return None
        last = self.last_page(doc) if self.last_page else loaded.pages
        return 1 <= page <= last if last else None

    def holds(self, doc: str, quote: str) -> bool | None:
        """Whether the quote stands in the document, None where the document has no text.

        Compared with case, spaces, dashes and quotation marks folded, and once more without hyphens
        and spaces, since text extracted from pages breaks words at line ends.
        """
        loaded = self._load(doc)
        if loaded is None:
            return False
        if not loaded.text:
            return None
        sought = fold(quote).strip(" \"'")
        tight = _BREAKS.sub("", sought)
        return bool(sought) and (sought in loaded.text or (bool(tight) and tight in loaded.tight))

    def _load(self, doc: str) -> "_Folded | None":
        if doc not in self._folded:
            text = self.text(doc)
            self._folded[doc] = None if text is None else _Folded.of(text)
        return self._folded[doc]


@dataclass(frozen=True, slots=True)
class _Folded:
    text: str
    tight: str
    pages: int | None

    @classmethod
    def of(cls, text: str) -> "_Folded":
        folded = fold(text)
        return cls(folded, _BREAKS.sub("", folded), _pages_by_form_feed(text))


def fold(text: str) -> str:
    """Text in which look-alike characters, case and runs of white space are the same (NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LOOKALIKES).casefold().split())
