"""Cards and answers as Components V2 layouts, within Discord's limits, with nothing live in them but sources.

All words from people and documents go through `words.inert`; the only links are those of sources, without
previews. A message is recognised by a mark: the id of its first component, which Discord keeps.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from discord import ui

from bots.desk.cards import Button, Card, Quote, Row
from bots.desk.caveats import caveats, nearest
from bots.desk.chat_text import MARKER, fair_share, split_text
from bots.desk.wording import age, named, shortened, web_link
from bots.discord.buttons import ChoiceMenu, PressButton, menu_parts
from bots.discord.words import inert, linked, named_in, with_code
from brain.domain import Answer, Citation, Nearest, Source

_SHORTEST_ROW = 100
_LEAST_FOR_ROWS = 2_000  # characters; a longer text before them is cut
MOST_CHARACTERS = 3_900  # of all text of a message; Discord takes 4,000
_SOURCES_AT_MOST = 1_600
_MORE = "-# … there is more than fits into one message."


def mark_of(key: str) -> int:
    """The component id (positive, 32 bits) that marks what was sent under a key."""
    return (zlib.crc32(key.encode()) & 0x7FFF_FFFF) or 1


def draft_view(text: str, mark: int) -> ui.LayoutView:
    """How far an answer has come."""
    shown = split_text(text, 1_900)
    return _view(ui.TextDisplay(f"{inert(shown[0] if shown else '')} …", id=mark))


def answer_views(
    answer: Answer, buttons: Iterable[Button], marks: Sequence[int], question: str = ""
) -> list[ui.LayoutView]:
    """The messages of an answer, at most as many as there are marks: its words, under the last the rest.

    `question` is shown above where it is nowhere else to be seen.
    """
    words = _words(answer)
    if question:
        shown = f"> {inert(shortened(question, 300))}"
        words[:1] = [shown, *words[:1]] if len(words[0]) > 3_000 else [f"{shown}\n{words[0]}"]
    foot = _foot(answer)
    if words and len(words[-1]) + len(foot) > MOST_CHARACTERS:
        words.append("")
    words = words[-len(marks) :]  # never so long in practice: the brain writes a few sentences
    views = [_view(ui.TextDisplay(text, id=mark)) for text, mark in zip(words[:-1], marks, strict=False)]
    last = [part for part in (words[-1], foot) if part]
    first, *more = last or ["–"]
    row: list[ui.Item[ui.LayoutView]] = [_row(buttons)] if (buttons := list(buttons)) else []
    mark = marks[len(words) - 1]
    views.append(_view(ui.TextDisplay(first, id=mark), *(ui.TextDisplay(text) for text in more), *row))
    return views


def card_view(card: Card, mark: int, called: Sequence[str] = ()) -> ui.LayoutView:
    """A card as a message: its rows always, of a longer text or of quotes what fits beside them.

    Above it, the people with the ids `called` are named.
    """
    title = f"### {inert(' '.join(card.title.split()))}" if card.title else ""
    names = _names(called)
    room = MOST_CHARACTERS - len(names) - len(title) - len(_MORE) - 2
    paragraphs = _paragraphs(card.text)
    beside = max(_LEAST_FOR_ROWS, room - sum(len(text) + 1 for text in paragraphs))
    rows = _rows(card.rows, min(beside, room))
    left = room - sum(len(line) + 1 for line in rows)
    texts, cut = [title] if title else [], False
    for text in (*paragraphs, *_quotes(card.quotes, left)):
        left -= len(text) + 1
        if left < 0:
            cut = True
            break
        texts.append(text)
    shown = named_in("\n".join([*texts, *([_MORE] if cut else []), *rows]), card.people) or "–"
    parts: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(names)] if names else []
    parts.append(ui.TextDisplay(shown))
    for menu in card.menus:
        parts += [_action_row(ChoiceMenu(menu, part)) for part in range(menu_parts(menu))]
    if card.buttons:
        parts.append(_row(card.buttons))
    return _view(ui.Container(*parts, id=mark))


def parts_of(card: Card, called: Sequence[str] = ()) -> list[Card]:
    """A card as several, where its text is too long for one message: rows and buttons stand in the last.

    The people with the ids `called` are named above the first.
    """
    rows = sum(len(line) + 1 for line in map(_line, card.rows))
    taken = len(inert(card.title)) + len(_names(called)) + rows + 100
    room = max(MOST_CHARACTERS - taken, MOST_CHARACTERS // 4)
    if sum(len(text) + 1 for text in _paragraphs(card.text)) <= room:
        return [card]
    texts = split_text(card.text, min(room, MOST_CHARACTERS - 400) // 2)  # inert, it is at most twice as long
    whole = replace(card, title="", rows=(), quotes=(), buttons=(), menus=())
    return [
        *(replace(whole, title="" if n else card.title, text=text) for n, text in enumerate(texts[:-1])),
        replace(card, title="", text=texts[-1]),
    ]


def _names(called: Sequence[str]) -> str:
    return " ".join(f"<@{person}>" for person in called)


# Answers


def _words(answer: Answer) -> list[str]:
    links = {c.number: web_link(c.passage.source.uri) for c in answer.citations}
    for longest, known in ((3_400, links), (3_400, {}), (1_900, {})):
        written = [_marked(piece, known) for piece in split_text(answer.text, longest)]
        if all(len(text) <= MOST_CHARACTERS for text in written):
            return written
    raise AssertionError("1,900 characters take no more than twice that when they are written inert")


def _marked(text: str, links: dict[int, str]) -> str:
    parts = []
    for part in MARKER.split(text):
        if not MARKER.fullmatch(part):
            parts.append(inert(part))
        elif link := links.get(int(part[1:-1]), ""):
            parts.append(f"[{part}](<{link}>)" if linked(part, link) != inert(part) else part)
        else:
            parts.append(inert(part))
    return "".join(parts)


def _foot(answer: Answer) -> str:
    """Small print: the numbered sources, or what came nearest; without links where these are too long."""
    lines = _small_print(answer, link=True)
    if sum(len(line) + 1 for line in lines) > _SOURCES_AT_MOST:
        lines = _small_print(answer, link=False)
    return _fitting(lines)


def _small_print(answer: Answer, *, link: bool) -> list[str]:
    if answer.refusal is None:
        said = [f"-# *{inert(caveat)}*" for caveat in caveats(answer)]
        return [*said, *_sources(answer.citations, link=link)]
    rows = [row for near in answer.refusal.nearest for row in _near(near, link=link)]
    return [f"-# {nearest(answer)}", *rows] if rows else []


def _near(near: Nearest, *, link: bool) -> list[str]:
    place = f"-# • {_source(near.source, link=link)}"
    return [place, f"-# “{inert(near.words)}”"] if near.words else [place]


def _sources(citations: Iterable[Citation], *, link: bool) -> list[str]:
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.number, citation)
    shown = ((number, first[number].passage.source) for number in sorted(first))
    return [f"-# \\[{number}\\] {_source(source, link=link)}" for number, source in shown]


def _source(source: Source, *, link: bool) -> str:
    return f"{linked(named(source), web_link(source.uri) if link else '')}{_old(source.modified)}"


def _old(modified: datetime | None) -> str:
    return f" · {age(modified)}" if modified else ""


def _fitting(lines: list[str]) -> str:
    kept, left = list[str](), _SOURCES_AT_MOST
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            return "\n".join([*kept, f"-# … and {len(lines) - len(kept)} more"])
        kept.append(line)
    return "\n".join(kept)


# Cards


def _paragraphs(text: str) -> list[str]:
    return [with_code(piece) for piece in split_text(text, 1_500)] if text.strip() else []


def _rows(rows: Sequence[Row], most: int) -> list[str]:
    """The rows in lines of that many characters together: the longest are cut, then the last left out."""
    lines = [_line(row) for row in rows]
    each = fair_share([len(line) + 1 for line in lines], most) - 1
    if each >= _SHORTEST_ROW or not lines:
        return [
            line if len(line) <= each else _shorter(row, each) for row, line in zip(rows, lines, strict=True)
        ]
    shown = most // (_SHORTEST_ROW + 1) - 1
    return [*_rows(rows[:shown], most - _SHORTEST_ROW), f"-# … and {len(rows) - shown} more."]


def _shorter(row: Row, longest: int) -> str:
    """A row as a line of so many characters; its link goes first, since half an address is none."""
    line = ""
    for link in (row.link, ""):
        for share in (1.0, 0.7, 0.45):  # written inert, text is up to twice as long
            left = int(longest * share) - len(link) - 10
            text = shortened(
                row.text, max(left // 2, left - len(row.detail)) if row.detail else max(left, 20)
            )
            line = _line(Row(text, shortened(row.detail, max(left - len(text), 1)), link))
            if len(line) <= longest:
                return line
    return inert(shortened(row.text, longest // 2 - 2))


def _line(row: Row) -> str:
    text = " ".join(row.text.split()) or "–"
    shown = linked(text, row.link) if row.link or not (row.detail or row.person) else f"**{inert(text)}**"
    who = named_in(inert(row.person), {row.person}) if row.person else ""
    return f"- {shown}  {with_code(' '.join(row.detail.split()))} {who}".rstrip()


def _quotes(quotes: Sequence[Quote], left: int) -> list[str]:
    """Passages with what matters in bold; a long one is cut around it, so that each has its share."""
    if not quotes:
        return []
    share = left // len(quotes) - 60
    return [_quote(quote, max(share, 300)) for quote in quotes]


def _quote(quote: Quote, most: int) -> str:
    label = f"**{linked(quote.label, quote.link)}**"
    start, stop = 0, len(quote.text)
    written = _highlighted(quote, start, stop)
    if len(label) + len(written) > most:
        shown = (most - len(label)) // 2  # written inert, text is at most twice as long
        first = quote.marks[0][0] if quote.marks else 0
        last = quote.marks[-1][1] if quote.marks else 0
        start = max(0, first - max(0, shown - (last - first)) // 2)
        written = _highlighted(quote, start, min(stop, start + shown))
    return f"{label}\n{written}"


def _highlighted(quote: Quote, start: int, stop: int) -> str:
    parts, end = ["…" if start else ""], start
    for first, last in (*quote.marks, (stop, stop)):
        first, last = min(max(first, start), stop), min(max(last, start), stop)
        parts.append(inert(quote.text[end:first]))
        parts += [_bold(quote.text[first:last])] if last > first else []
        end = max(end, last)
    parts.append("…" if stop < len(quote.text) else "")
    return "\n".join(f"> {line}" for line in "".join(parts).strip().split("\n"))


def _bold(text: str) -> str:
    """Bold on every line: marks of emphasis don't reach over the end of one."""
    lines = []
    for line in text.split("\n"):
        words = line.strip()
        lines.append(line.replace(words, f"**{inert(words)}**", 1) if words else line)
    return "\n".join(lines)


def _row(buttons: Iterable[Button]) -> "ui.ActionRow[ui.LayoutView]":
    return _action_row(*(PressButton(button) for button in list(buttons)[:5]))


def _action_row(*items: Any) -> "ui.ActionRow[ui.LayoutView]":
    """The library types its dynamic items for both kinds of view, and its rows for one of them."""
    return ui.ActionRow(*items)


def _view(*parts: "ui.Item[ui.LayoutView]") -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for part in parts:
        view.add_item(part)
    return view
