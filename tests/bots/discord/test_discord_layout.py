"""How cards and answers are drawn: within Discord's limits whatever they hold."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bots.desk.cards import Button, Card, Field, Form, Menu, Quote, Row
from bots.desk.caveats import UNSURE
from bots.discord.buttons import modal, submitted
from bots.discord.layout import answer_views, card_view, mark_of, parts_of
from bots.discord.words import asked, commanded, inert, linked
from brain.domain import Answer, Citation, Locator, Nearest, Passage, Refusal, RefusalReason, Source, Trace


def drawn(card: Card) -> str:
    parts = card_view(card, mark_of("k")).walk_children()
    text = [part.content for part in parts if hasattr(part, "content")]
    assert sum(map(len, text)) <= 4_000
    return "\n".join(text)


async def test_cards_keep_within_a_message_however_much_they_hold() -> None:
    long = "A sentence with *signs* that grow_when they are written. " * 200
    assert drawn(Card("Status", long)).endswith("fits into one message.")
    rows = tuple(
        Row(f"Document {n} " + "x" * 200, "general · today", "https://a.example/b") for n in range(50)
    )
    buttons = tuple(Button("confirm", f"B{n}", str(n)) for n in range(9))
    assert drawn(Card("t", rows=rows, buttons=buttons)).endswith("-# … and 13 more.")
    at = long.index("*signs*")
    quotes = tuple(Quote(f"[{n}] Title", long, ((at + 5_000, at + 5_050),)) for n in range(4))
    shown = drawn(Card("Word for word", quotes=quotes))
    assert shown.count("**") == 16
    assert all(f"\\[{n}\\] Title" in shown for n in range(4))


async def test_an_unsure_answer_says_so_below_its_words() -> None:
    source = Source("leave.md", "Leave", "general", "https://a.example/leave", Locator())
    citation = Citation(1, Passage(1, "Twenty-seven days.", source), "Twenty-seven days.")
    sure = Answer("Twenty-seven days. [1]", (), (citation,), None, Trace("t", "?"))

    def said(answer: Answer) -> str:
        (view,) = answer_views(answer, (), (1,))
        parts = view.walk_children()
        return "\n".join(part.content for part in parts if hasattr(part, "content")).replace("\\", "")

    assert UNSURE not in said(sure)
    text = said(replace(sure, sure=False))
    assert text.index("Twenty-seven days.") < text.index(UNSURE) < text.rindex("https://a.example/leave")
    text = said(replace(sure, unanswered=("And *who*?",)))
    assert "no answer to “And *who*?”" in text
    assert text.index("Twenty-seven days.") < text.index("no answer") < text.rindex("https://a.example/leave")


async def test_a_refusal_shows_the_words_that_came_nearest_below_their_documents() -> None:
    near = [Nearest(Source(f"d{n}.md", f"Document {n}", "general", "", Locator()), words)
            for n, words in ((1, "Taxis are *paid*."), (2, ""))]  # fmt: skip
    refusal = Refusal(RefusalReason.NO_EVIDENCE, ("general",), 2, tuple(near))
    (view,) = answer_views(Answer("I found no answer.", (), (), refusal, Trace("t", "?")), (), (1,))
    lines = [line for part in view.walk_children() for line in getattr(part, "content", "").splitlines()]
    assert lines[-3:] == ["-# • Document 1", r"-# “Taxis are \*paid\*.”", "-# • Document 2"]


async def test_sources_with_long_addresses_are_all_named() -> None:
    sources = [Source(f"d{n}.md", f"Document {n}", "general", f"https://a.example/{n}?{'x' * 500}", Locator())
               for n in range(1, 6)]  # fmt: skip
    citations = tuple(Citation(n, Passage(n, "So it is.", source), "So it is.") for n, source in
                      enumerate(sources, 1))  # fmt: skip
    answer = Answer("So it is. [1]", (), citations, None, Trace("t", "?"))
    (view,) = answer_views(answer, (), (1,))
    text = "\n".join(part.content for part in view.walk_children() if hasattr(part, "content"))
    assert all(f"Document {n}" in text for n in range(1, 6))


LIVE = (
    "@everyone <@5001> <#3001> **bold** [here](https://evil.example) https://evil.example/x <t:1700000000:R> "
    "discord.gg/abc `code` ~~out~~ ||hid||\n# Head\n> quoted\n- "
)


def triage_card(words: str, options: int = 30) -> Card:
    """A card of a ticket with all that it can have."""
    rows = [Row(name, words) for name in ("Category", "Urgency", "Summary", "Owner")]
    rows += [Row(f"Similar: “{words[:100]}”", words, "https://discord.com/channels/1/2/3") for _ in range(5)]
    rows += [Row(f"[{n}] {words[:80]}", "2 days old", f"https://a.example/{n}") for n in range(4)]
    buttons = tuple(Button(f"case_{name}", name, "12") for name in ("send", "edit", "assign", "resolve"))
    names = tuple(f"category {n}" for n in range(options))
    menu = Menu("case_category", "Category", "12", names, "category 27")
    return Card(
        f"Triage: {words[:40]}", words * 2, tuple(rows), buttons=buttons, menus=(menu,) if menu else ()
    )


async def test_the_card_of_a_ticket_fits_with_its_menu_buttons_and_all_of_its_rows() -> None:
    for words in ("short.", "Long words_of a *ticket*. " * 60, LIVE * 12):
        card = triage_card(words)
        shown = drawn(card)
        for row in ("Category", "Urgency", "Summary", "Owner"):
            assert f"- **{row}**  " in shown
        assert shown.count("- [Similar: ") == 5
        assert shown.count("2 days old") == 4
        parts = [part for part in card_view(card, 1).to_components()[0]["components"] if "components" in part]
        menus, buttons = parts[:-1], parts[-1]["components"]
        assert [len(menu["components"][0]["options"]) for menu in menus] == [25, 5]
        assert menus[1]["components"][0]["custom_id"] == "citewise-menu1:case_category:12"
        chosen = [o["label"] for m in menus for o in m["components"][0]["options"] if o.get("default")]
        assert chosen == ["category 27"]
        assert len(buttons) == 4


async def test_nothing_from_a_ticket_becomes_live() -> None:
    shown = drawn(triage_card(LIVE, options=3))
    assert "@everyone" not in shown
    assert "<@5001>" not in shown.replace("\\<", "")
    assert "(https://evil" not in shown
    assert "https://evil" not in shown
    assert "**bold**" not in shown
    links = set(re.findall(r"(?<!\\)\]\(<([^>]*)>\)", shown))
    assert links == {"https://discord.com/channels/1/2/3", *(f"https://a.example/{n}" for n in range(4))}
    assert not re.search(r"^(#(?!## Triage)|>)", shown, re.MULTILINE)


async def test_people_are_named_where_the_desk_names_them_and_nowhere_else() -> None:
    people = frozenset({"discord:user:50", "discord:role:7", "discord:channel:9", "slack:user:U1"})
    text = "discord:user:50 gave it to discord:user:501, discord:role:7, discord:channel:9, slack:user:U1"
    shown = drawn(Card("t", text, (Row("discord:user:50", "<@&8> discord:role:8"),), people=people))
    assert "<@50> gave it to discord:user:501, <@&7>, <#9>, slack:user:U1" in shown
    assert "- **<@50>**  \\<@&8\\> discord:role:8" in shown
    assert "<@50>" not in drawn(Card("t", text))


async def test_a_card_that_is_too_long_for_a_message_goes_into_several() -> None:
    text = " ".join(f"Sentence_{n} has *signs* in it." for n in range(250))
    card = Card("Reply", text, (Row("[1] Leave", "today"),), buttons=(Button("quotes", "Quotes", "t"),))
    parts = parts_of(card)
    shown = [drawn(part) for part in parts]
    assert len(parts) > 1
    assert not any("fits into one message" in part for part in shown)
    assert [n for n in range(250) if f"Sentence\\_{n} " not in " ".join(shown)] == []
    assert ("Reply" in shown[0], "Reply" in shown[-1]) == (True, False)
    assert [bool(part.rows and part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts_of(Card("Reply", "Short.")) == [Card("Reply", "Short.")]


async def test_a_person_is_picked_and_long_words_stand_in_as_many_inputs_as_they_take() -> None:
    words = "\n".join(f"{n}: " + "x" * 90 for n in range(60))
    person = Field("owner", "Who takes it", value="discord:user:5002", person=True)
    form = Form("case_edit", "12", "Edit", "Send", (Field("words", "Reply", value=words, long=True), person))
    first, second, people = [row["component"] for row in modal(form).to_dict()["components"]]
    assert (first["custom_id"], second["custom_id"]) == ("words", "words+1")
    assert all(len(part["value"]) <= 3_500 and part["max_length"] == 4_000 for part in (first, second))
    assert (people["type"], people["default_values"]) == (5, [{"id": 5002, "type": "user"}])
    back = {"custom_id": "citewise-form:case_edit:12", "components": [
        {"component": {"type": 4, "custom_id": part["custom_id"], "value": part["value"]}}
        for part in (second, first)
    ] + [{"component": {"type": 5, "custom_id": "owner", "values": ["5003"]}}]}  # fmt: skip
    assert submitted(back) == ("case_edit", "12", {"words": words, "owner": "discord:user:5003"})
    empty = Field("owner", "Who", value="discord:role:7", person=True, optional=True)
    (nobody,) = modal(Form("a", "1", "t", "s", (empty,))).to_dict()["components"]
    assert ("default_values" in nobody["component"], nobody["component"]["min_values"]) == (False, 0)
    none = {"custom_id": "citewise-form:a:1", "components": [
        {"component": {"type": 5, "custom_id": "owner", "values": []}}]}  # fmt: skip
    assert submitted(none) == ("a", "1", {"owner": ""})


async def test_the_words_that_matter_are_bold_on_each_of_their_lines() -> None:
    shown = drawn(Card("t", quotes=(Quote("l", "one two\nthree four", ((4, 13),)),)))
    assert "> one **two**\n> **three** four" in shown


@given(st.text(alphabet="ab1 *_~`|<>[]()#-.@:/\\\nhtps", max_size=60))
def test_inert_text_says_the_same_and_holds_no_bare_sign(text: str) -> None:
    written = inert(text)
    bare = written.replace("\u2060", "")
    plain, escaped = "", False
    for sign in bare:
        if sign == "\\" and not escaped:
            escaped = True
            continue
        assert escaped or sign not in "*_~`|<>[]"
        plain, escaped = plain + sign, False
    assert plain == text
    assert "http://" not in written
    assert "https://" not in written


def test_mentions_are_read_as_people_mean_them() -> None:
    text = "<@1> may <@!7> read <#8> and <@&9>?"
    assert asked(text, "1") == "may someone read and ?"
    assert commanded(text, "1") == "may discord:user:7 read discord:channel:8 and discord:role:9?"
    assert linked("a", "javascript:alert(1) x") == "a"
