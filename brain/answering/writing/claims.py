"""A model's text taken apart: its sentences, and the numbers of the passages that each one cites.

Models that write well cite as people do: once behind several sentences of a paragraph, once below a list, or
in the line that opens it. A sentence that names no passage has the next one's of its paragraph or list, or
else those of the line that opens the list. Whether a passage backs it is looked at afterwards, for each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from brain.answering.draft import Form
from brain.answering.extracting.cleaning import ended, without_marks
from brain.answering.writing.marks import (
    MARKS,
    NUMBERS,
    cited_in,
    unattributed,
    with_plain_marks,
    without_open_mark,
)
from brain.text.sentences import sentence_spans

_AFTER_STOP = re.compile(rf"([.!?…]+[\"'”’)]*)[ \t]*((?:{NUMBERS}[ \t]*)+)(?=\s|$)")
_AT_BEGIN = re.compile(rf"[ \t]*(?:[-*•][ \t]+|\d{{1,2}}[.)][ \t]+)?(?:{NUMBERS}[ \t]*)+(?=[^\s.,;:])")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`|~~)(?=\S)(.+?)(?<=\S)\1")
_VERDICT = re.compile(  # what follows must stand by itself
    r"^(?:yes|no|ja|nein|oui|non|sí)(?:\s*[,:;–—-]\s*|\.\s+(?=\S))", re.IGNORECASE
)
_TABLE = re.compile(r"^\s*\|.*\|")
_RULE = re.compile(r"^[\s|:+-]+$")
# What follows is no answer: the list of sources, or a chat that the model goes on with by itself.
_ENDS = re.compile(
    r"^\W*(?:(?:sources?|references?|citations?|quellen|sources utilisées|fuentes)\W*$"
    r"|(?:next |new |follow-?up )?(?:question|frage|pregunta)\s*\d*\s*:)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^\W*(?:not in the (?:documents|passages)|i (?:do not|don['’]t) know"
    r"|i (?:can ?not|can['’]t|am unable to|['’]?m unable to) (?:answer|find|say|help)"
    r"|(?:the|these|none of the) (?:\w+ )?(?:passages?|documents?|context) do(?:es)?(?: not|n['’]t)\b"
    r"|(?:there is )?no information|unanswerable|(?:i['’]m sorry|sorry|as an ai)\b)",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(r"\W*not in the (?:documents|passages)\W*", re.IGNORECASE)
_SMALL = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?=[\s,;]|:\s|$)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a model's, without its marks; `cited` are passages' numbers, from 1."""

    text: str
    cited: tuple[int, ...]
    form: Form = Form.PROSE


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim as it stands: in which `block` (a paragraph, a list), and whether it opens the next one."""

    claim: Claim
    block: int
    opens: bool
    listed: bool

    def goes_with(self, later: "_Said") -> bool:
        """Whether it is of one paragraph or list with a later one, or opens the list that that is in."""
        return later.block == self.block or (self.opens and later.listed and later.block == self.block + 1)


def claims(written: str, *, complete: bool) -> list[Claim]:
    """The sentences; while the text is not `complete`, only those that can't change any more."""
    text = with_plain_marks(written if complete else without_open_mark(written))
    said = list(_sentences(_EMPHASIS.sub(r"\2", text), complete=complete))
    found: list[Claim] = []
    for at, one in enumerate(said):
        cited, settled = _cited(said, at)
        if not (complete or settled):
            break  # what it cites is still to come
        found.append(replace(one.claim, cited=cited))
    return found


def declines(written: str) -> bool:
    """Whether the text says that it can't answer; one that cites something does answer.

    A mark behind nothing but the refusal that was asked for is a slip.
    """
    text = with_plain_marks(written).strip()
    bare = MARKS.sub("", text)
    return _REFUSAL.match(bare) is not None and (bare == text or _ASKED_FOR.fullmatch(bare) is not None)


