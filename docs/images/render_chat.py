"""Run `python docs/images/render_chat.py` after `citewise demo`: it draws chat.svg from real answers."""

import asyncio
import io
import re
import uuid
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

from bots.desk import OWNER, Asked
from bots.settings import load_settings
from bots.terminal.answers import show_answer
from bots.terminal.commands.chat import PROMPT
from bots.terminal.streaming import final_answer
from bots.wiring import Citewise

PICTURE = Path(__file__).with_name("chat.svg")
CONVERSATION = (
    "How many days of annual leave do we get?",
    "and how many can I carry over?",
    "How long is the warranty on the Petrel 2 Pro?",
    "Who won the 1974 world cup?",
)
QUOTED = "and how many can I carry over?"


def main() -> None:
    """Ask in one thread, as people do, and save what a terminal would show."""
    console = Console(record=True, width=100, force_terminal=True, highlight=False, file=io.StringIO())
    settings, thread = load_settings(), f"picture:{uuid.uuid4()}"
    with Citewise(settings.model_copy(update={"home": settings.home / "demo"})) as citewise:
        for question in CONVERSATION:
            asked = Asked(question, principals=frozenset({OWNER}), thread=thread)
            console.print(Text.assemble((PROMPT, "bold"), question))
            answer = asyncio.run(final_answer(citewise.desk, asked, quiet=True))
            show_answer(console, answer, quotes=question == QUOTED)
    # No fonts from elsewhere: a picture in a README must not load anything.
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    PICTURE.write_text(console.export_svg(title="citewise chat", code_format=template), "utf-8")


if __name__ == "__main__":
    main()
