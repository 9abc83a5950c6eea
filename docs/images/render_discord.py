"""Run `python docs/images/render_discord.py` after `citewise demo`: it draws Discord messages as on a phone.

Needs Chromium (Debian: `apt-get install chromium`). The pictures show the components that Discord is sent,
in the shapes and colours that its app gives them.
"""

import asyncio
import html
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from render_slack import NOT_FOUND, PARKING, QUESTION, message, picture

from bots.desk import OWNER, Asked, Caller, Command, Desk, Final, Press
from bots.desk.cards import Card
from bots.desk.domain import Attachment
from bots.discord.layout import answer_views, card_view
from bots.settings import load_settings
from bots.wiring import Citewise

Component = dict[str, Any]
WIDTH = 390
ANA = Caller("discord:user:1", frozenset({"discord:user:1"}), "discord:channel:1", "discord:1")
BOSS = Caller("discord:user:2", frozenset({OWNER, "discord:user:2"}))
STYLE = """
* { box-sizing: border-box } html { background: #1a1a1e } body { margin: 0; width: 390px; color: #dfe0e2;
background: #1a1a1e; font: 15px/1.38 "gg sans", "Noto Sans", "DejaVu Sans", sans-serif } .message { display:
grid; grid-template-columns: 40px 1fr; gap: 0 12px; padding: 10px 12px } .message > div { min-width: 0 }
.face { width: 40px; height: 40px; border-radius: 50%; background: #5865f2; color: #fff; font-weight: 700;
display: grid; place-items: center } .person .face { background: #7a4d8c } .name { font-weight: 600; color:
#fff } .app { background: #5865f2; color: #fff; font-size: 10px; font-weight: 600; border-radius: 4px;
padding: 1px 5px; margin: 0 4px } .time { color: #949ba4; font-size: 12px } .only { color: #949ba4;
font-size: 12px } a { color: #7bb0f5; text-decoration: none } p { margin: 2px 0 } .small { color: #a5a7ad;
font-size: 12.5px; margin: 1px 0 } h3 { font-size: 17px; margin: 2px 0 6px; color: #fff } ul { margin: 1px
0; padding-left: 18px } blockquote { margin: 2px 0; padding-left: 10px; border-left: 4px solid #65666c }
code { background: #111214; border-radius: 4px; font-size: 13px; padding: 0 4px } .card { background:
#242429; border: 1px solid #33343a; border-radius: 8px; padding: 12px; margin-top: 4px } .row { display:
flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px } .button { background: #36373d; color: #fff;
border-radius: 8px; padding: 6px 14px; font-weight: 500; font-size: 14px } .s1 { background: #5865f2 } .s4 {
background: #d22d39 } .menu { background: #111214; flex: 1; display: flex; justify-content: space-between }
"""


async def messages(desk: Desk) -> dict[str, str]:
    """The pictures by name, as HTML."""
    answer, unknown = await ask(desk, QUESTION), await ask(desk, NOT_FOUND)
    quotes = (await desk.press(Press("quotes", answer.answer.trace.id, ANA))).card
    preview = (await desk.run(Command("add", "", BOSS, (Attachment("parking.md", PARKING),)))).card
    await desk.run(Command("spaces", "support general discord:channel:9", BOSS))
    handed = (await desk.press(Press("person", unknown.answer.trace.id, ANA))).elsewhere
    assert quotes is not None
    assert preview is not None
    asked = message("Ana", "A", f"<div><a>@citewise</a> {QUESTION}</div>", person=True)
    shown = answer_views(answer.answer, answer.buttons, [1, 2, 3, 4])
    return {
        "discord-answer": asked + bot([part for view in shown for part in components(view)]),
        "discord-quotes": bot(components(card_view(quotes, 1)), only=True),
        "discord-add": bot(components(card_view(preview, 1)), only=True),
        "discord-handoff": bot(
            components(card_view(handed[0].card if handed else Card("It was handed on before"), 1))
        ),
    }


async def ask(desk: Desk, text: str) -> Final:
    """The whole answer to a question."""
    asked = Asked(text, ANA.person, frozenset({ANA.place}), (), ANA.thread, ANA.own)
    last = [part async for part in desk.ask(asked)][-1]
    assert isinstance(last, Final)
    return last


def components(view: Any) -> list[Component]:
    """What Discord is sent."""
    return list(view.to_components())


def bot(parts: list[Component], *, only: bool = False) -> str:
    """A message of the bot."""
    note = '<div class="only">Only you can see this</div>' if only else ""
    return message("citewise", "c", "".join(map(drawn, parts)) + note)


def drawn(part: Component) -> str:
    """One component."""
    inner = "".join(map(drawn, part.get("components", [])))
    match part["type"]:
        case 1:
            return f'<div class="row">{inner}</div>'
        case 2:
            return f'<span class="button s{part["style"]}">{html.escape(part["label"])}</span>'
        case 3:
            chosen = next((o["label"] for o in part["options"] if o.get("default")), part["placeholder"])
            return f'<span class="button menu">{html.escape(chosen)}<span>⌄</span></span>'
        case 17:
            return f'<div class="card">{inner}</div>'
        case _:
            return "".join(map(line, part["content"].split("\n")))


def line(text: str) -> str:
    """One line of Discord's Markdown, as far as the bot writes it."""
    for start, tag, kind in (
        ("-# ", "p", "small"),
        ("### ", "h3", ""),
        ("- ", "li", ""),
        ("> ", "blockquote", ""),
    ):
        if text.startswith(start):
            inner = f'<{tag} class="{kind}">{words(text.removeprefix(start))}</{tag}>'
            return f"<ul>{inner}</ul>" if tag == "li" else inner
    return f"<p>{words(text)}</p>"


def words(text: str) -> str:
    """Escapes, links, bold and code."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1])
        return f"\0{len(kept) - 1}\0"

    text = html.escape(re.sub(r"\\([^\w\s])", keep, text), quote=False)
    text = re.sub(r"\[(\[\d+\]|[^\[\]]+)\]\(&lt;.*?&gt;\)", r"<a>\1</a>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub("\0(\\d+)\0", lambda found: html.escape(kept[int(found[1])]), text)


def main() -> None:
    """Draw all pictures from the demo's home."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder, "home")
        shutil.copytree(settings.home / "demo", copied)
        with Citewise(settings.model_copy(update={"home": copied})) as citewise:
            for name, body in asyncio.run(messages(citewise.desk)).items():
                picture(name, body, STYLE, WIDTH)


if __name__ == "__main__":
    main()
