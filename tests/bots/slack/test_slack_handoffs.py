"""One request for an answer, whoever presses, and its card shows who has it: on a fake Slack."""

import asyncio

from fake_slack import Fault, button, words_of
from slack_texts import walk
from workspace import Workspace, handed_on

HELP = "slack:channel:CHELP"


def names_in(message: dict) -> list[str]:
    return [part["user_id"] for part in walk(message["blocks"]) if part.get("type") == "user"]


async def asked_for_by(workspace: Workspace, *people: str) -> tuple[str, list[dict]]:
    """A question of UANA's under whose answer these people ask for a person at once; what they are told."""
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", HELP, by="slack:user:UADMIN")
    asked = await slack.mention("UANA", "Where is the staff canteen?")
    answer = await slack.answer("CGEN", asked)
    pressed = await asyncio.gather(
        *(slack.press(person, button(answer, "person"), "CGEN", answer) for person in people)
    )
    return asked, [await slack.privately(one) for one in pressed]


async def test_two_people_who_press_at_once_make_one_request_and_are_both_told(workspace: Workspace) -> None:
    slack = workspace.slack
    asked, told = await asked_for_by(workspace, "UANA", "UBEN")
    (request,) = slack.channels["CHELP"].values()
    assert sorted(words_of(one).split(" I tell")[0][:45] for one in told) == [
        "A person will look at it",
        "Somebody asked for a person here before you T",
    ]
    assert "Waiting for it 2 people" in " ".join(words_of(request).split())
    await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    back = await slack.answer("CGEN", asked, 2)
    assert "On the ground floor of house B." in words_of(back)
    assert sorted(names_in(back)) == ["UANA", "UBEN"]
    assert back["text"].startswith(("<@UANA> <@UBEN>\n", "<@UBEN> <@UANA>\n"))


async def test_who_presses_after_a_restart_joins_the_request_that_stands(workspace: Workspace) -> None:
    slack = workspace.slack
    asked, _ = await asked_for_by(workspace, "UANA")
    await workspace.restart()
    answer = await slack.answer("CGEN", asked)
    said = await slack.privately(await slack.press("UBEN", button(answer, "person"), "CGEN", answer))
    assert "Somebody asked for a person here before you" in words_of(said)
    (request,) = slack.channels["CHELP"].values()
    assert "2 people" in words_of(request)


async def test_a_request_that_was_posted_while_the_bot_was_stopped_is_not_posted_for_the_next(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", HELP, by="slack:user:UADMIN")
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the staff canteen?"))
    slack.faults.append(Fault("chat.postMessage", 1, status=503, afterwards=True))
    pressed = [
        await slack.press(person, button(answer, "person"), "CGEN", answer) for person in ("UANA", "UBEN")
    ]
    await slack.until(lambda: slack.channels["CHELP"])
    await workspace.restart()
    for one in pressed:
        await slack.privately(one)
    assert len(slack.channels["CHELP"]) == 1


async def test_a_request_that_an_older_citewise_posted_before_it_was_killed_is_not_posted_again(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", HELP, by="slack:user:UADMIN")
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the staff canteen?"))
    slack.faults.append(Fault("chat.postMessage", 1, held=True))
    pressed = await slack.press("UANA", button(answer, "person"), "CGEN", answer)
    (request,) = await slack.until(lambda: list(slack.channels["CHELP"].values()))
    with workspace.here.catalog.database.reading() as connection:
        row = connection.execute("SELECT event FROM inbox WHERE kind = 'press'").fetchone()
    request["metadata"]["event_payload"]["key"] = f"slack-{row[0]}-0"  # as it was until hand-offs had one
    await workspace.restart()
    assert words_of(await slack.privately(pressed)).startswith("A person will look at it")
    assert list(slack.channels["CHELP"].values()) == [request]
    await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    assert names_in(request) == ["UKIM"]


async def test_the_request_names_who_took_it_also_when_others_join_after_a_restart(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    asked, request = await handed_on(workspace)
    assert words_of(request).split("Taken by")[0].strip().startswith("Someone needs a person")
    assert names_in(request) == ["UKIM"]
    assert request["edited"]
    await workspace.restart()
    answer = await slack.answer("CGEN", asked)
    await slack.privately(await slack.press("UBEN", button(answer, "person"), "CGEN", answer))
    assert names_in(request) == ["UKIM"]
    assert "2 people" in words_of(request)
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    await slack.answer("CGEN", asked, 2)
    await slack.until(lambda: "Answered by" in words_of(request))
    assert names_in(request) == ["UKIM"]
    posted = [shown for shown in slack.channels["CHELP"].values() if "Someone needs" in words_of(shown)]
    assert posted == [request]


async def test_a_request_that_somebody_deleted_can_still_be_answered(workspace: Workspace) -> None:
    slack = workspace.slack
    await asked_for_by(workspace, "UANA")
    (request,) = slack.channels["CHELP"].values()
    slack.faults.append(Fault("chat.update", 1, error="message_not_found"))
    claimed = await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    assert words_of(claimed).startswith("Yours")
    assert workspace.written == []


async def test_where_one_who_asked_in_private_can_t_be_told_the_others_are(workspace: Workspace) -> None:
    slack = workspace.slack
    asked, request = await handed_on(workspace)
    answer = await slack.answer("CGEN", asked)
    await slack.privately(await slack.press("UBEN", button(answer, "person"), "CGEN", answer))
    slack.outside.add("CGEN")
    slack.faults.append(Fault("conversations.open", 1, error="user_disabled"))
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    (back,) = await slack.until(lambda: list(slack.channels["DUBEN"].values()))
    assert "On the ground floor of house B." in words_of(back)
    said = await slack.answer("CHELP", request["ts"])
    assert "Not everybody who asked could be told" in words_of(said)


async def test_a_long_question_goes_to_people_and_back_as_any_other(workspace: Workspace) -> None:
    """Slack takes 150 characters for a header: those of the request and the answer hold the question."""
    slack, catalog = workspace.slack, workspace.here.catalog
    catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UADMIN")
    question = f"Where is the staff canteen {'behind the old harbour office ' * 12}and is it open?"
    answer = await slack.answer("CGEN", await slack.mention("UANA", question))
    said = await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    assert words_of(said).startswith("A person will look at it")
    (request,) = slack.channels["CHELP"].values()
    assert question[:250] in words_of(request)
    await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    await slack.say("UKIM", "In house B.", "CHELP", request["ts"])
    told = await slack.until(
        lambda: [m for m in slack.channels["CGEN"].values() if "In house B." in words_of(m)]
    )
    assert "A person answered “Where is the staff canteen" in words_of(told[0])
