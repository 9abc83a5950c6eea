"""Cards and answers in Block Kit, within Slack's limits, and with nothing in them that could become live.

All words from people and documents stand in `rich_text` elements and `plain_text` objects, which Slack shows
as they are: no mention, link, picture or markup can come of them. The only links are those of sources.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bots.desk.cards import Button, Card, Quote, Row
from bots.desk.caveats import caveats, nearest
from bots.desk.chat_text import MARKER, clean, fair_share, split_text
from bots.desk.wording import age, named, shortened, web_link
from bots.slack.controls import button_element, menu_element, plain_text
from brain.domain import Answer, Citation, Nearest

Block = dict[str, Any]

LONGEST_HEADER = 150  # characters
_MORE = "… there is more than fits into one message."
_SHORTEST_ROW = 80
MOST_BLOCKS = 48  # Slack takes 50
MOST_CHARACTERS = 12_000  # of all blocks of a message; Slack refuses somewhere above 13,000
MOST_IN_A_BLOCK = 2_900  # 3,000 in a section; the same here, so that any client can show it
_LONGEST_ADDRESS = 3_000  # characters
_LEAST_FOR_ROWS = 4_000  # characters; a longer text before them is cut
_NAMED = re.compile(r"slack:(?:user:[UW]|group:S|channel:[CG])\w+")
_CODE = re.compile(r"`([^`\n]+)`")


def answer_blocks(answer: Answer, buttons: Iterable[Button], *, plain: bool = False) -> list[Block]:
    """The whole message: words, sources, buttons. `plain` leaves out what older workspaces lack."""
    return [*words_of(answer), *foot_of(answer, buttons, plain=plain)]


def words_of(answer: Answer) -> list[Block]:
    """The answer's own words, its numbers linked to their sources."""
    links = {c.number: web_link(c.passage.source.uri) for c in answer.citations}
    return paragraphs(answer.text, links)


def foot_of(answer: Answer, buttons: Iterable[Button], *, plain: bool = False) -> list[Block]:
    """What stands under the words: numbered sources, or what came nearest; then the buttons."""
    blocks: list[Block] = []
    if answer.refusal is not None:
        rows = [
            Row(named(near.source), _of_nearest(near), web_link(near.source.uri))
            for near in answer.refusal.nearest
        ]
        if rows:
            blocks.append(_rich(_section([_text(nearest(answer))]), _list(rows)))
    else:
        blocks += [_rich(_section([_text(caveat, italic=True)])) for caveat in caveats(answer)]
        blocks += sources(answer.citations)
    return [*blocks, *_feedback(list(buttons), plain=plain)]


def _of_nearest(near: Nearest) -> str:
    old = age(near.source.modified) if near.source.modified else ""
    return f"{old}\n“{near.words}”" if near.words else old


def sources(citations: Iterable[Citation]) -> list[Block]:
    """Each numbered source once: title › place as a link, and its age."""
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.number, citation)
    lines: list[Block] = []
    for number in sorted(first):
        source = first[number].passage.source
        old = f" · {age(source.modified)}" if source.modified else ""
        lines += [_text(f"[{number}] "), _linked(named(source), web_link(source.uri)), _text(f"{old}\n")]
    return [_rich(_section(lines[i : i + 60])) for i in range(0, len(lines), 60)]


def paragraphs(text: str, links: dict[int, str] | None = None) -> list[Block]:
    """Text in blocks that end where sentences do; `[1]` becomes a link where `links` knows one."""
    return [_rich(_section(_marked(piece, links or {}))) for piece in split_text(text, MOST_IN_A_BLOCK)]


def quoted(text: str) -> list[Block]:
    """Words that someone said before, such as the question that a private answer is to."""
    return [_rich({"type": "rich_text_quote", "elements": [_text(text)]})] if text else []


def calling(whom: Iterable[str]) -> list[Block]:
    """A line that calls people, who are notified of the message; nothing for anybody but a person."""
    names = [_name(person) for person in whom if ":user:" in person and _NAMED.fullmatch(person)]
    parted = [part for name in names for part in (_text(" "), name)]
    return [_rich(_section(parted[1:]))] if parted else []


