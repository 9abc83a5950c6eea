"""Documents that contradict each other, as people are told of it, and as admins are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, DeskHome, desk_home, person
from desk_orders import ANA, BOSS, press, run
from test_desk_digest import CHANNEL, now, rows
from triage_kit import KIM, QUESTION, ordered, reply_on, support_home
from triage_kit import rows as case_rows

from bots.desk.caveats import caveats
from bots.desk.wording import age
from bots.discord.layout import answer_views
from bots.slack.blocks import answer_blocks
from bots.terminal.answer_json import answer_json
from brain.domain import Answer, Disagreement, Trace, Untold

OLD = """\
# Starter guide 2019

Full-time employees get 24 days of paid annual leave in a calendar year.
"""
ASKED = "How many days of paid annual leave do full-time employees get?"
UNTOLD = "The documents don't agree: [1] and [2] can't both be right. Ask which one holds."
BOTH = (
    "Full-time employees get 27 days of paid annual leave in a calendar year.",
    "Full-time employees get 24 days of paid annual leave in a calendar year.",
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, digest=(CHANNEL, "admins")) as found:
        found.home.fill({"leave.md": LEAVE, "guide.md": OLD})
        yield found


@pytest.mark.parametrize(
    ("question", "undated", "dated"),
    [
        ("How much leave do I get?", "The documents don't agree: [1] and [3]", "[1] is newer than [3]"),
        (
            "Wie viele Urlaubstage habe ich?",
            "Die Dokumente widersprechen sich: [1] und [3]",
            "[1] ist neuer als [3]",
        ),
        (
            "Combien de jours de congé ai-je ?",
            "Les documents se contredisent : [1] et [3]",
            "[1] est plus récent que [3]",
        ),
        (
            "¿Cuántos días de vacaciones tengo?",
            "Los documentos no coinciden: [1] y [3]",
            "[1] es más reciente que [3]",
        ),
    ],
)
def test_it_is_said_in_the_question_s_language(question: str, undated: str, dated: str) -> None:
    answer = Answer("", (), (), None, Trace("t", question), disagreements=(Disagreement(1, 3),))
    assert caveats(answer)[0].startswith(undated)
    told = replace(answer, disagreements=(Disagreement(1, 3, dated=True),))
    assert dated in caveats(told)[0]


async def test_every_door_shows_both_sides_and_that_they_do_not_agree(here: DeskHome) -> None:
    answer = (await here.ask(ANA, ASKED)).answer
    shown = (
        repr(answer_blocks(answer, ())),
        repr([view.to_components() for view in answer_views(answer, (), [1])]),
    )
    for text in shown:
        assert all(side in text for side in BOTH)
        assert "says otherwise:" in text
        assert "The documents don" in text
    assert all(side in answer_json(answer)["answer"] for side in BOTH)
    assert {citation["doc"] for citation in answer_json(answer)["citations"]} == {"leave.md", "guide.md"}


async def test_why_tells_of_it(here: DeskHome) -> None:
    await here.ask(ANA, ASKED)
    assert "Sources [1] and [2] contradict each other: I tell both." in (await run(here, ANA, "why")).text


async def test_a_private_answer_is_shared_with_both_sides_and_the_word_that_they_do_not_agree(
    here: DeskHome,
) -> None:
    final = await here.ask(ANA, ASKED, private=True)
    (delivery,) = (await press(here, ANA, "share", final.answer.trace.id)).elsewhere
    assert all(side in delivery.card.text for side in BOTH)
    assert UNTOLD in delivery.card.text


async def test_who_is_to_send_a_suggested_reply_is_told_that_its_sources_do_not_agree(tmp_path: Path) -> None:
    with support_home(tmp_path) as here:
        here.home.fill({"guide.md": OLD})
        shown = await ordered(here, KIM, "", QUESTION)
        assert "27 days" in reply_on(shown)
        assert "24 days" in reply_on(shown)
        assert case_rows(shown)["Before it is sent"] == UNTOLD


async def test_admins_find_what_contradicts_itself_until_somebody_mends_it(here: DeskHome) -> None:
    assert not [row for row in (await run(here, BOSS, "gaps")).rows if "Contradict" in row.text]
    for asker in (ANA, person("UBEN", place="CGEN")):
        await here.ask(asker, ASKED)
    (row,) = [row for row in (await run(here, BOSS, "gaps")).rows if "Contradict" in row.text]
    assert set(row.text.removeprefix("Contradict each other: ").split(" / ")) == {
        "Leave",
        "Starter guide 2019",
    }
    assert all(side in row.detail for side in BOTH)
    assert row.detail.endswith(f"met in 2 answers, last {age(now()).replace(' old', ' ago')}")

    here.home.fill({"guide.md": OLD.replace("24", "27")})
    assert not [row for row in (await run(here, BOSS, "gaps")).rows if "Contradict" in row.text]


async def test_a_channel_s_digest_tells_only_of_documents_that_it_may_read(tmp_path: Path) -> None:
    with desk_home(tmp_path, digest=(CHANNEL, "admins")) as here:
        here.home.fill({"leave.md": LEAVE}).fill({"guide.md": OLD}, "hr")
        here.catalog.places.allow("hr", [ANA.person], by="admin")
        final = await here.ask(ANA, ASKED, private=True)
        assert len(final.answer.disagreements) == 1
        assert here.desk.digest is not None
        told = {to: repr(rows(here.desk.digest.card(to, now()))) for to in (ADMIN, CHANNEL)}
        assert BOTH[1] in told[ADMIN]
        assert "Contradict" not in told[CHANNEL]
        assert "Starter guide" not in told[CHANNEL]
        assert "Contradict" not in repr(rows(here.desk.digest.card(ADMIN, now() + timedelta(days=90))))


def _guide(title: str, days: int) -> str:
    return OLD.replace("Starter guide 2019", title).replace("24", str(days))


async def test_that_more_documents_say_otherwise_is_told_in_a_few_words(here: DeskHome) -> None:
    here.home.fill({"b.md": _guide("Booklet 2018", 23), "c.md": _guide("Notes 2017", 22)})
    final = await here.ask(ANA, ASKED, private=True)
    (untold,) = final.answer.untold
    more = "1 more document says something else again."
    assert more in caveats(final.answer)
    assert more in repr(answer_blocks(final.answer, ()))
    assert more in repr([view.to_components() for view in answer_views(final.answer, (), [1])])
    why = (await run(here, ANA, "why")).text
    assert f"“{untold.document}” says something else again, which I did not tell." in why
    (delivery,) = (await press(here, ANA, "share", final.answer.trace.id)).elsewhere
    assert more in delivery.card.text

    shown = [row for row in (await run(here, BOSS, "gaps")).rows if "Contradict" in row.text]
    assert len(shown) == 3  # the two that were told, and the one that was not
    assert any(untold.quotes[0] in row.detail and untold.document in row.text for row in shown)


async def test_that_more_say_otherwise_is_not_told_where_they_may_not_be_read(tmp_path: Path) -> None:
    """A shared answer is shown where what it cites may be read: of the rest not even a number is told."""
    texts = {"a.md": OLD, "b.md": _guide("Booklet 2018", 23), "c.md": _guide("Notes 2017", 22)}
    with desk_home(tmp_path) as here:
        here.home.fill(texts).fill({"leave.md": LEAVE}, "hr")
        here.catalog.places.allow("hr", [ANA.person], by="admin")
        final = await here.ask(ANA, ASKED, private=True)
        assert [one.document for one in final.answer.untold] == ["Leave"]
        (delivery,) = (await press(here, ANA, "share", final.answer.trace.id)).elsewhere
        assert "The documents don't agree" in delivery.card.text
        assert "something else again" not in delivery.card.text


@pytest.mark.parametrize(
    ("question", "one", "several"),
    [
        ("How much leave do I get?", "1 more document says", "2 more documents say"),
        ("Wie viele Urlaubstage habe ich?", "1 weiteres Dokument sagt", "2 weitere Dokumente sagen"),
        ("Combien de jours de congé ai-je ?", "1 autre document dit", "2 autres documents disent"),
        ("¿Cuántos días de vacaciones tengo?", "1 documento más dice", "2 documentos más dicen"),
    ],
)
def test_how_many_more_is_said_in_the_question_s_language(question: str, one: str, several: str) -> None:
    answer = Answer("", (), (), None, Trace("t", question), untold=(Untold(1, "A", 7, ("Two.",)),))
    assert caveats(answer)[0].startswith(one)
    more = replace(answer, untold=(*answer.untold, Untold(1, "B", 8, ("Three.",))))
    assert caveats(more)[0].startswith(several)