def _cited(said: Sequence[_Said], at: int) -> tuple[tuple[int, ...], bool]:
    """What a sentence cites, itself or by its neighbours, and whether that is settled."""
    one = said[at]
    if one.claim.cited:
        return one.claim.cited, True
    for other in said[at + 1 :]:
        if not one.goes_with(other):
            return _opening(said, at), True
        if other.claim.cited:
            return other.claim.cited, True
    return _opening(said, at), False


def _opening(said: Sequence[_Said], at: int) -> tuple[int, ...]:
    """What the line cites that opens the list in which the sentence stands."""
    one = said[at]
    if not one.listed:
        return ()
    before = next((other for other in reversed(said[:at]) if other.block != one.block), None)
    return before.claim.cited if before is not None and before.goes_with(one) else ()


def _sentences(text: str, *, complete: bool) -> Iterator[_Said]:
    """The sentences as they stand; of a text that is not `complete` without the last one."""
    block, listed = 0, False
    header: tuple[str, ...] | None = None
    lines = text.split("\n")
    last = max((number for number, line in enumerate(lines) if line.strip()), default=-1)
    for number, line in enumerate(lines):
        growing = number == last and not complete
        if _ENDS.match(line) and any(map(str.strip, lines[:number])):
            return
        if not line.strip() or _ENDS.match(line):
            header = None
            continue
        if growing and line.lstrip().startswith("|"):
            return
        cells = _cells(line)
        item = bool(cells) or _ITEM.match(line) is not None
        block, listed = block + (not (item and listed)), item
        if not cells:
            header = None
            moved = _marks_before_stops(line)
            spans = list(sentence_spans(moved))
            yield from _of_line(moved, spans[: len(spans) - growing], block, item=item)
        elif header is None:
            header = cells
        elif not _RULE.match(line):
            yield from _row(header, cells, line, block)


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a table's row as Markdown draws it; none of any other line."""
    if _TABLE.match(line) is None:
        return ()
    return tuple(cell.strip() for cell in line.strip().removeprefix("|").rsplit("|", 1)[0].split("|"))


def _marks_before_stops(line: str) -> str:
    """The line with the marks behind a full stop before it; where marks lead its sentences, they stay."""
    leading = _AT_BEGIN.match(line) is not None

    def moved(found: re.Match[str]) -> str:
        if leading and line[found.end() :].strip():
            return found[0]
        return f" {found[2].strip()}{found[1]} "

    return _AFTER_STOP.sub(moved, line)


def _of_line(line: str, spans: Sequence[tuple[int, int]], block: int, *, item: bool) -> Iterator[_Said]:
    for start, end in spans:
        sentence = line[start:end]
        form = Form.ITEM if item and len(line.strip()) == len(sentence) else Form.PROSE
        bare, named = unattributed(_VERDICT.sub("", _ITEM.sub("", sentence)))
        said = ended(_VERDICT.sub("", without_marks(bare).lstrip(":;,–- ")))
        if re.search(r"\w", said):
            cited = tuple(dict.fromkeys((*cited_in(sentence), *named)))
            yield _Said(Claim(_capital(said), cited, form), block, opens=said.endswith(":"), listed=item)


def _row(header: Sequence[str], cells: Sequence[str], line: str, block: int) -> Iterator[_Said]:
    """A row of a table that the model drew, as a list's item: "Keeper – Price: 3.50; Users: 3."."""
    first, *others = (" ".join(MARKS.sub("", cell).split()) for cell in cells)
    named = [
        f"{name}: {cell}" if name else cell for name, cell in zip(header[1:], others, strict=False) if cell
    ]
    said = f"{first} – {'; '.join(named)}" if first and named else first or "; ".join(named)
    if re.search(r"\w", said):
        yield _Said(Claim(ended(said), cited_in(line), Form.ITEM), block, opens=False, listed=True)


def _capital(said: str) -> str:
    """Begun with a capital where a label, a verdict or "according to [1]" was taken away before it."""
    first = _SMALL.match(said)
    return said[:1].upper() + said[1:] if first and first.group().islower() else said
