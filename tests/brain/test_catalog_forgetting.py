"""What is forgotten is gone from the file, and nothing else is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_home import SmallHome
from stored_documents import document, new_catalog

from brain.catalog.catalog import Catalog
from brain.catalog.chats.changes import ChangeState
from brain.catalog.chats.inbox import Limits, NewEvent
from brain.catalog.questions.answers import Feedback
from brain.catalog.questions.forgetting import Forgotten

GENERAL = frozenset({"general"})
LEAVE = "# Leave\n\nEmployees get thirty days of paid leave a year.\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    found = SmallHome(tmp_path).fill({"leave.md": LEAVE})
    yield found
    found.close()


def ask(home: SmallHome, text: str, person: str, days_ago: int = 0, thread: str = "t1") -> str:
    answer = home.ask(text)
    home.catalog.answers.keep(answer, text, person, thread, GENERAL)
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    with home.catalog.database.writing() as connection:
        connection.execute("UPDATE traces SET saved = ? WHERE id = ?", (at, answer.trace.id))
        connection.execute("UPDATE turns SET asked = ? WHERE question = ?", (at, text))
    return answer.trace.id


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def test_old_questions_go_and_new_ones_stay(home: SmallHome) -> None:
    catalog = home.catalog
    old = ask(home, "What about zqold leave?", "ann", 400)
    new = ask(home, "What about zqnew leave?", "ann", 3)
    catalog.answers.give_feedback(Feedback(old, "ben", False, "wrong", "zqold words"))
    assert catalog.forgetting.count_before(ago(365)) == 1
    assert catalog.forgetting.before(ago(365)) == Forgotten(1, 1, 0)
    assert (catalog.answers.find(old), catalog.conversations.trace(old)) == (None, None)
    assert catalog.answers.find(new) is not None
    assert [turn.question for turn in catalog.conversations.turns("t1")] == ["What about zqnew leave?"]
    assert catalog.answers.feedback() == []
    assert catalog.forgetting.before(ago(365)) == Forgotten()


def test_more_than_one_step_takes_is_forgotten_whole_and_told_of(home: SmallHome) -> None:
    trace = ask(home, "What about leave?", "ann", 400)
    with home.catalog.database.writing() as connection:
        for number in range(1_100):
            connection.execute(
                """INSERT INTO traces SELECT ?, thread, asker, question, standalone, answer, steps,
                   timings_ms, saved FROM traces WHERE id = ?""",
                (f"copy{number}", trace),
            )
    told: list[int] = []
    assert home.catalog.forgetting.before(ago(365), told.append).questions == 1_101
    assert told == [500, 1_000, 1_101]


def test_a_question_that_somebody_is_still_to_answer_does_not_go_by_its_age(home: SmallHome) -> None:
    catalog = home.catalog
    trace = ask(home, "What about zqopen leave?", "ann", 400)
    handoff, _ = catalog.handoffs.open(trace, "ann", "ann", "general", "help", "What about zqopen leave?")
    assert catalog.forgetting.before(ago(365)) == Forgotten()
    catalog.handoffs.answer(handoff.id, "kim", "Thirty days.")
    assert catalog.forgetting.before(ago(365)) == Forgotten(1, 0, 1)
    assert catalog.handoffs.find(handoff.id) is None


def test_who_waits_with_others_is_forgotten_and_the_others_wait_on(home: SmallHome) -> None:
    catalog = home.catalog
    trace = ask(home, "What about zqopen leave?", "zoe")
    for person in ("ann", "ben", "eve"):
        handoff, _ = catalog.handoffs.open(trace, person, f"at {person}", "general", "help", "What?")
    for person, left in (("ben", ["ann", "eve"]), ("ann", ["eve"])):
        assert catalog.forgetting.of_person(person).handoffs == 0
        (found,) = catalog.handoffs.unanswered()
        assert [(asker.person, asker.origin) for asker in found.askers] == [(p, f"at {p}") for p in left]
    assert catalog.forgetting.of_person("eve").handoffs == 1
    assert catalog.handoffs.find(handoff.id) is None


def test_whoever_asked_is_forgotten_and_the_others_wait_on_for_their_question(home: SmallHome) -> None:
    catalog = home.catalog
    waited, own = (ask(home, f"What about {word} leave?", "zoe") for word in ("zqopen", "zqown"))
    for person in ("zoe", "ann", "ben"):
        handoff, _ = catalog.handoffs.open(waited, person, f"at {person}", "general", "help", "zqopen?")
    alone, _ = catalog.handoffs.open(own, "zoe", "at zoe", "general", "help", "zqown?")
    assert catalog.forgetting.count_of("zoe") == 1
    assert catalog.forgetting.of_person("zoe") == Forgotten(1, 0, 1)
    (found,) = catalog.handoffs.unanswered()
    assert (found.id, [asker.person for asker in found.askers]) == (handoff.id, ["ann", "ben"])
    answer = catalog.answers.find(waited)  # the card of the request is drawn from it
    assert answer is not None
    assert answer.asker == "ann"
    assert catalog.handoffs.find(alone.id) is None
    for person in ("ann", "ben"):
        catalog.forgetting.of_person(person)
    assert catalog.answers.find(waited) is None
    content = b"".join(file.read_bytes() for file in catalog.path.parent.glob("catalog.db*"))
    assert b"zqopen" not in content


def test_what_a_person_has_answered_goes_with_whoever_asked_it(home: SmallHome) -> None:
    catalog = home.catalog
    trace = ask(home, "What about zqopen leave?", "zoe")
    for person in ("zoe", "ann"):
        handoff, _ = catalog.handoffs.open(trace, person, f"at {person}", "general", "help", "zqopen?")
    catalog.handoffs.answer(handoff.id, "kim", "Thirty days.")
    assert catalog.forgetting.of_person("zoe") == Forgotten(1, 0, 1)
    assert catalog.answers.find(trace) is None


def test_a_question_of_an_open_case_does_not_go_by_its_age(home: SmallHome) -> None:
    traces = [ask(home, f"What about leave number {at}?", "ann", 400) for at in range(3)]
    with home.catalog.database.writing() as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(cases)") if row[1] != "id"]
        for trace, state in zip(traces, ("open", "replied", "resolved"), strict=True):
            told = {"trace_id": trace, "thread": trace, "state": state, "urgency": 1, "vector": b""}
            connection.execute(
                f"INSERT INTO cases ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                [told.get(column, "") for column in columns],
            )
    assert home.catalog.forgetting.before(ago(365)) == Forgotten(1, 0, 0)
    assert [home.catalog.answers.find(trace) is None for trace in traces] == [False, False, True]


def test_a_person_is_forgotten_and_others_are_not(home: SmallHome) -> None:
    catalog = home.catalog
    own = ask(home, "What about zqown leave?", "slack:user:U1", thread="private:slack:user:U1:x")
    catalog.answers.publish(own, "t1")  # shared: the thread of its memory is another than its own now
    others = ask(home, "What about zqothers leave?", "slack:user:U2")
    catalog.answers.give_feedback(Feedback(others, "slack:user:U1", False, "wrong", "zqmarked " * 5_000))
    catalog.handoffs.open(own, "slack:user:U1", "x", "general", "help", "zqhanded?")
    events = {
        person: NewEvent("slack", person, "question", f'{{"text": "zq{person}"}}', f"C1:{person}", person)
        for person in ("slack:user:U1", "slack:user:U2")
    }
    for new in events.values():
        assert catalog.inbox.receive(new, Limits())
        item = catalog.inbox.claim("slack")
        assert item is not None
        catalog.inbox.finish(item.id)

    with closing(
        Catalog(catalog.path)
    ) as served:  # as by `citewise serve`: its log is not folded in by closing
        assert served.answers.find(own) is not None
        forget_the_person(home, own, others, events["slack:user:U1"])


def forget_the_person(home: SmallHome, own: str, others: str, event: NewEvent) -> None:
    catalog = home.catalog
    assert catalog.forgetting.count_of("slack:user:U1") == 1
    assert catalog.forgetting.of_person("slack:user:U1") == Forgotten(1, 1, 1)
    assert catalog.answers.find(own) is None
    assert catalog.answers.find(others) is not None
    assert catalog.conversations.turns("private:slack:user:U1:x") == ()
    assert len(catalog.conversations.turns("t1")) == 1
    content = b"".join(file.read_bytes() for file in catalog.path.parent.glob("catalog.db*"))
    for word in (b"zqown", b"zqmarked", b"zqhanded", b"zqslack:user:U1"):
        assert word not in content, word
    assert b"zqothers" in content
    assert not catalog.inbox.receive(event, Limits()), "what comes twice is known"


def test_what_removed_documents_said_goes_and_older_changes_stand(home: SmallHome) -> None:
    catalog = home.catalog
    home.fill({"leave.md": LEAVE.replace("thirty", "forty"), "kept.md": "# Kept\n\nThis one stays.\n"})
    document = catalog.find_document("leave.md").id
    change = catalog.changes.propose("remove", "ann", "general", "Leave", {"document": document})
    for state in ((ChangeState.PROPOSED, ChangeState.CONFIRMED), (ChangeState.CONFIRMED, ChangeState.DONE)):
        catalog.changes.step(change.id, *state, "ann")
    catalog.remove_document(document)
    assert catalog.forgetting.removed_before(ago(1)) == 0
    assert catalog.changes.last_done() is not None
    soon = datetime.now(UTC) + timedelta(seconds=5)
    assert catalog.forgetting.count_removed(soon) == 1
    assert catalog.forgetting.removed_before(soon) == 1
    assert catalog.changes.last_done() is None
    assert not catalog.history.revive(document)
    assert [row.path for row in catalog.documents()] == ["kept.md"]
    with closing(sqlite3.connect(catalog.path)) as file:
        held = file.execute("SELECT count(*) FROM versions WHERE document_id = ?", (document,)).fetchone()
    assert held == (0,)
    assert catalog.audit.verify().broken is None


@pytest.mark.parametrize("with_its_drive", [False, True])
def test_nothing_of_a_long_document_that_was_removed_stays_in_free_pages(
    tmp_path: Path, with_its_drive: bool
) -> None:
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        words = [f"zqlong{turn} has some words" for turn in range(600)]  # many pages of the file
        long = catalog.put_document(document(catalog, drive, "long.txt", words)).document_id
        if with_its_drive:
            catalog.removals.begin(drive.id)
            catalog.removals.carry_out(drive.id, lambda: None)
        else:
            catalog.remove_document(long)
        assert catalog.forgetting.removed_before(datetime.now(UTC) + timedelta(days=1)) == 1
    content = b"".join(file.read_bytes() for file in tmp_path.glob("catalog.db*"))
    assert b"zqlong" not in content
