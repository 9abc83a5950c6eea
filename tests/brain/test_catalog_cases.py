"""Cases: a thread is one, the first who acts wins, every decision is audited, nobody else's are compared."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from new_cases import new
from stored_documents import vector_of

from brain.catalog.catalog import Catalog
from brain.catalog.tickets.cases import Case, Cases, CaseState, CategoryRow, Example

EMBEDDER = "test-embedder@1"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.db") as catalog:
        yield catalog


@pytest.fixture
def cases(catalog: Catalog) -> Cases:
    return catalog.cases


def actions(catalog: Catalog) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.object) for entry in catalog.audit.entries()]


def embed(cases: Cases) -> None:
    rows = cases.without_vector(EMBEDDER, 1000)
    cases.add_vectors(EMBEDDER, [(number, text, vector_of(text)) for number, text in rows])


def test_a_thread_is_one_case_and_comes_back_as_it_was_kept(cases: Cases) -> None:
    case, fresh = cases.open(new(summary=("Zwölf Äpfel", "tried twice")))
    again, fresh_again = cases.open(new(summary=("Zwölf Äpfel", "tried twice")))
    assert (fresh, fresh_again, again.id) == (True, False, case.id)
    assert case.state is CaseState.OPEN
    assert (case.summary, case.category, case.category_by) == (("Zwölf Äpfel", "tried twice"), "vpn", "")
    assert cases.find(case.id) == again == cases.in_thread("chat:1:t1")
    assert cases.in_thread("chat:1:t2") is None
    assert cases.find(case.id + 1) is None


def test_cases_are_numbered_from_1_however_many_messages_were_learnt(cases: Cases) -> None:
    assert cases.learn([Example(f"wire {n} cut", "network") for n in range(5)], by="admin") == 5
    first, _ = cases.open(new())
    assert cases.learn([Example("chair broke", "furniture")], by="admin") == 1
    second, _ = cases.open(new(thread="chat:1:t2"))
    assert (first.id, second.id) == (1, 2)
    learnt = [number for number, _ in cases.without_vector(EMBEDDER, 100) if number < 0]
    assert {example.text for example in cases.examples(learnt).values()} == {
        *(f"wire {n} cut" for n in range(5)),
        "chair broke",
    }


def test_what_one_person_pastes_without_a_thread_is_a_case_each(cases: Cases) -> None:
    first, second = cases.open(new(thread="")), cases.open(new(thread=""))
    assert first[1]
    assert second[1]
    assert first[0].id != second[0].id
    assert cases.in_thread("") is None


def test_triaged_again_a_case_takes_what_is_new_and_keeps_what_people_decided(cases: Cases) -> None:
    case, _ = cases.open(new())
    cases.set_category_of(case.id, "network", by="u:1")
    cases.assign(case.id, "chat:user:bob", by="u:1")
    found = new(text="It works again", category="other", urgency=1, owner="x", trace_id="t2", question="q2")
    again, _ = cases.open(found)
    assert (again.text, again.urgency, again.trace_id, again.question) == ("It works again", 1, "t2", "q2")
    assert (again.category, again.category_by) == ("network", "u:1")
    assert (again.owner, again.owner_by) == ("chat:user:bob", "u:1")
    cases.set_urgency_of(case.id, 4, by="u:1")
    cases.reply(case.id, "Try port 500 [1]", by="u:2")
    cases.reply_placed(case.id, "m:1")
    sent, _ = cases.open(new(text="more", urgency=1, trace_id="t3", question="q3"))
    assert (sent.text, sent.urgency, sent.reply, sent.reply_at) == ("more", 4, "Try port 500 [1]", "m:1")
    assert (sent.trace_id, sent.question) == ("t2", "q2"), "what the reply came from"
    assert sent.state is CaseState.REPLIED
    cases.resolve(case.id, "restarted", by="u:1")
    closed, fresh = cases.open(new(text="once more", category="x"))
    assert (closed.text, closed.state, fresh) == ("more", CaseState.RESOLVED, False)


def test_the_first_reply_wins_whoever_presses_at_once(cases: Cases) -> None:
    for number in range(20):
        case, _ = cases.open(new(thread=f"t{number}"))
        start, seen = threading.Barrier(4), list[Case | None]()

        def press(
            person: str, case: Case = case, start: threading.Barrier = start, seen: list = seen
        ) -> None:
            start.wait()
            seen.append(cases.reply(case.id, f"words of {person}", by=person))

        threads = [threading.Thread(target=press, args=(f"u:{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = cases.find(case.id)
        assert kept is not None
        assert kept.reply == f"words of {kept.reply_by}"
        assert {one.reply for one in seen if one} == {kept.reply}
        assert len(seen) == 4


def test_one_reply_is_audited_once_and_its_first_place_stays(catalog: Catalog, cases: Cases) -> None:
    case, _ = cases.open(new())
    cases.reply_placed(case.id, "before there is one")
    assert cases.reply(case.id, "  ", by="u:1") == case, "no words are no reply"
    cases.reply(case.id, "first", by="u:1")
    second = cases.reply(case.id, "second", by="u:2")
    assert second is not None
    assert (second.reply, second.reply_by, second.reply_at) == ("first", "u:1", "")
    cases.reply_placed(case.id, "m:1")
    cases.reply_placed(case.id, "m:2")
    placed = cases.find(case.id)
    assert placed is not None
    assert placed.reply_at == "m:1"
    assert actions(catalog) == [("u:1", "reply to", f"case {case.id}")]


def test_a_resolved_case_is_resolved_once_and_takes_no_reply_or_owner(catalog: Catalog, cases: Cases) -> None:
    case, _ = cases.open(new())
    cases.resolve(case.id, "a new cable", by="u:1")
    for late in (
        cases.resolve(case.id, "something else", by="u:2"),
        cases.reply(case.id, "late", by="u:2"),
        cases.assign(case.id, "u:9", by="u:2"),
    ):
        assert late is not None
        assert (late.resolution, late.resolved_by, late.reply, late.owner) == (
            *("a new cable", "u:1", ""),
            case.owner,
        )
    assert actions(catalog) == [("u:1", "resolve", f"case {case.id}")]


def test_every_decision_is_audited_with_what_was_before(catalog: Catalog, cases: Cases) -> None:
    case, _ = cases.open(new())
    cases.set_category(CategoryRow("network", "cables", "u:net"), by="admin")
    cases.set_category_of(case.id, "network", by="u:1")
    cases.set_category_of(case.id, "network", by="u:2")  # decided already, and the same
    cases.set_urgency_of(case.id, 4, by="u:1")
    cases.assign(case.id, "u:bob", by="u:1")
    cases.learn([Example("wire cut", "network")], by="admin")
    cases.learn([Example("wire cut", "network")], by="admin")  # nothing new
    cases.remove_category("network", by="admin")
    one = f"case {case.id}"
    assert actions(catalog) == [
        ("admin", "set category", "network"),
        ("u:1", "set category of", one),
        ("u:1", "set urgency of", one),
        ("u:1", "assign", one),
        ("admin", "learn examples", "1 example"),
        ("admin", "remove category", "network"),
    ]
    told = json.loads(catalog.audit.entries()[1].detail)
    assert told == {"case": case.id, "category": "network", "before": "vpn"}
    assert catalog.audit.verify().broken is None


def test_confirming_what_was_found_out_is_a_decision(cases: Cases) -> None:
    case, _ = cases.open(new(category="vpn"))
    confirmed = cases.set_category_of(case.id, "vpn", by="u:1")
    assert confirmed is not None
    assert (confirmed.category, confirmed.category_by) == ("vpn", "u:1")


def test_what_is_not_there_is_none(catalog: Catalog, cases: Cases) -> None:
    cases.learn([Example("wire cut", "network")], by="admin")
    [example] = cases.without_vector(EMBEDDER, 5)
    for number in (example[0], 99):
        assert cases.find(number) is None
        assert cases.set_category_of(number, "x", by="u") is None
        assert cases.set_urgency_of(number, 3, by="u") is None
        assert cases.assign(number, "x", by="u") is None
        assert cases.reply(number, "x", by="u") is None
        assert cases.resolve(number, "x", by="u") is None
    assert [action for _, action, _ in actions(catalog)] == ["learn examples"]
    assert cases.listed() == []


def test_the_most_urgent_come_first_then_the_oldest_of_places_asked_for(cases: Cases) -> None:
    a, _ = cases.open(new("t1", "p1", urgency=2, owner="u:1"))
    b, _ = cases.open(new("t2", "p2", urgency=4, owner="u:2"))
    c, _ = cases.open(new("t3", "p1", urgency=2, owner="u:2"))
    d, _ = cases.open(new("t4", "", urgency=3, owner=""))
    cases.resolve(c.id, "", by="u:1")
    assert [case.id for case in cases.listed()] == [b.id, d.id, a.id, c.id]
    assert [case.id for case in cases.listed({"p1"})] == [a.id, c.id]
    assert [case.id for case in cases.listed({"p1"}, CaseState.OPEN)] == [a.id]
    assert cases.listed(set()) == []


def test_categories_are_those_set_up_and_those_of_examples(cases: Cases) -> None:
    case, _ = cases.open(new(category="only found out"))
    cases.set_category(CategoryRow("vpn", "remote access", "u:1"), by="admin")
    cases.set_category(CategoryRow("vpn", "remote access, tokens", "u:2"), by="admin")
    cases.learn([Example("my chair broke", "furniture"), Example("vpn down", "vpn")], by="admin")
    cases.set_category_of(case.id, "printing", by="u:1")
    assert cases.categories() == [
        CategoryRow("furniture"),
        CategoryRow("printing"),
        CategoryRow("vpn", "remote access, tokens", "u:2"),
    ]
    with pytest.raises(ValueError, match="needs a name"):
        cases.set_category(CategoryRow("  "), by="admin")


def test_a_category_that_was_taken_away_is_found_no_more_but_cases_keep_its_word(cases: Cases) -> None:
    case, _ = cases.open(new())
    cases.set_category(CategoryRow("vpn"), by="admin")
    cases.learn([Example("vpn slow", "vpn"), Example("chair", "furniture")], by="admin")
    cases.set_category_of(case.id, "vpn", by="u:1")
    embed(cases)
    assert {one.category for one in cases.comparable(EMBEDDER, {case.place})} == {"vpn", "furniture"}
    assert cases.remove_category("vpn", by="admin")
    assert not cases.remove_category("vpn", by="admin")
    kept = cases.find(case.id)
    assert kept is not None
    assert kept.category == "vpn"
    assert [row.name for row in cases.categories()] == ["furniture"]
    assert {one.category for one in cases.comparable(EMBEDDER, {case.place})} == {"", "furniture"}


def test_examples_are_learnt_once_and_told_by_their_ids(cases: Cases) -> None:
    twice = [Example(" a ", "x"), Example("a", "x"), Example("a", "y"), Example("", "x"), Example("b", "")]
    assert cases.learn(twice, by="admin") == 2
    assert cases.learn([*twice, Example("c", "x")], by="admin") == 1
    ids = [number for number, _ in cases.without_vector(EMBEDDER, 10)]
    case, _ = cases.open(new())
    found = cases.examples([*ids, case.id, 99])
    assert [found[number] for number in sorted(found, reverse=True)] == [
        Example("a", "x"),
        Example("a", "y"),
        Example("c", "x"),
    ]


def test_only_examples_and_cases_of_the_places_named_are_comparable(cases: Cases) -> None:
    cases.learn([Example("an example", "x")], by="admin")
    here, _ = cases.open(new("t1", "p1", text="here"))
    cases.open(new("t2", "p2", text="elsewhere"))
    cases.open(new("t3", "", text="in a private talk"))
    embed(cases)

    def seen(*places: str) -> set[str | int]:
        found = cases.comparable(EMBEDDER, places)
        return {"example" if one.example else one.id for one in found}

    assert seen() == {"example"}
    assert seen("p1") == {"example", here.id}
    assert seen("p1", "") == {"example", here.id}, "what one person alone saw is nobody else's"
    assert cases.comparable("another-embedder", {"p1"}) == []


def test_a_category_counts_when_somebody_stands_for_it(cases: Cases) -> None:
    cases.set_category(CategoryRow("vpn"), by="admin")
    case, _ = cases.open(new(category="vpn"))
    embed(cases)

    def category() -> str:
        [one] = cases.comparable(EMBEDDER, {case.place})
        return one.category

    assert category() == "", "it was only found out"
    cases.set_category_of(case.id, "network", by="u:1")
    assert category() == "network"
    other, _ = cases.open(new(thread="t2", place="p2", category="vpn"))
    embed(cases)
    cases.resolve(other.id, "", by="u:1")
    assert [one.category for one in cases.comparable(EMBEDDER, {"p2"})] == ["vpn"]


def test_a_vector_is_of_the_text_and_the_embedder_that_it_was_made_from(cases: Cases) -> None:
    case, _ = cases.open(new(text="before"))
    assert cases.without_vector(EMBEDDER, 5) == [(case.id, "before")]
    cases.open(new(text="after"))
    cases.add_vectors(EMBEDDER, [(case.id, "before", vector_of("before"))])
    assert cases.without_vector(EMBEDDER, 5) == [(case.id, "after")], "made from words that were replaced"
    embed(cases)
    assert cases.without_vector(EMBEDDER, 5) == []
    [one] = cases.comparable(EMBEDDER, {case.place})
    np.testing.assert_array_equal(one.vector, vector_of("after"))
    cases.open(new(text="after", urgency=3))
    assert cases.without_vector(EMBEDDER, 5) == [], "the same words keep theirs"
    assert cases.without_vector("another", 5) == [(case.id, "after")]
    with pytest.raises(ValueError, match="finite"):
        cases.add_vectors(EMBEDDER, [(case.id, "after", np.full(4, np.nan, np.float32))])


def test_a_case_without_words_has_an_empty_vector_and_is_compared_with_nothing(cases: Cases) -> None:
    case, _ = cases.open(new(text=""))
    cases.add_vectors(EMBEDDER, [(case.id, "", np.empty(0, np.float32))])
    assert cases.without_vector(EMBEDDER, 5) == []
    assert cases.comparable(EMBEDDER, {case.place}) == []


def test_categories_that_differ_only_in_case_are_one(cases: Cases) -> None:
    cases.set_category(CategoryRow("VPN", "connecting", "chat:user:net"), by="a")
    cases.learn(
        [Example("error 809", "vpn"), Example("error 809", "Vpn "), Example("no Straße", "Straße")], by="a"
    )
    cases.learn([Example("a hole", "STRASSE")], by="a")
    case, _ = cases.open(new(category="VPN"))
    cases.set_category_of(case.id, "vpn", by="a")
    assert [row.name for row in cases.categories()] == ["Straße", "VPN"]
    assert cases.example_counts() == {"VPN": 1, "Straße": 2}
    found = cases.find(case.id)
    assert found is not None
    assert found.category == "VPN"
    cases.set_category(CategoryRow("vpn", "", "chat:user:lee"), by="a")
    assert [(row.name, row.owner) for row in cases.categories()] == [("Straße", ""), ("VPN", "chat:user:lee")]
    assert cases.remove_category("vpn", by="a")
    # Set up again, it is the one that cases were put into.
    cases.set_category(CategoryRow("vPN"), by="a")
    assert [row.name for row in cases.categories()] == ["Straße", "VPN"]
