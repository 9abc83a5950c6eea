"""Cards and answers in Block Kit, within Slack's limits, and with nothing in them that could become live.

All words from people and documents stand in `rich_text` elements and `plain_text` objects, which Slack shows
as they are: no mention, link, picture or markup can come of them. The only links are those of sources.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bots.desk.cards import Button, Card, Field, Form, Menu, Quote, Row
from bots.desk.pieces import MARKER, clean, pieces
from bots.desk.wording import age, named, web_link
from brain.domain import Answer, Citation, RefusalReason

Block = dict[str, Any]

MOST_BLOCKS = 48  # Slack takes 50
MOST_CHARACTERS = 12_000  # of all blocks of a message; Slack refuses somewhere above 13,000
MOST_IN_A_BLOCK = 2_900  # 3,000 in a section; the same here, so that any client can show it
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
        nearest = answer.refusal.nearest
        if nearest and answer.refusal.reason is not RefusalReason.NOT_A_QUESTION:
            rows = [
                Row(named(source), age(source.modified) if source.modified else "", web_link(source.uri))
                for source in nearest
            ]
            blocks.append(_rich(_section([_text("Nearest to it are:")]), _list(rows)))
    else:
        blocks += sources(answer.citations)
    return [*blocks, *_feedback(list(buttons), plain=plain)]


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
    return [_rich(_section(_marked(piece, links or {}))) for piece in pieces(text, MOST_IN_A_BLOCK)]


def quoted(text: str) -> list[Block]:
    """Words that someone said before, such as the question that a private answer is to."""
    return [_rich({"type": "rich_text_quote", "elements": [_text(text)]})] if text else []


def card_blocks(card: Card) -> list[Block]:
    """A card as a message."""
    blocks: list[Block] = [{"type": "header", "text": _plain(card.title, 150)}]
    if card.text:
        blocks += [_rich(_section(_coded(piece))) for piece in pieces(card.text, MOST_IN_A_BLOCK)]
    if card.rows:
        blocks.append(_rich(_list(card.rows)))
    blocks += _quotes(card.quotes)
    if card.menu is not None:
        blocks.append({"type": "actions", "elements": [_menu(card.menu)]})
    if card.buttons:
        blocks += _feedback(list(card.buttons), plain=True)
    return _within(blocks)


def modal(form: Form, private: str) -> Block:
    """A form as a modal; `private` comes back with what was filled in."""
    return {
        "type": "modal",
        "callback_id": f"citewise:{form.action}",
        "private_metadata": private,
        "title": _plain(form.title, 24),
        "submit": _plain(form.submit, 24),
        "close": _plain("Cancel", 24),
        "blocks": [_input(field) for field in form.fields],
    }


def summary(text: str) -> str:
    """What a notification shows, harmless as mrkdwn too."""
    words = " ".join(clean(text).split())
    return inert(words if len(words) <= 200 else words[:199] + "…")


def inert(text: str) -> str:
    """Text that says the same and does nothing where Slack reads mrkdwn: in notifications, statuses."""
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A word joiner: nothing to see, but neither an address nor a mention any more.
    return re.sub(r"(?<=[a-z])(://)|(?<!\w)(@)(?=\w)", lambda m: f"\u2060{m.group()}\u2060", escaped)


# Parts


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
    return [element for element in elements if element["text"]]


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
        elements = [_linked(row.text or "–", row.link, bold=not row.link and bool(row.detail))]
        if row.detail:
            elements += [_text("  "), *_coded(clean(row.detail))]
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
        up, down = ({"text": _plain(b.label, 75), "value": f"{b.action}|{b.ref}"} for b in thumbs if b)
        element = {
            "type": "feedback_buttons",
            "action_id": "citewise:feedback",
            "positive_button": up,
            "negative_button": down,
        }
        blocks.append({"type": "context_actions", "elements": [element]})
    if others:
        blocks.append({"type": "actions", "elements": [_button(button) for button in others[:25]]})
    return blocks


def _button(button: Button) -> Block:
    style = {} if button.style == "plain" else {"style": str(button.style)}
    action = f"citewise:{button.action}:{button.ref}"
    return {
        "type": "button",
        "text": _plain(button.label, 75),
        "action_id": action,
        "value": button.ref,
        **style,
    }


def _menu(menu: Menu) -> Block:
    options = [_option(name, name) for name in menu.options[:100]]
    return {
        "type": "static_select",
        "action_id": f"citewise:{menu.action}:{menu.ref}",
        "placeholder": _plain(menu.label, 150),
        "options": options,
        "initial_option": _option(menu.chosen, menu.chosen),
    }


def _input(field: Field) -> Block:
    element: Block
    if field.options:
        element = {
            "type": "static_select",
            "options": [_option(v, label) for v, label in field.options[:100]],
        }
        chosen = [option for option in element["options"] if option["value"] == field.value]
        element |= {"initial_option": chosen[0]} if chosen else {}
    else:
        element = {"type": "plain_text_input", "multiline": field.long, "max_length": 3000}
        element |= {"placeholder": _plain(field.hint, 150)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "optional": field.optional,
        "label": _plain(field.label, 75),
        "element": {**element, "action_id": "value"},
    }


def _option(value: str, label: str) -> Block:
    return {"text": _plain(label, 75), "value": value[:150]}


def _plain(text: str, longest: int) -> Block:
    words = " ".join(clean(text).split()) or "–"
    words = words if len(words) <= longest else words[: longest - 1] + "…"
    return {"type": "plain_text", "text": words, "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": clean(text), **({"style": {"bold": True}} if bold else {})}


def _linked(text: str, link: str, *, bold: bool = False) -> Block:
    if not link:
        return _text(text, bold=bold)
    style = {"style": {"bold": True}} if bold else {}
    return {"type": "link", "url": link, "text": clean(text), **style}


def _within(blocks: list[Block]) -> list[Block]:
    """The first blocks that fit into one message, the buttons at the end always."""
    buttons = [block for block in blocks if block["type"] in ("actions", "context_actions")]
    others = [block for block in blocks if block not in buttons]
    kept, left = list[Block](), MOST_CHARACTERS - sum(map(characters, buttons))
    for block in others[: MOST_BLOCKS - len(buttons)]:
        left -= characters(block)
        if left < 0:
            kept.append(_rich(_section([_text("… there is more than fits into one message.")])))
            break
        kept.append(block)
    return [*kept, *buttons]


def characters(value: object) -> int:
    """How many characters of text a block holds."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(part) for key, part in value.items() if key != "text" or not own)
    return sum(map(characters, value)) if isinstance(value, list) else 0
