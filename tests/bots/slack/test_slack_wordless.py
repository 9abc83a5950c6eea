"""Messages without words, or with little of them: signs, files, what is forwarded."""

import pytest
from fake_slack import words_of
from slack_texts import Json
from workspace import Workspace, handed_on

QUESTION = "How many days of annual leave do employees get?"


def voice(workspace: Workspace) -> list[Json]:
    return [
        {"name": "voice.m4a", "size": 9, "url_private_download": f"{workspace.slack.url}/files/voice.m4a"}
    ]


@pytest.mark.parametrize("signs", [":tada:", ":+1::skin-tone-3:", ":thumbsup: :a: :b: :c:", "👍"])
async def test_signs_alone_are_no_question(workspace: Workspace, signs: str) -> None:
    said = words_of(await workspace.slack.answer("CGEN", await workspace.slack.mention("UANA", signs)))
    assert "I could not read a question in that" in said


async def test_signs_are_no_words_of_a_question(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", f":wave: {QUESTION} :pray::skin-tone-2:")
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    (kept,) = workspace.here.catalog.answers.asked_by("slack:user:UANA", 1)
    assert kept.question == QUESTION
    below = await slack.say("UBEN", ":one: :two: :three: :four:", root=ts)
    await slack.until(lambda: not slack._unacked)
    assert workspace.here.catalog.inbox.of_message("slack", f"CGEN:{below}") is None


async def test_a_voice_message_is_told_that_only_words_are_read(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.say("UANA", "", "DANA", files=voice(workspace))
    assert words_of(await slack.answer("DANA", ts)).startswith("I read only words")
    await slack.mention("UANA", "", files=voice(workspace))
    await slack.until(lambda: [m for m in slack.ephemeral if words_of(m).startswith("I read only words")])


async def test_what_is_asked_about_a_file_is_told_that_it_was_not_opened(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", "Who signed this zqcontract?", files=voice(workspace))
    assert "found no answer" in words_of(await slack.answer("CGEN", ts))
    await slack.until(lambda: [m for m in slack.ephemeral if words_of(m).startswith("I read only words")])
    await slack.answer("CGEN", await slack.mention("UANA", QUESTION, files=voice(workspace)))
    await slack.until(lambda: not workspace.here.catalog.inbox.all_waiting())
    assert len(slack.ephemeral) == 1


async def test_a_picture_among_people_is_let_be(workspace: Workspace) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_auto_answer("slack:channel:CGEN", on=True, by="slack:user:UADMIN")
    await slack.say("UANA", "", files=voice(workspace))
    await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    assert slack.ephemeral == []


async def test_what_is_forwarded_without_a_word_is_the_question(workspace: Workspace) -> None:
    slack = workspace.slack
    forwarded = {"is_share": True, "text": f"Hi all! {QUESTION}", "author_id": "UBEN"}
    event = {"type": "message", "user": "UANA", "text": "", "ts": "1800000000.1", "channel": "DANA"}
    await slack.event({**event, "channel_type": "im", "attachments": [forwarded]})
    assert "27 days" in words_of(await slack.answer("DANA", "1800000000.1"))


async def test_what_somebody_says_of_themselves_is_answered_as_well(workspace: Workspace) -> None:
    slack = workspace.slack
    event = {"type": "message", "subtype": "me_message", "user": "UANA", "text": QUESTION, "channel": "DANA"}
    await slack.event({**event, "ts": "1800000000.1", "channel_type": "im"})
    assert "27 days" in words_of(await slack.answer("DANA", "1800000000.1"))


async def test_who_answers_somebody_by_a_picture_is_told_that_it_stays_behind(workspace: Workspace) -> None:
    slack, (asked, request) = workspace.slack, await handed_on(workspace)
    seen = lambda: [words_of(m) for m in slack.ephemeral if m.get("user") == "UKIM"]  # noqa: E731
    await slack.say("UKIM", "", "CHELP", request["ts"], files=voice(workspace))
    await slack.until(lambda: any(said.startswith("Only words reach whoever asked") for said in seen()))
    assert len(slack.answers("CGEN", asked)) == 1
    await slack.say("UKIM", "See the plan.", "CHELP", request["ts"], files=voice(workspace))
    assert "See the plan." in words_of(await slack.answer("CGEN", asked, 2))
    await slack.until(lambda: sum(said.startswith("Only words reach") for said in seen()) == 2)