def card_blocks(card: Card) -> list[Block]:
    """A card as a message, with the names of the people that the Desk names in it."""
    blocks = _title(card.title)
    if card.text:
        blocks += [_rich(_section(_coded(piece))) for piece in split_text(card.text, MOST_IN_A_BLOCK)]
    if card.rows:
        blocks.append(
            _rich(_list(_fitted(card.rows, max(_LEAST_FOR_ROWS, MOST_CHARACTERS - characters(blocks)))))
        )
    blocks += _quotes(card.quotes)
    if menus := [menu_element(menu) for menu in card.menus if menu.options]:
        blocks.append({"type": "actions", "elements": menus})
    if card.buttons:
        blocks += _feedback(list(card.buttons), plain=True)
    return _with_names(_within(blocks), card.people)


def fits(card: Card) -> bool:
    """Whether a card is shown as a whole."""
    words = len(card.title) + len(card.text) + sum(map(_length, card.rows))
    return words <= MOST_CHARACTERS - 1_000


# Parts


def _title(title: str) -> list[Block]:
    """A title as a header, which Slack limits; a longer one, such as one with a question in it, in bold."""
    if len(title) > LONGEST_HEADER:
        return [_rich(_section([_text(title, bold=True)]))]
    return [{"type": "header", "text": plain_text(title, LONGEST_HEADER)}] if title else []


def _quotes(quotes: Sequence[Quote]) -> list[Block]:
    blocks, left = [], MOST_CHARACTERS
    for number, quote in enumerate(quotes):
        left -= len(quote.text) + len(quote.label)
        if left < 0:
            blocks.append(_rich(_section([_text(f"… and {len(quotes) - number} more.")])))
            break
        label = _section([_linked(quote.label, quote.link, bold=True)])
        blocks.append(_rich(label, {"type": "rich_text_quote", "elements": _highlighted(quote)}))
    return blocks


def _highlighted(quote: Quote) -> list[Block]:
    elements, end = [], 0
    for start, stop in quote.marks:
        elements += [_text(quote.text[end:start]), _text(quote.text[start:stop], bold=True)]
        end = stop
    elements.append(_text(quote.text[end:]))
    return [element for element in elements if element["text"]] or [_text("–")]


def _marked(text: str, links: dict[int, str]) -> list[Block]:
    elements = []
    for part in MARKER.split(text):
        link = links.get(int(part[1:-1]), "") if MARKER.fullmatch(part) else ""
        if part:
            elements.append(_linked(part, link))
    return elements or [_text(" ")]


def _coded(text: str) -> list[Block]:
    elements = []
    for number, part in enumerate(_CODE.split(text)):
        if part:
            elements.append({**_text(part), **({"style": {"code": True}} if number % 2 else {})})
    return elements


def _list(rows: Iterable[Row]) -> Block:
    items = []
    for row in rows:
        elements = [_linked(row.text or "–", row.link, bold=not row.link and bool(row.detail or row.person))]
        if row.detail:
            elements += [_text("  "), *_coded(clean(row.detail))]
        if row.person:
            shown = _name(row.person) if _NAMED.fullmatch(row.person) else _text(row.person)
            elements += [_text("  "), shown]
        items.append(_section(elements))
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def _feedback(buttons: list[Button], *, plain: bool) -> list[Block]:
    """Buttons in a row; Helpful and Not helpful as Slack's own thumbs, where there are both."""
    by_action = {button.action: button for button in buttons}
    thumbs = [by_action.get("helpful"), by_action.get("not_helpful")]
    blocks: list[Block] = []
    others = buttons
    if not plain and thumbs[0] and thumbs[1]:
        others = [button for button in buttons if button not in thumbs]
        up, down = ({"text": plain_text(b.label, 75), "value": f"{b.action}|{b.ref}"} for b in thumbs if b)
        element = {
            "type": "feedback_buttons",
            "action_id": "citewise:feedback",
            "positive_button": up,
            "negative_button": down,
        }
        blocks.append({"type": "context_actions", "elements": [element]})
    if others:
        blocks.append({"type": "actions", "elements": [button_element(button) for button in others[:25]]})
    return blocks


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic)) if wanted}
    return {"type": "text", "text": clean(text), **({"style": style} if style else {})}


