"""Manifest, blocks and words: what Slack demands of their form."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from fake_slack import FakeSlack, blocks_of, links_of, texts, walk, words_of

from bots.desk.cards import Button, Card, Field, Form, Menu, Quote, Row
from bots.desk.caveats import UNSURE
from bots.desk.chat_text import split_text
from bots.slack import needs, words
from bots.slack.blocks import MOST_IN_A_BLOCK, answer_blocks, card_blocks
from bots.slack.controls import modal
from bots.slack.events import Known, translate
from bots.slack.organisation import Organisation
from bots.slack.spoken import LONGEST, inert, spoken
from brain.domain import Answer, Citation, Locator, Nearest, Passage, Refusal, RefusalReason, Source, Trace

SOURCE = Path(needs.__file__).parent


def test_the_manifest_asks_for_exactly_what_the_code_uses() -> None:
    manifest = yaml.safe_load((SOURCE / "manifest.yaml").read_text("utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needs.SCOPES
    assert tuple(manifest["settings"]["event_subscriptions"]["bot_events"]) == needs.EVENTS
    assert manifest["features"]["slash_commands"][0]["command"] == needs.COMMAND
    shortcuts = {found["callback_id"]: found["name"] for found in manifest["features"]["shortcuts"]}
    assert shortcuts == needs.SHORTCUTS
    assert {found["type"] for found in manifest["features"]["shortcuts"]} == {"message"}
    # With agent_view, these are not to be had (docs.slack.dev: migrating to the Agent messaging experience).
    assert not any(event.startswith("assistant_thread") for event in needs.EVENTS)
    # Slack's limits on what it shows of them (docs.slack.dev: app manifest reference).
    assert len(manifest["display_information"]["description"]) <= 140
    assert len(manifest["features"]["agent_view"]["agent_description"]) <= 300
    assert all(len(found["name"]) <= 24 for found in manifest["features"]["shortcuts"])
    assert all(len(found["description"]) <= 150 for found in manifest["features"]["shortcuts"])
    assert "agent_view" in manifest["features"]


def test_every_method_that_is_called_is_listed_and_no_other() -> None:
    code = "".join(path.read_text("utf-8") for path in SOURCE.glob("*.py") if path.name != "needs.py")
    unused = [method for method in needs.SCOPES_OF if f'"{method}"' not in code]
    assert unused == []


def answer(text: str, uri: str = "https://intranet.example/leave", numbers: int = 1) -> Answer:
    citations = []
    for number in range(1, numbers + 1):
        source = Source(f"d{number}.md", f"Document {number}", "general", uri, Locator(page=number))
        citations.append(Citation(number, Passage(number, "Words.", source), "Words."))
    return Answer(text, (), tuple(citations), None, Trace("t", "?"))


def test_a_long_answer_is_cut_at_sentence_ends_and_never_parted_from_its_numbers() -> None:
    sentence = "A rather long sentence that says something about the leave of every single person. [12] "
    found = split_text(sentence * 100, MOST_IN_A_BLOCK)
    assert all(len(piece) <= 2_900 for piece in found)
    assert all(piece.endswith("[12]") and piece.startswith("A rather") for piece in found)
    assert " ".join(found) == (sentence * 100).strip()
    endless = split_text("word " * 2_000, MOST_IN_A_BLOCK)
    assert all(len(piece) <= 2_900 for piece in endless)
    assert split_text("", MOST_IN_A_BLOCK) == []


def test_an_unsure_answer_says_so_below_its_words() -> None:
    sure = answer("Twenty-seven days. [1]")
    assert UNSURE not in words_of({"blocks": answer_blocks(sure, [])})
    said = words_of({"blocks": answer_blocks(replace(sure, sure=False), [])})
    assert said.index("Twenty-seven days.") < said.index(UNSURE) < said.index("Document 1")
    left = words_of({"blocks": answer_blocks(replace(sure, unanswered=("And who?",)), [])})
    assert left.index("Twenty-seven days.") < left.index("no answer to “And who?”") < left.index("Document 1")


def test_a_refusal_shows_the_words_that_came_nearest_below_their_documents() -> None:
    source = answer("").citations[0].passage.source
    near = (Nearest(source, "Taxis are *paid*."), Nearest(replace(source, title="Another")))
    refusal = Refusal(RefusalReason.NO_EVIDENCE, ("general",), 2, near)
    blocks = answer_blocks(Answer("I found no answer.", (), (), refusal, Trace("t", "?")), [])
    items = next(part for part in walk(blocks) if part.get("type") == "rich_text_list")["elements"]
    assert words_of({"blocks": items[:1]}).endswith("\n“Taxis are *paid*.”")
    assert "“" not in words_of({"blocks": items[1:]})


def test_numbers_and_sources_are_links_only_where_a_browser_can_follow() -> None:
    blocks = answer_blocks(answer("Twenty-seven days. [1]"), [])
    assert links_of({"blocks": blocks}) == ["https://intranet.example/leave"] * 2
    assert "Document 1, p. 1" in words_of({"blocks": blocks})
    for uri in ("file:///srv/leave.md", "javascript:alert(1)", "added://hr/x.md"):
        assert links_of({"blocks": answer_blocks(answer("Days. [1]", uri), [])}) == []


@pytest.mark.parametrize(
    "card",
    [
        Card("T" * 400, "word " * 5_000, tuple(Row("r" * 300, "d" * 300) for _ in range(40))),
        Card("Quotes", quotes=tuple(Quote(f"[{n}] Title", "words " * 400, ((0, 5),)) for n in range(60))),
        Card("Empty", "", (Row("", ""),)),
        Card("Odd \x00\u202e signs", "a\tb\x1b[2J"),
    ],
    ids=["long", "quotes", "empty", "odd"],
)
def test_a_card_of_any_size_is_a_message_that_slack_takes(card: Card) -> None:
    blocks = card_blocks(card)
    checks = FakeSlack()
    checks._check_blocks(blocks)
    assert checks.complaints == []
    assert texts(blocks) <= 13_000
    assert "\u202e" not in words_of({"blocks": blocks_of({"blocks": blocks})})


LIVE = (
    "<!channel> <@U1> *bold* `code` <https://evil.example|here> https://evil.example/x @here &amp; :wave:\t\n"
)


def triage_card(words: str, options: int = 30) -> Card:
    """A card of a ticket with all that it can have."""
    rows = [Row(name, words) for name in ("Category", "Urgency", "Summary", "Owner")]
    rows += [Row(f"Similar: “{words[:100]}”", words, "https://acme.slack.com/p1") for _ in range(5)]
    rows += [Row(f"[{n}] {words[:80]}", "2 days old", f"https://a.example/{n}") for n in range(4)]
    buttons = tuple(Button(f"case_{name}", name, "12") for name in ("send", "edit", "assign", "resolve"))
    names = tuple(f"category {n}" for n in range(options))
    menu = Menu("case_category", "Category", "12", names, "category 2")
    return Card(
        f"Triage: {words[:40]}", words * 2, tuple(rows), buttons=buttons, menus=(menu,) if menu else ()
    )


@pytest.mark.parametrize("words", ["short.", "Long words of a ticket. " * 250, LIVE * 80, "\t" * 6_000])
@pytest.mark.parametrize("options", [0, 1, 100])
def test_the_card_of_a_ticket_fits_with_its_menu_buttons_and_all_of_its_rows(
    words: str, options: int
) -> None:
    blocks = card_blocks(triage_card(words, options))
    checks = FakeSlack()
    checks._check_blocks(blocks)
    assert checks.complaints == []
    assert texts(blocks) <= 13_000
    (rows,) = [block for block in blocks if block.get("elements", [{}])[0].get("type") == "rich_text_list"]
    assert len(rows["elements"][0]["elements"]) == 13
    *menu, buttons = [block for block in blocks if block["type"] == "actions"]
    assert len(buttons["elements"]) == 4
    assert len(menu) == (1 if options else 0)


def test_nothing_from_a_ticket_becomes_live() -> None:
    blocks = card_blocks(triage_card(LIVE, 3))
    links = {"https://acme.slack.com/p1", *(f"https://a.example/{n}" for n in range(4))}
    assert set(links_of({"blocks": blocks})) == links
    kinds = {part["type"] for part in walk(blocks) if "type" in part}
    assert kinds <= {
        *("header", "plain_text", "rich_text", "rich_text_section", "rich_text_list", "text", "link"),
        *("actions", "static_select", "button"),
    }
    assert not any(part.get("emoji") for part in walk(blocks))


def test_people_are_named_where_the_desk_names_them_and_nowhere_else() -> None:
    text = "slack:user:U1 gave it to slack:user:U12, `slack:user:U1`, xslack:user:U1"
    people = frozenset(
        {"slack:user:U1", "slack:group:S1", "slack:channel:C1", "discord:user:5", "slack:bot:B1"}
    )
    row = Row("slack:user:U1", "slack:group:S1 in slack:channel:C1, discord:user:5, slack:bot:B1")
    blocks = card_blocks(Card("By slack:user:U1", text, (row,), people=people))
    checks = FakeSlack()
    checks._check_blocks(blocks)
    assert checks.complaints == []
    shown = [part for part in walk(blocks) if part.get("type") in ("user", "usergroup", "channel")]
    assert shown == [
        {"type": "user", "user_id": "U1"},
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "channel", "channel_id": "C1"},
    ]
    said = words_of({"blocks": blocks})
    assert "slack:user:U12" in said
    assert "xslack:user:U1" in said
    assert "discord:user:5" in said
    assert not any(part.get("type") == "user" for part in walk(card_blocks(Card("t", text, (row,)))))


def test_a_person_is_picked_and_long_words_stand_in_as_many_inputs_as_they_take() -> None:
    words = "\n".join(f"{n}: " + "x" * 90 for n in range(60))
    person = Field("owner", "Who takes it", value="slack:user:U0KIM", person=True)
    form = Form("case_edit", "12", "Edit", "Send", (Field("words", "Reply", value=words, long=True), person))
    view = modal(form, '{"ref": "12"}')
    checks = FakeSlack()
    checks._check_view(view)
    assert checks.complaints == []
    first, second, third, people = view["blocks"]
    assert [block["block_id"] for block in view["blocks"]] == ["words", "words+1", "words+2", "owner"]
    assert (first["optional"], second["optional"]) == (False, True)
    assert people["element"] == {"type": "users_select", "initial_user": "U0KIM", "action_id": "value"}
    values = {
        block["block_id"]: {"value": {"value": block["element"]["initial_value"]}}
        for block in (third, first, second)
    }
    values["owner"] = {"value": {"type": "users_select", "selected_user": "U0LEE"}}
    body = {"type": "view_submission", "user": {"id": "UKIM"}, "view": {
        **view, "id": "V1", "state": {"values": values}}}  # fmt: skip
    known = Known("UBOT", Organisation(frozenset({"T1"})), *[lambda name: False] * 4)
    new = translate(body, known)
    assert new is not None
    assert json.loads(new.payload)["fields"] == {"words": words, "owner": "slack:user:U0LEE"}
    nobody = Field("owner", "Who", value="slack:group:S1", person=True, hint="Left empty: the group")
    (asked,) = modal(Form("a", "1", "t", "s", (nobody,)), "{}")["blocks"]
    assert "initial_user" not in asked["element"]


def test_what_a_screen_reader_says_is_all_that_stands_there_and_harmless() -> None:
    live = "<!channel> ask @boss at https://evil.example or <https://evil.example|here>"
    rows = (Row("Space", "hr", "https://x.example"), Row("slack:user:U1", live))
    card = Card("Add “Parking”?", f"{live}\n\nMore of it.", rows, people=frozenset({"slack:user:U1"}))
    said = spoken(card_blocks(card))
    assert said.startswith("Add “Parking”?\n&lt;!channel&gt; ask")
    assert "\nMore of it.\n• Space  hr\n• <@U1>  &lt;!channel" in said
    assert "<" not in said.replace("<@U1>", "")
    assert "://" not in said.replace("\u2060://\u2060", "")
    assert len(spoken(card_blocks(Card("T", "many words " * 2_000)))) <= LONGEST
    assert spoken([]) == "–"
    assert inert("a & b") == "a &amp; b"


def test_slacks_words_become_plain_ones() -> None:
    assert words.asked("<@UBOT> what is <https://x.example/a|this> for <@U2|ben>?", "UBOT").strip() == (
        "what is https://x.example/a for @ben?"
    )
    assert words.asked("a &lt;b&gt; &amp;amp; <!here> <#C1|general> c", "UBOT") == "a <b> &amp; c"
    line = words.commanded("spaces allow hr <#C12|hr-team> <@U3> <!subteam^S9|@hr>", "UBOT")
    assert line == "spaces allow hr slack:channel:C12 slack:user:U3 slack:group:S9"
    assert words.addresses_another("<@U2> can you?", "UBOT")
    assert not words.addresses_another("<@UBOT> can you?", "UBOT")


def test_only_sources_and_headings_carry_style() -> None:
    quote = Quote("[1] Leave", "Full-time employees get 27 days.", ((24, 31),), "https://x.example")
    parts = walk(card_blocks(Card("Word for word", quotes=(quote,))))
    bold = [part["text"] for part in parts if part.get("style") == {"bold": True}]
    assert bold == ["[1] Leave", "27 days"]
