"""Admins look after documents in Slack, and people who don't find an answer get a person."""

import pytest
from fake_slack import Fault, button, walk, words_of
from workspace import Workspace, handed_on

ADMIN = "UADMIN"


async def told(workspace: Workspace, user: str, line: str, channel: str = "CGEN") -> dict:
    return await workspace.slack.privately(await workspace.slack.command(user, line, channel))


def names_in(message: dict) -> list[str]:
    """Who is notified by a message."""
    return [part["user_id"] for part in walk(message["blocks"]) if part.get("type") == "user"]


async def test_every_verb_answers_and_admins_alone_change(workspace: Workspace) -> None:
    for line, title in {
        "help": "What I can do",
        "": "What I can do",
        "why": "Nothing to explain yet",
        "status": "Status",
        "gaps": "Asked and not found",
        "gaps every day": "That did not work",
        "documents": "2 documents",
        "documents leave": "1 document",
        "spaces": "Spaces and who reads them",
        "history": "The last changes",
        "undo": "Nothing to take back",
        "remove Leave": "Remove “Leave”?",
        "add nothing": "That did not work",
    }.items():
        assert words_of(await told(workspace, ADMIN, line)).startswith(title), line
    for line in (
        "status",
        "gaps",
        "documents",
        "spaces",
        "undo",
        "remove Leave",
        "add https://x.example",
        "add",
    ):
        assert words_of(await told(workspace, "UANA", line)).startswith("That is for admins"), line
    assert "add" not in words_of(await told(workspace, "UANA", "help"))


