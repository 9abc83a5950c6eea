"""Run `python docs/images/render_slack.py` after `citewise demo`: it draws Slack messages of real answers.

Needs Chromium (Debian: `apt-get install chromium`). The pictures show the blocks that Slack is sent, in the
shapes and colours that its client gives them.
"""

import asyncio
import html
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bots.desk import OWNER, Asked, Caller, Command, Desk, Final, Press
from bots.desk.cards import Card
from bots.desk.domain import Attachment
from bots.settings import load_settings
from bots.slack.blocks import answer_blocks, card_blocks
from bots.wiring import Citewise
from brain.catalog.tickets.cases import CategoryRow
from brain.triage.domain import Message

Block = dict[str, Any]
HERE = Path(__file__).parent
WIDTH = 720
ANA = Caller("slack:user:U1", frozenset({"slack:user:U1"}), "slack:channel:C1", "slack:C1:1")
BOSS = Caller("slack:user:U2", frozenset({OWNER, "slack:user:U2"}))
QUESTION = "How many days of annual leave do we get?"
NOT_FOUND = "Which dentist near the office do people go to?"
NAMES = {"U1": "Ana", "U2": "Noor", "U5": "Emeka", "U7": "Jon"}
EARLIER = "The VPN client says E-52 in my hotel in Lisbon, I can't reach the file server."
TICKET = (
    "Causeway shows error code E-52 since this morning.",
    "I restarted the laptop twice, and I need the file server for the customer call at 2 pm today. "
    "What can I do?",
)
PARKING = (
    b"# Visitor parking\n\nVisitors park on level two. The barrier opens with the code from the invitation.\n"
)
THUMB = (
    '<svg width="30" height="20" viewBox="-5 0 30 20" fill="none" stroke="#616061" stroke-width="1.5">'
    '<path d="M3 9h3v8H3zM6 10l4-8c2 0 2.5 1.5 2 3l-1 3h5c1.5 0 2 1 1.7 2l-1.5 6c-.3 1-1 1-2 1H6"/></svg>'
)
STYLE = """
* { box-sizing: border-box } body { margin: 0; background: #fff; width: 720px; color: #1d1c1d;
font: 15px/1.47 Lato, "Noto Sans", "DejaVu Sans", sans-serif }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 0 8px; padding: 12px 20px }
.face { width: 36px; height: 36px; border-radius: 8px; background: #1f3a5f; color: #fff; font-weight: 900;
display: grid; place-items: center } .person .face { background: #7a4d8c }
.name { font-weight: 900 } .app { background: #eee; color: #616061; font-size: 10px; font-weight: 700;
border-radius: 2px; padding: 1px 3px; margin: 0 4px } .time { color: #616061; font-size: 12px }
.only { color: #616061; font-size: 13px } .block { margin: 4px 0; white-space: pre-wrap }
h3 { font-size: 18px; font-weight: 900; margin: 4px 0 } a { color: #1264a3; text-decoration: none }
ul { margin: 2px 0; padding-left: 22px } blockquote { margin: 4px 0 10px; padding-left: 12px;
border-left: 4px solid #ddd; white-space: pre-wrap } code { color: #c01343; background: #f7f7f7;
border: 1px solid #e4e4e4; border-radius: 3px; font-size: 12px; padding: 1px 3px }
.row { display: flex; gap: 8px; margin: 8px 0 4px } .button { border: 1px solid #bbb; border-radius: 8px;
padding: 3px 12px; font-weight: 700; font-size: 14px } .primary { background: #007a5a; border-color: #007a5a;
color: #fff } .danger { color: #e01e5a; border-color: #e01e5a } .thumb { border: 0; padding: 0 4px }
"""


async def messages(desk: Desk) -> dict[str, str]:
    """The pictures by name, as HTML."""
    answer = await ask(desk, QUESTION)
    unknown = await ask(desk, NOT_FOUND)
    quotes = (await desk.press(Press("quotes", answer.answer.trace.id, ANA))).card
    preview = (await desk.run(Command("add", "", BOSS, (Attachment("parking.md", PARKING),)))).card
    await desk.run(Command("spaces", "support general slack:channel:C9", BOSS))
    handed = (await desk.press(Press("person", unknown.answer.trace.id, ANA))).elsewhere
    assert quotes is not None
    assert preview is not None
    triaged = await triage(desk)
    asked = message("Ana", "A", f"<div><b>@citewise</b> {QUESTION}</div>", person=True)
    return {
        "slack-answer": asked + bot(answer_blocks(answer.answer, answer.buttons)),
        "slack-quotes": bot(card_blocks(quotes), only=True),
        "slack-add": bot(card_blocks(preview), only=True),
        "slack-triage": triaged,
        "slack-handoff": bot(card_blocks(handed[0].card if handed else Card("It was handed on before"))),
    }


async def ask(desk: Desk, text: str) -> Final:
    """The whole answer to a question."""
    asked = Asked(text, ANA.person, frozenset({ANA.place}), (), ANA.thread, ANA.own)
    last = [part async for part in desk.ask(asked)][-1]
    assert isinstance(last, Final)
    return last


