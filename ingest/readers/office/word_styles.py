"""What a Word paragraph is: heading, list item or text, by its own settings or those its style inherits.

python-docx searches all styles anew for each paragraph, which takes longer than everything else together.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from ingest.readers.office.word_numbering import WORDS

_HEADING = re.compile(r"heading (\d)")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Style:
    """`name` in lower case; `level` of a heading; `list_id` and `depth` where it is counted.

    `depth` is None where the list itself says which of its levels the style `identity` takes.
    """

    name: str = ""
    level: int | None = None
    list_id: str | None = None
    depth: int | None = 0
    identity: str = ""


class Styles:
    """A document's styles, each looked up once."""

    def __init__(self, document: Any) -> None:
        elements = document.styles.element.findall(f"{WORDS}style")
        self._elements = {element.get(f"{WORDS}styleId"): element for element in elements}
        self._known: dict[str | None, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """The paragraph's style, changed by what it sets for itself."""
        named = paragraph.find(f"{WORDS}pPr/{WORDS}pStyle")
        style = self._named(named.get(f"{WORDS}val") if named is not None else None)
        return _changed(style, paragraph)

    def _named(self, identity: str | None, depth: int = 0) -> Style:
        if identity not in self._known:
            self._known[identity] = self._resolved(identity, depth)
        return self._known[identity]

    def _resolved(self, identity: str | None, depth: int) -> Style:
        element = self._elements.get(identity)
        if element is None or depth > _DEEPEST:
            return Style()
        base = element.find(f"{WORDS}basedOn")
        style = self._named(base.get(f"{WORDS}val"), depth + 1) if base is not None else Style()
        named = element.find(f"{WORDS}name")
        name = (named.get(f"{WORDS}val") if named is not None else "").lower()
        style = _changed(replace(style, name=name, identity=identity or ""), element)
        if match := _HEADING.match(name):
            return replace(style, level=int(match[1]))
        if name == "subtitle":
            return replace(style, level=2)
        if style.list_id is None and name.startswith("list ") and name != "list paragraph":
            return replace(style, list_id=name)
        return style


def _changed(style: Style, element: Any) -> Style:
    """The style with the outline level and list that a paragraph or style sets itself."""
    outline = element.find(f"{WORDS}pPr/{WORDS}outlineLvl")
    if outline is not None:
        value = int(outline.get(f"{WORDS}val", "9"))
        style = replace(style, level=value + 1 if value < 9 else None)
    number = element.find(f"{WORDS}pPr/{WORDS}numPr")
    if number is None:
        return style
    identity, level = number.find(f"{WORDS}numId"), number.find(f"{WORDS}ilvl")
    list_id = identity.get(f"{WORDS}val") if identity is not None else style.list_id
    depth = int(level.get(f"{WORDS}val", "0")) if level is not None else None
    # List 0 takes a paragraph out of the list that its style puts it in.
    return replace(style, list_id=None if list_id == "0" else list_id, depth=depth)
