"""People ask while the home is still being opened: they hear so at once, and are answered once it is open."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import httpx
import pytest
from command_kit import bare_environment
from desk_kit import ADMIN, LEAVE, WORD_GATE, DeskHome, desk_home, person
from discord_people import People
from fake_discord import ANA, GENERAL, FakeDiscord
from fake_discord import words_of as discord_words
from fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, words_of
from guild import service as discord_service
from workspace import service

from bots.desk.domain import Command
from bots.monitoring.probe import Found
from bots.serving.opening import QUIET_SECONDS, Opening
from brain.errors import NotReadyYet

QUESTION = "How many days of annual leave do employees get?"
ANSWER = "27 days of paid annual leave"
NOT_YET = "not ready yet"


class Making:
    """An index that takes its time."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self) -> None:
        if not self.done:
            raise NotReadyYet("I'm not ready yet: 34 % is done.", seconds=0.05)


def filled(here: DeskHome) -> DeskHome:
    here.home.fill({"leave.md": LEAVE})
    return here


async def test_in_slack_a_mention_is_told_so_and_the_answer_takes_its_place(tmp_path: Path) -> None:
    making, written = Making(), list[BaseException]()
    with desk_home(tmp_path, WORD_GATE, before_use=making) as here:
        async with FakeSlack() as slack:
            running = service(slack, filled(here), written)
            await running.start()
            await slack.connected()
            asked = [await slack.mention("UANA", QUESTION) for _ in range(6)]  # more than there are workers
            for ts in asked:
                told = await slack.answer("CGEN", ts)
                assert NOT_YET in words_of(told)
            making.done = True
            for ts in asked:
                await slack.until(lambda ts=ts: ANSWER in words_of(slack.answers("CGEN", ts)[0]))
                assert len(slack.answers("CGEN", ts)) == 1
            await running.stop()
            assert slack.complaints == []
    assert written == []


async def test_in_slack_a_private_question_is_told_so_once_and_answered(tmp_path: Path) -> None:
    making = Making()
    with desk_home(tmp_path, WORD_GATE, before_use=making) as here:
        async with FakeSlack() as slack:
            running = service(slack, filled(here), [])
            await running.start()
            await slack.connected()
            address = await slack.command("UANA", f"ask {QUESTION}", "CGEN")
            assert NOT_YET in words_of(await slack.privately(address))
            making.done = True

            def said() -> list[str]:
                return [words_of(m) for m in slack.ephemeral if m.get("address") == address]

            await slack.until(lambda: any(ANSWER in words for words in said()))
            assert sum(NOT_YET in words for words in said()) == 1
            await running.stop()


async def test_on_discord_a_mention_and_a_command_are_told_so_and_answered(tmp_path: Path) -> None:
    making = Making()
    with desk_home(tmp_path, WORD_GATE, before_use=making) as here:
        async with FakeDiscord() as discord:
            running = discord_service(discord, filled(here), [])
            await running.start()
            people = People(discord)
            asked = await people.mention(ANA, QUESTION)
            assert NOT_YET in discord_words(await discord.answer(GENERAL, asked))
            token = await people.slash(ANA, "ask", question=QUESTION)
            assert NOT_YET in discord_words(await discord.told(token))
            making.done = True
            await discord.until(lambda: ANSWER in discord_words(discord.answers(GENERAL, asked)[0]))
            assert len(discord.answers(GENERAL, asked)) == 1
            await discord.until(lambda: ANSWER in discord_words(discord.talks[token].told[-1]))
            await running.stop()


async def test_nothing_is_changed_by_what_would_have_to_wait(tmp_path: Path) -> None:
    making = Making()
    with desk_home(tmp_path, WORD_GATE, before_use=making) as here:
        filled(here)
        row = here.catalog.documents()[0]
        with pytest.raises(NotReadyYet), here.library.alone():
            here.library.take_out(row.id)
        assert here.catalog.documents()[0].id == row.id
        help_ = await here.desk.run(Command("help", "", person(ADMIN.rpartition(":")[2])))
        assert help_.card is not None


@pytest.mark.weights
async def test_a_real_serve_answers_in_slack_before_its_index_is_there(
    ingested: Path, tmp_path: Path
) -> None:
    shutil.copytree(ingested / ".citewise", tmp_path / ".citewise")
    made, script = tmp_path / "made", Path(__file__).parent.parent / "slow_opening.py"
    async with FakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
        environment = bare_environment(CITEWISE_CONTROL_PORT="0", PYTHONPATH=os.getcwd(), **tokens)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, script, made), cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE
        )
        try:
            await slack.connected()
            control = json.loads((tmp_path / ".citewise" / "run" / "control.json").read_text())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{control['port']}") as http:
                while "34 %" not in (ready := await http.get("/readyz")).text:
                    assert ready.status_code == 503
                assert (await http.get("/healthz")).status_code == 200
            ts = await slack.mention("UANA", "How many days of annual leave do full-time employees get?")
            assert "the search index is being made: 34 % is done" in words_of(await slack.answer("CGEN", ts))
            assert (ready.status_code, ready.json()["parts"]["slack"]) == (503, True)
            assert ready.json()["opening"].startswith("the search index is being made: 34 % is done")
            assert Found(False, ready.json()).sentence.startswith(
                "`citewise serve` is not ready: the search index is being made: 34 % is done"
            )
            made.touch()
            await slack.until(lambda: "27 days" in words_of(slack.answers("CGEN", ts)[0]))
            assert len(slack.answers("CGEN", ts)) == 1
        finally:
            process.kill()
            await process.communicate()


def test_how_far_it_is_and_how_long_it_takes_is_told() -> None:
    now = [100.0]
    opening = Opening(lambda: now[0])
    assert opening.state == "the search index is being opened"
    now[0] += QUIET_SECONDS + 1
    opening.report("Rebuilding the index", 0, 200_000)
    now[0] += 30.0
    opening.report("Rebuilding the index", 50_000, 200_000)
    with pytest.raises(NotReadyYet) as told:
        opening.check()
    assert "the search index is being made: 25 % is done, about 2 minutes are left" in told.value.sentence
    assert told.value.seconds == 15.0
    now[0] += 86.0
    opening.report("Rebuilding the index", 194_000, 200_000)
    assert opening.state == "the search index is being made: 97 % is done, about a minute is left"
    with pytest.raises(NotReadyYet) as told:
        opening.check()
    assert told.value.seconds == 2.0
    opening.finish()
    opening.check()
    assert opening.state == ""
