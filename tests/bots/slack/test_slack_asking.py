"""People ask in Slack: mentions, threads, direct messages, edits, buttons."""

from fake_slack import BOT, TEAM, Fault, button, links_of, walk, words_of
from workspace import Workspace

QUESTION = "How many days of annual leave do employees get?"


async def test_a_mention_is_answered_once_in_a_thread_with_sources_and_buttons(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", QUESTION)
    answer = await slack.answer("CGEN", ts)
    assert "27 days of paid annual leave" in words_of(answer)
    assert "[1] Leave › Annual leave" in words_of(answer).replace("  ", " ")
    assert answer["metadata"]["event_type"] == "citewise_answer"
    assert slack.calls["chat.startStream"] == 1
    assert slack.statuses[0]["status"] == "is looking through your documents…"
    for action in ("helpful", "not_helpful", "quotes", "person"):
        assert button(answer, action)
    assert len(slack.answers("CGEN", ts)) == 1


async def test_a_thread_goes_on_without_a_mention_and_others_are_left_alone(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", QUESTION)
    await slack.answer("CGEN", ts)
    await slack.say("UANA", "and for how long is parental leave paid?", root=ts)
    assert "16 weeks" in words_of(await slack.answer("CGEN", ts, 2))
    await slack.say("UBEN", "<@UANA> shall we talk about it?", root=ts)
    await slack.say("UBEN", "Thanks!", root=ts)
    plain = await slack.say("UBEN", "How many days of annual leave do employees get?")
    other = await slack.mention("UBEN", "How long is parental leave?")
    await slack.answer("CGEN", other)
    assert len(slack.answers("CGEN", ts)) == 2
    assert slack.answers("CGEN", plain) == []


async def test_a_direct_message_uses_what_the_person_may_read(workspace: Workspace) -> None:
    slack, here = workspace.slack, workspace.here
    here.catalog.places.allow("hr", ["slack:group:S1"], by="admin")
    slack.groups = {"S1": ["UANA"]}
    ts = await slack.say("UANA", "When does the pay review happen?", "DANA")
    assert "October" in words_of(await slack.answer("DANA", ts))
    assert "citewise:quotes:" in str(slack.answers("DANA", ts))
    assert "citewise:share:" not in str(slack.answers("DANA", ts))  # there is nobody to share it with
    ts = await slack.say("UBEN", "When does the pay review happen?", "DBEN")
    assert "zqsecret" not in words_of(await slack.answer("DBEN", ts))


async def test_that_there_is_more_is_told_to_the_asker_alone(workspace: Workspace) -> None:
    slack = workspace.slack
    workspace.here.catalog.places.allow("hr", ["slack:user:UANA"], by="admin")
    ts = await slack.mention("UANA", "When does the pay review for engineers happen?")
    told = (await slack.until(lambda: slack.ephemeral))[0]
    assert (told["user"], told["channel"]) == ("UANA", "CGEN")
    assert "direct message" in words_of(told)
    assert "October" not in words_of(await slack.answer("CGEN", ts)) + words_of(told)


async def test_a_refusal_says_what_was_searched_and_offers_a_person(workspace: Workspace) -> None:
    slack = workspace.slack
    ts = await slack.mention("UANA", "Who was the first emperor of Rome?")
    answer = await slack.answer("CGEN", ts)
    assert button(answer, "person")
    assert not [part for part in walk(answer["blocks"]) if "quotes" in str(part.get("action_id"))]


async def test_quotes_are_shown_to_who_pressed_with_the_words_marked(workspace: Workspace) -> None:
    slack = workspace.slack
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    address = await slack.press("UBEN", button(answer, "quotes"), "CGEN", answer)
    shown = await slack.privately(address)
    bold = [part["text"] for part in walk(shown["blocks"]) if part.get("style") == {"bold": True}]
    assert any("27 days" in words for words in bold)
    assert "carried over" in words_of(shown)


async def test_what_one_person_is_shown_stands_where_they_look(workspace: Workspace) -> None:
    slack = workspace.slack
    root = await slack.mention("UANA", QUESTION)
    answer = await slack.answer("CGEN", root)
    shown = await slack.privately(await slack.press("UBEN", button(answer, "quotes"), "CGEN", answer))
    assert (shown["user"], shown["thread_ts"]) == ("UBEN", root)  # by a response address: in the channel
    before = len(slack.ephemeral)
    await slack.mention("UANA", "help")  # below which there is no thread yet
    (told,) = await slack.until(lambda: slack.ephemeral[before:])
    assert "thread_ts" not in told
    await slack.mention("UANA", "help", root=root)
    told = (await slack.until(lambda: slack.ephemeral[before + 1 :]))[0]
    assert told["thread_ts"] == root
    slack.outside.add("CGEN")
    address = await slack.press("UBEN", button(answer, "quotes"), "CGEN", answer)
    assert (await slack.until(lambda: [m for m in slack.ephemeral if m.get("address") == address]))[0]


async def test_thumbs_are_kept_and_down_asks_why(workspace: Workspace) -> None:
    slack, catalog = workspace.slack, workspace.here.catalog
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    await slack.privately(await slack.press("UANA", button(answer, "helpful"), "CGEN", answer))
    await slack.press("UBEN", button(answer, "not_helpful"), "CGEN", answer)
    view = (await slack.until(lambda: slack.modals))[0]
    await slack.submit("UBEN", view, reason="incomplete", words="What of interns?")
    found = await slack.until(lambda: [f for f in catalog.answers.feedback() if not f.helpful])
    assert (found[0].person, found[0].reason, found[0].words) == (
        "slack:user:UBEN",
        "incomplete",
        "What of interns?",
    )
    assert [f.person for f in catalog.answers.feedback() if f.helpful] == ["slack:user:UANA"]


async def test_a_private_answer_can_be_shared(workspace: Workspace) -> None:
    slack = workspace.slack
    told = await slack.privately(await slack.command("UANA", f"ask {QUESTION}"))
    assert told["response_type"] == "ephemeral"
    assert "27 days" in words_of(told)
    await slack.privately(await slack.press("UANA", button(told, "share"), "CGEN", {}))
    (shared,) = slack.channels["CGEN"].values()
    assert "27 days" in words_of(shared)
    assert button(shared, "quotes")
    assert QUESTION in words_of(told)
    # A verb that nobody knows is a question.
    assert "27 days" in words_of(await slack.privately(await slack.command("UANA", QUESTION)))


async def test_bots_echoes_and_events_that_come_again_are_ignored(workspace: Workspace) -> None:
    slack = workspace.slack
    for event in (
        {"type": "message", "channel": "CGEN", "bot_id": "B2", "text": f"<@{BOT}> hi", "ts": "1.1"},
        {"type": "message", "channel": "CGEN", "subtype": "bot_message", "text": f"<@{BOT}> hi", "ts": "1.2"},
        {"type": "message", "channel": "DANA", "channel_type": "im", "user": BOT, "text": "me", "ts": "1.3"},
        {"type": "message", "channel": "CGEN", "subtype": "channel_join", "user": "UANA", "ts": "1.4"},
        {"type": "reaction_added", "user": "UANA"},
        {"type": "app_context_changed", "user": "UANA"},
    ):
        await slack.event(event)
    event = {
        "type": "app_mention",
        "user": "UANA",
        "channel": "CGEN",
        "text": f"<@{BOT}> {QUESTION}",
        "ts": "1.9",
    }
    for _ in range(3):
        await slack.event(event, "EvSAME")
    await slack.answer("CGEN", "1.9")
    await slack.until(lambda: not slack._unacked)
    assert sum(len(found) for found in slack.channels.values()) == 1


async def test_nothing_from_a_document_becomes_live(workspace: Workspace) -> None:
    slack = workspace.slack
    evil = (
        "Travel\n\nTravel bookings go through <!channel> and <@UBOSS> at https://evil.example/?q=1 or "
        "[the portal](https://evil.example/p) *today*.\n"
    )
    workspace.here.home.fill({"travel.txt": evil})
    answer = await slack.answer("CGEN", await slack.mention("UANA", "Where do travel bookings go?"))
    assert "<!channel>" in words_of(answer)
    assert links_of(answer) == []
    assert all(
        part["type"] not in ("mrkdwn", "markdown") for part in walk(answer["blocks"]) if "type" in part
    )
    assert "<!channel>" not in answer.get("text", "")
    told = await slack.privately(await slack.press("UANA", button(answer, "quotes"), "CGEN", answer))
    assert links_of(told) == []
    assert "<!" not in told["text"]


async def test_where_streams_or_thumbs_are_missing_the_answer_is_posted_as_a_whole(
    workspace: Workspace,
) -> None:
    slack = workspace.slack
    slack.streams = slack.thumbs = False
    answer = await slack.answer("CGEN", await slack.mention("UANA", QUESTION))
    assert "27 days" in words_of(answer)
    assert answer["unfurl_links"] is False
    assert button(answer, "not_helpful")["type"] == "button"
    slack.streams, slack.thumbs = True, True
    slack.faults.append(Fault("chat.stopStream", error="message_not_in_streaming_state"))
    ts = await slack.mention("UANA", QUESTION)
    await slack.until(lambda: not slack.faults[0].times)
    assert len(slack.answers("CGEN", ts)) == 1
    await slack.until(lambda: not slack.answers("CGEN", ts)[0].get("streaming"))
    assert "27 days" in words_of(slack.answers("CGEN", ts)[0])


async def test_headings_that_are_whole_paragraphs_leave_room_for_the_answer(workspace: Workspace) -> None:
    slack, long = workspace.slack, "A heading that somebody wrote as a paragraph " * 400
    words = "The gym opens at six in the morning on weekdays."
    workspace.here.home.fill({"gym.md": f"# Gym {long}\n\n## Opening {long}\n\n{words}\n"})
    answer = await slack.answer("CGEN", await slack.mention("UANA", "When does the gym open on weekdays?"))
    assert words in words_of(answer)
    assert len(words_of(answer)) < 500
    told = await slack.privately(await slack.press("UANA", button(answer, "quotes"), "CGEN", answer))
    assert words in words_of(told)


async def test_opening_the_bot_shows_home_and_prompts_from_the_documents(workspace: Workspace) -> None:
    slack = workspace.slack
    await slack.event({"type": "app_home_opened", "user": "UANA", "channel": "DANA", "tab": "home"})
    home = await slack.until(lambda: slack.homes.get("UANA"))
    assert "Annual leave" in words_of({"blocks": home["blocks"]})
    await slack.event({"type": "app_home_opened", "user": "UANA", "channel": "DANA", "tab": "messages"})
    prompts = (await slack.until(lambda: slack.prompts))[0]
    assert prompts["prompts"][0]["message"] == "What does “Leave” say about Annual leave?"
    assert "thread_ts" not in prompts
    thread = {"user_id": "UANA", "channel_id": "DANA", "thread_ts": "5.5", "context": {"team_id": TEAM}}
    await slack.event({"type": "assistant_thread_started", "assistant_thread": thread})
    assert (await slack.until(lambda: slack.prompts[1:]))[0]["thread_ts"] == "5.5"
    assert "Salaries" not in str(slack.homes) + str(slack.prompts)


async def test_plain_questions_are_answered_where_an_admin_switched_it_on(workspace: Workspace) -> None:
    slack = workspace.slack
    await slack.privately(await slack.command("UADMIN", "spaces auto on", "CAUTO"))
    sure = await slack.say("UANA", "How many days of paid annual leave do full-time employees get?", "CAUTO")
    unsure = await slack.say("UANA", "Does anyone have a charger?", "CAUTO")
    assert "27 days" in words_of(await slack.answer("CAUTO", sure))
    await slack.say("UBEN", "Yes, here. Is it for a phone?", "CAUTO", unsure)
    ts = await slack.mention("UANA", QUESTION, "CAUTO")
    await slack.answer("CAUTO", ts)
    await slack.until(lambda: workspace.here.catalog.inbox.all_waiting() == 0)
    assert slack.answers("CAUTO", unsure) == []