def _linked(text: str, link: str, *, bold: bool = False) -> Block:
    if not link or len(link) > _LONGEST_ADDRESS:
        return _text(text, bold=bold)
    style = {"style": {"bold": True}} if bold else {}
    return {"type": "link", "url": link, "text": clean(text), **style}


def _within(blocks: list[Block]) -> list[Block]:
    """The blocks that fit into one message: those of buttons and rows always, of the others the first."""
    always = [block for block in blocks if block["type"] in ("actions", "context_actions") or _is_list(block)]
    left, room = MOST_CHARACTERS - sum(map(characters, always)), MOST_BLOCKS - len(always) - 1
    kept, cut = list[Block](), False
    for block in blocks:
        if block in always:
            kept.append(block)
        elif not cut:
            left, room = left - characters(block), room - 1
            cut = left < 0 or room < 0
            kept.append(_rich(_section([_text(_MORE)])) if cut else block)
    return kept


def _with_names(blocks: list[Block], people: Iterable[str]) -> list[Block]:
    """The blocks with these principals as Slack shows people, groups and channels: by their names."""
    known = [name for name in people if _NAMED.fullmatch(name)]
    if not known:
        return blocks
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known))

    def named(part: Any) -> Any:
        if isinstance(part, list):
            return [one for each in part for one in (parted(each) if _is_text(each) else [named(each)])]
        return {key: named(value) for key, value in part.items()} if isinstance(part, dict) else part

    def parted(element: Block) -> list[Block]:
        found, end = list[Block](), 0
        for match in pattern.finditer(element["text"]):
            found += [{**element, "text": element["text"][end : match.start()]}, _name(match[0])]
            end = match.end()
        found.append({**element, "text": element["text"][end:]})
        return [one for one in found if one.get("text", "-")]

    return [named(block) if block["type"] == "rich_text" else block for block in blocks]


def _is_text(element: Any) -> bool:
    return (
        isinstance(element, dict)
        and element.get("type") == "text"
        and not element.get("style", {}).get("code")
    )


def _name(principal: str) -> Block:
    _, kind, name = principal.split(":")
    element, field = {"user": ("user", "user_id"), "group": ("usergroup", "usergroup_id")}.get(
        kind, ("channel", "channel_id")
    )
    return {"type": element, field: name}


def _is_list(block: Block) -> bool:
    return bool(block["type"] == "rich_text" and block["elements"][0]["type"] == "rich_text_list")


def _fitted(rows: Sequence[Row], most: int) -> list[Row]:
    """The rows with no more characters than that: the longest are shortened, then the last left out."""
    rows = [replace(row, text=clean(row.text), detail=clean(row.detail)) for row in rows]
    each = fair_share([_length(row) for row in rows], most)
    if each >= _SHORTEST_ROW:
        return [row if _length(row) <= each else _shorter(row, each) for row in rows]
    shown = most // _SHORTEST_ROW - 1
    return [*_fitted(rows[:shown], most - _SHORTEST_ROW), Row(f"… and {len(rows) - shown} more.")]


def _shorter(row: Row, longest: int) -> Row:
    text = shortened(row.text, longest if not row.detail else max(longest - len(row.detail), longest // 2))
    return replace(row, text=text, detail=shortened(row.detail, longest - len(text)))


def _length(row: Row) -> int:
    return len(row.text) + len(row.detail) + 2


def characters(value: object) -> int:
    """How many characters of text a block holds."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(part) for key, part in value.items() if key != "text" or not own)
    return sum(map(characters, value)) if isinstance(value, list) else 0
