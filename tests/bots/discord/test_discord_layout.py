"""How cards and answers are drawn: within Discord's limits whatever they hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.desk.cards import Button, Card, Quote, Row
from bots.discord.layout import card_view, mark_of
from bots.discord.words import asked, commanded, inert, linked


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


async def test_the_words_that_matter_are_bold_on_each_of_their_lines() -> None:
    shown = drawn(Card("t", quotes=(Quote("l", "one two\nthree four", ((4, 13),)),)))
    assert "> one **two**\n> **three** four" in shown


@settings(max_examples=300, deadline=None)
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