async def test_a_file_with_the_word_add_is_previewed_and_added(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.files["parking.md"] = b"# Parking\n\nVisitors park on level two of the garage.\n"
    link = "https://acme.slack.com/files/parking.md"
    file = {"name": "parking.md", "size": 60, "url_private_download": f"{slack.url}/files/parking.md"}
    ts = await slack.say(ADMIN, "add", "DADMIN", files=[{**file, "permalink": link}])
    preview = await slack.answer("DADMIN", ts)
    assert words_of(preview).startswith("Add “Parking”?")
    assert button(preview, "space")["options"][1]["value"] == "hr"
    done = await slack.privately(await slack.press(ADMIN, button(preview, "confirm"), "DADMIN", preview))
    assert done["replace_original"] is True
    assert "undo" in words_of(done)
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where do visitors park?"))
    assert "level two" in words_of(answer)
    assert [entry.action for entry in workspace.here.catalog.audit.entries()] == ["add confirmed", "add done"]
    assert words_of(await told(workspace, ADMIN, "undo")).startswith("Taken back")
    assert workspace.here.catalog.documents(words="parking") == []


async def test_a_space_that_is_chosen_right_before_confirm_counts(workspace: Workspace) -> None:
    """Nobody waits for the card to be drawn anew: what was meant for a few must not go to everyone."""
    slack = workspace.slack
    slack.files["bonus.md"] = b"# Bonus\n\nThe yearly bonus is paid in March.\n"
    file = {"name": "bonus.md", "size": 60, "url_private_download": f"{slack.url}/files/bonus.md"}
    preview = await slack.answer("DADMIN", await slack.say(ADMIN, "add", "DADMIN", files=[file]))
    await slack.press(ADMIN, button(preview, "space"), "DADMIN", preview, value="hr")
    await slack.press(ADMIN, button(preview, "confirm"), "DADMIN", preview)
    await slack.until(lambda: [m for m in slack.ephemeral if words_of(m).startswith("Added")])
    assert workspace.here.catalog.find_document("Bonus").space == "hr"


async def test_add_is_also_a_word_of_questions_and_others_files_are_not_even_fetched(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", "add up how many days of annual leave employees get?")
    assert "27 days" in words_of(await slack.answer("CGEN", ts))
    file = {"name": "x.md", "size": 5, "url_private_download": f"{slack.url}/files/missing.md"}
    ts = await slack.say("UANA", "add", "DANA", files=[file])
    assert words_of(await slack.answer("DANA", ts)).startswith("That is for admins")


async def test_files_from_elsewhere_and_large_ones_are_refused_with_the_reason(workspace: Workspace) -> None:
    slack = workspace.slack
    outside = {"name": "x.md", "size": 5, "url_private_download": "https://evil.example/x.md"}
    ts = await slack.say(ADMIN, "add", "DADMIN", files=[outside])
    assert "does not lie on Slack" in words_of(await slack.answer("DADMIN", ts))
    large = {"name": "big.pdf", "size": 900_000_000, "url_private_download": f"{slack.url}/files/big"}
    ts = await slack.say(ADMIN, "add", "DADMIN", files=[large])
    assert "900 MB" in words_of(await slack.answer("DADMIN", ts))
    slack.files["fat.md"] = b"x" * 21_000_000
    lying = {"name": "fat.md", "size": 10, "url_private_download": f"{slack.url}/files/fat.md"}
    ts = await slack.say(ADMIN, "add", "DADMIN", files=[lying])
    assert "20 MB can be added" in words_of(await slack.answer("DADMIN", ts))


async def test_a_message_becomes_a_document_that_cites_it(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.say("UBEN", "The wifi password for guests is on the back of the badge.")
    preview = await slack.privately(await slack.shortcut(ADMIN, "CGEN", ts))
    await slack.privately(await slack.press(ADMIN, button(preview, "confirm"), "CGEN", {}))
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the guests wifi password?"))
    assert "back of the badge" in words_of(answer)
    assert f"https://acme.slack.com/archives/CGEN/p{ts}" in str(answer)
    refused = await slack.privately(await slack.shortcut("UANA", "CGEN", ts))
    assert words_of(refused).startswith("That is for admins")


async def test_a_message_becomes_a_document_in_the_words_that_people_read(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.faults.append(Fault("chat.getPermalink", 1, error="channel_not_found"))
    ts = await slack.say(
        "UBEN", "*Visitors* ring <@UKIM> &amp; wait in <#G7|lobby>, see <https://x.example/v|the plan>."
    )
    preview = await slack.privately(await slack.shortcut(ADMIN, "CGEN", ts))
    assert "Visitors ring someone & wait in #lobby, see the plan." in words_of(preview)
    ts = await slack.say("UBEN", "")
    slack.channels["CGEN"][ts]["attachments"] = [{"title": "Alert", "text": "Exports fail since noon"}]
    preview = await slack.privately(await slack.shortcut(ADMIN, "CGEN", ts))
    assert "Exports fail since noon" in words_of(preview)
    ts = await slack.say("UBEN", "")
    refused = await slack.privately(await slack.shortcut(ADMIN, "CGEN", ts))
    assert "holds no words" in words_of(refused)


async def test_a_private_channel_of_old_and_words_over_several_lines_are_understood(
    workspace: Workspace,
) -> None:
    said = await told(workspace, ADMIN, "spaces allow hr <#G12|secret>")
    assert {"type": "channel", "channel_id": "G12"} in walk(said["blocks"])
    listed = walk((await told(workspace, ADMIN, "spaces"))["blocks"])
    assert {"type": "channel", "channel_id": "G12"} in listed  # by its name, as Slack shows it
    said = words_of(await told(workspace, "UANA", "ask\nHow many days of annual leave\ndo employees get?"))
    assert "27 days" in said
    said = words_of(await told(workspace, "UANA", "Leave: how many days of annual leave do employees get?"))
    assert said.startswith("Leave: how many")


async def test_bare_add_and_remove_open_forms(workspace: Workspace) -> None:
    slack = workspace.slack
    await slack.command(ADMIN, "remove")
    view = (await slack.until(lambda: slack.modals))[0]
    await slack.submit(ADMIN, view, document="Leave")
    asked = (await slack.until(lambda: slack.ephemeral))[0]
    await slack.privately(await slack.press(ADMIN, button(asked, "cancel"), "CGEN", {}))
    await slack.command(ADMIN, "add")
    view = (await slack.until(lambda: slack.modals[1:]))[0]
    await slack.submit(ADMIN, view, url="http://127.0.0.1:1/nothing", space="hr")
    await slack.until(lambda: [m for m in slack.ephemeral if "That did not work" in words_of(m)])
    assert len(workspace.here.catalog.documents()) == 2


async def test_a_question_goes_to_a_person_and_comes_back_as_a_document(workspace: Workspace) -> None:
    slack = workspace.slack
    await told(workspace, ADMIN, "spaces support general <#CHELP|help>")
    asked = await slack.mention("UANA", "Where is the staff canteen?")
    answer = await slack.answer("CGEN", asked)
    await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    (request,) = slack.channels["CHELP"].values()
    assert "Where is the staff canteen?" in words_of(request)
    take = button(request, "claim")
    await slack.privately(await slack.press("UKIM", take, "CHELP", request))
    late = await slack.privately(await slack.press("ULEE", take, "CHELP", request))
    assert "Someone else" in words_of(late)
    assert names_in(late) == ["UKIM"]
    await slack.say("ULEE", "I think they have soup today, no idea where?", "CHELP", request["ts"])
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    back = await slack.answer("CGEN", asked, 2)
    assert "On the ground floor of house B." in words_of(back)
    assert names_in(back) == ["UANA"]  # who asked is called, and nobody else
    assert back["text"].startswith("<@UANA>\nA person answered “Where is the staff canteen?”\nOn the ground")
    thanks = (await slack.until(lambda: [m for m in slack.ephemeral if m.get("user") == "UKIM"]))[0]
    await slack.privately(
        await slack.press("UKIM", button(thanks, "keep"), "CHELP", {"ts": "", "thread_ts": request["ts"]})
    )
    ts = await slack.mention("UBEN", "Where is the staff canteen?")
    assert "ground floor of house B" in words_of(await slack.answer("CGEN", ts))


async def test_what_was_asked_in_private_in_a_channel_is_answered_in_private(workspace: Workspace) -> None:
    slack = workspace.slack
    await told(workspace, ADMIN, "spaces support general <#CHELP|help>")
    private = await told(workspace, "UANA", "ask Where is the zqcanteen for new fathers?")
    await slack.privately(await slack.press("UANA", button(private, "person"), "CGEN", {}))
    (request,) = slack.channels["CHELP"].values()
    claimed = await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    assert "the person that asked" in words_of(claimed)
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    back = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "On the ground floor of house B." in words_of(back[0])
    assert names_in(back[0]) == []  # a direct message tells by itself
    assert slack.channels["CGEN"] == {}


async def test_who_asked_in_a_channel_that_is_closed_by_now_is_told_directly(workspace: Workspace) -> None:
    slack, (_, request) = workspace.slack, await handed_on(workspace)
    slack.outside.add("CGEN")
    await slack.say("UKIM", "On the ground floor of house B.", "CHELP", request["ts"])
    (back,) = await slack.until(lambda: list(slack.channels["DUANA"].values()))
    assert "On the ground floor of house B." in words_of(back)
    assert names_in(back) == []
    await slack.until(lambda: [m for m in slack.ephemeral if "The asker has your answer" in words_of(m)])


async def test_a_user_group_is_asked_in_a_conversation_of_its_own(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.groups = {"SHR": ["UKIM", "ULEE"]}
    await told(workspace, ADMIN, "spaces support general <!subteam^SHR|@hr>")
    answer = await slack.answer("DANA", await slack.say("UANA", "Where is the staff canteen?", "DANA"))
    await slack.press("UANA", button(answer, "person"), "DANA", answer)
    request = (await slack.until(lambda: list(slack.channels["GUKIMULEE"].values())))[0]
    await slack.privately(await slack.press("UKIM", button(request, "claim"), "GUKIMULEE", request))
    await slack.say("UKIM", "On the ground floor.", "GUKIMULEE", request["ts"])
    told_back = await slack.until(
        lambda: [m for m in slack.channels["DUANA"].values() if "ground floor" in words_of(m)]
    )
    assert len(told_back) == 1


async def test_one_person_is_asked_in_a_direct_message_and_answers_below_it(workspace: Workspace) -> None:
    slack = workspace.slack
    await told(workspace, ADMIN, "spaces support general <@UKIM>")
    for question, reply in (("Where is the staff canteen?", "In house B."), ("Where is the gym?", "In C.")):
        asked = await slack.mention("UANA", question)
        answer = await slack.answer("CGEN", asked)
        await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
        request = list(slack.channels["DUKIM"].values())[-1]
        await slack.say("UKIM", reply, "DUKIM", request["ts"])
        assert reply in words_of(await slack.answer("CGEN", asked, 2))
        thanks = await slack.answer("DUKIM", request["ts"])
        assert words_of(thanks).startswith("The asker has your answer")
    own = await slack.say("UKIM", "How many days of annual leave do employees get?", "DUKIM")
    assert "27 days" in words_of(await slack.answer("DUKIM", own))


@pytest.mark.parametrize(
    ("target", "method", "code"),
    [
        ("<@UGONE>", "conversations.open", "user_disabled"),
        ("<@UHID>", "conversations.open", "user_not_visible"),
        ("<!subteam^SEMPTY|@x>", "conversations.open", "users_list_not_supplied"),
        ("<!subteam^SGONE|@x>", "usergroups.users.list", "no_such_subteam"),
    ],
)
async def test_who_asks_for_a_person_is_told_that_nobody_can_be_reached(
    workspace: Workspace, target: str, method: str, code: str
) -> None:
    slack = workspace.slack
    slack.groups = {"SEMPTY": [], "SGONE": []}
    await told(workspace, ADMIN, f"spaces support general {target}")
    slack.faults.append(Fault(method, 1, error=code))
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where is the staff canteen?"))
    said = await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    assert "nobody was told: please tell them, or an admin" in words_of(said)


async def test_an_undo_that_could_not_be_told_of_takes_nothing_more_back(workspace: Workspace) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    for channel in ("COLD", "CMID", "CNEW"):
        await told(workspace, ADMIN, f"spaces allow hr <#{channel}|x>")
    slack.faults.append(Fault("chat.postEphemeral", 2, status=503, afterwards=True))
    await slack.mention(ADMIN, "undo")
    await slack.until(lambda: slack.calls["chat.postEphemeral"] == 3 and not catalog.inbox.all_waiting())
    assert sorted(catalog.principals("hr")) == ["slack:channel:CMID", "slack:channel:COLD"]
    assert all(words_of(shown).startswith("Taken back: allow") for shown in slack.ephemeral[-3:])
    await slack.mention(ADMIN, "undo")  # another order
    await slack.until(lambda: sorted(catalog.principals("hr")) == ["slack:channel:COLD"])


async def test_where_the_bot_is_not_a_member_answers_still_reach_who_asked(workspace: Workspace) -> None:
    slack = workspace.slack
    slack.outside.add("CPRIV")
    assert "Status" in words_of(await told(workspace, ADMIN, "status", "CPRIV"))
    final = await told(workspace, "UANA", "ask How long is parental leave?", "CPRIV")
    said = await slack.privately(await slack.press("UANA", button(final, "share"), "CPRIV", {}))
    assert "/invite @citewise" in words_of(said)
