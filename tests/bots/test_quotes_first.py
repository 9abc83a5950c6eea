"""A slow model's answer takes the place of the quotes in the one message that both chats show."""

import threading
from pathlib import Path

from chat_models import Telling, telling
from desk_kit import LEAVE, WORD_GATE, desk_home
from discord_people import People
from fake_discord import ANA, GENERAL, FakeDiscord
from fake_discord import words_of as discord_words
from fake_slack import words_of
from guild import service
from workspace import opened

from bots.desk.questions import FOLLOWS
from brain.answering.writing.written import WritingAnswerer

QUESTION = "How many days of annual leave do employees get?"
WRITTEN = "Employees get 27 days of paid annual leave [1]."


def waiting(seen: threading.Event) -> tuple[Telling, WritingAnswerer]:
    """A model that writes once the quotes have been seen."""
    model = telling(seen.wait, WRITTEN)
    return model, WritingAnswerer(model, "m", quotes_first=True)


async def test_in_slack(tmp_path: Path) -> None:
    seen = threading.Event()
    model, answerer = waiting(seen)
    async with opened(tmp_path, answerer) as workspace:
        slack = workspace.slack
        ts = await slack.mention("UANA", QUESTION)
        (draft,) = await slack.until(lambda: slack.answers("CGEN", ts))
        assert "27 days of paid annual leave in a calendar year" in words_of(draft)
        assert FOLLOWS in words_of(draft)
        assert model.told == []
        seen.set()
        (answer,) = await slack.until(
            lambda: [m for m in slack.answers("CGEN", ts) if FOLLOWS not in words_of(m)]
        )
        assert "Employees get 27 days of paid annual leave." in words_of(answer)
        assert "in a calendar year" not in words_of(answer)
        assert answer["ts"] == draft["ts"]
        assert len(slack.answers("CGEN", ts)) == 1


async def test_in_discord(tmp_path: Path) -> None:
    seen = threading.Event()
    model, answerer = waiting(seen)
    with desk_home(tmp_path, WORD_GATE, answerer) as here:
        here.home.fill({"leave.md": LEAVE})
        async with FakeDiscord() as discord:
            running = service(discord, here, [])
            await running.start()
            asked = await People(discord).mention(ANA, QUESTION)
            (draft,) = await discord.until(lambda: discord.answers(GENERAL, asked))
            assert FOLLOWS in discord_words(draft)
            assert model.told == []
            seen.set()
            answer = await discord.until(
                lambda: [m for m in discord.answers(GENERAL, asked) if FOLLOWS not in discord_words(m)]
            )
            assert "Employees get 27 days of paid annual leave." in discord_words(answer[0])
            assert len(discord.answers(GENERAL)) == 1
            await running.stop()