async def triage(desk: Desk) -> str:
    """A ticket and the card that the person of the support team is shown; an earlier one is closed."""
    helper = Caller("slack:user:U2", BOSS.own, "slack:channel:C1", "slack:C1:2", "slack:channel:C1/2")
    earlier = (Message("slack:user:U7", EARLIER, datetime.now(UTC)),)
    await desk.run(Command("triage", "", helper, messages=earlier))
    solved = {"words": "Compatibility mode in the settings."}
    await desk.press(Press("case_resolve", "1", helper, solved))
    told = tuple(Message(ANA.person, text, datetime.now(UTC)) for text in TICKET)
    here = Caller("slack:user:U2", BOSS.own, "slack:channel:C1", "slack:C1:3", "slack:channel:C1/3")
    card = (await desk.run(Command("triage", "", here, messages=told))).card
    assert card is not None
    said = "".join(message("Ana", "A", f"<div>{html.escape(text)}</div>", person=True) for text in TICKET)
    order = message("Noor", "N", "<div><b>@citewise</b> triage</div>", person=True)
    return said + order + bot(card_blocks(card), only=True)


def bot(blocks: list[Block], *, only: bool = False) -> str:
    """A message of the bot."""
    note = '<div class="only">Only visible to you</div>' if only else ""
    return message("citewise", "c", note + "".join(map(drawn, blocks)))


def message(name: str, face: str, body: str, *, person: bool = False) -> str:
    """A message with who wrote it."""
    app = "" if person else '<span class="app">APP</span>'
    head = f'<span class="name">{name}</span> {app}<span class="time">10:42</span>'
    kind = "message person" if person else "message"
    return f'<div class="{kind}"><div class="face">{face}</div><div>{head}{body}</div></div>'


def drawn(block: Block) -> str:
    """One block."""
    match block["type"]:
        case "header":
            return f"<h3>{html.escape(block['text']['text'])}</h3>"
        case "rich_text":
            return "".join(map(part, block["elements"]))
        case _:
            return f'<div class="row">{"".join(map(element, block["elements"]))}</div>'


def part(rich: Block) -> str:
    """A section, list or quote of a rich text."""
    if rich["type"] == "rich_text_list":
        items = ("".join(map(words, item["elements"])) for item in rich["elements"])
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
    inner = "".join(map(words, rich["elements"]))
    match rich["type"]:
        case "rich_text_quote":
            return f"<blockquote>{inner}</blockquote>"
        case _:
            return f'<div class="block">{inner.rstrip()}</div>'


def words(text: Block) -> str:
    """A piece of text, a link, or a person."""
    if text["type"] == "user":
        return f'<a href="#">@{NAMES[text["user_id"]]}</a>'
    said, style = html.escape(text["text"]), text.get("style", {})
    said = f"<b>{said}</b>" if style.get("bold") else said
    said = f"<code>{said}</code>" if style.get("code") else said
    return f'<a href="#">{said}</a>' if text["type"] == "link" else said


def element(shown: Block) -> str:
    """A button, a menu, or Slack's thumbs."""
    if shown["type"] == "feedback_buttons":
        return THUMB + THUMB.replace("<svg", '<svg transform="rotate(180)"')
    label = shown["text"]["text"] if "text" in shown else shown["initial_option"]["text"]["text"] + " ▾"
    return f'<span class="button {shown.get("style", "")}">{html.escape(label)}</span>'


def picture(name: str, body: str, style: str = STYLE, width: int = WIDTH) -> None:
    """Have Chromium take a picture, as high as the message is."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is needed for this: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}', "utf-8")
        shot = Path(folder, "shot.png")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        size = f"--window-size={max(width, 500)},1500"
        command = [browser, *options, size, f"--screenshot={shot}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        cropped(shot, HERE / f"{name}.png", round(width * 1.5))


def cropped(shot: Path, target: Path, width: int) -> None:
    """Cut what is empty below and to the right off."""
    from PIL import Image, ImageChops

    with Image.open(shot) as image:
        shown = image.convert("RGB")
    empty = Image.new("RGB", shown.size, shown.getpixel((shown.width - 1, shown.height - 1)))
    bottom = (ImageChops.difference(shown, empty).getbbox() or (0, 0, 0, shown.height))[3]
    shown.crop((0, 0, min(width, shown.width), min(shown.height, bottom + 18))).quantize(64).save(
        target, optimize=True
    )


def main() -> None:
    """Draw all pictures from the demo's home."""
    settings = load_settings()
    home = settings.home / "demo"
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder, "home")
        shutil.copytree(home, copied)
        with Citewise(settings.model_copy(update={"home": copied})) as citewise:
            for name, description in (
                ("vpn", "Connecting from outside: Causeway, VPN, error codes"),
                ("printing", "Printers, paper, scans"),
                ("access", "Passwords, second factor, locked accounts"),
            ):
                row = CategoryRow(name, description, "slack:user:U5" if name == "vpn" else "")
                citewise.catalog.cases.set_category(row, by="terminal:admin")
            for name, body in asyncio.run(messages(citewise.desk)).items():
                picture(name, body)


if __name__ == "__main__":
    main()
