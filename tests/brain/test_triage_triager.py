"""A ticket becomes a triage: with the real catalog, the real default embedder and the real brain."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from small_home import SmallHome, assert_backed
from tickets import ODD, assert_verbatim, thread, ticket

from brain.catalog.tickets.cases import CategoryRow, Example, NewCase
from brain.domain import Question
from brain.embedding.embedder import Embedder
from brain.embedding.factory import open_embedder
from brain.evidence import EvidenceGate
from brain.triage.domain import Request, Ticket, Triage, Urgency, text_of
from brain.triage.triager import Triager

pytestmark = pytest.mark.weights

HERE, THERE = "chat:channel:1", "chat:channel:2"
DOCUMENTS = {
    "vpn.md": "# VPN\n\nIf the VPN shows error 809, open UDP port 500 in the firewall.\n\n"
    "The VPN client is updated every Monday.",
    "badges.md": "# Badges\n\nA lost badge is blocked by the reception desk, which also prints a new one.",
}
PAYROLL = "# Payroll\n\nThe payslip for March is corrected with the April run."


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder("minilm")


@pytest.fixture
def home(tmp_path: Path, embedder: Embedder) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path, embedder).fill(DOCUMENTS).fill({"payroll.md": PAYROLL}, "hr")
    yield home
    home.close()


@pytest.fixture
def triager(home: SmallHome) -> Triager:
    return triager_of(home)


def triager_of(home: SmallHome, **changes: Any) -> Triager:
    brain = home.brain(gate=EvidenceGate())
    parts = {"embeddings": home.embedder.embeddings, "embedder": home.embedder.identity} | changes
    return Triager(home.catalog, brain=brain.invoke, **parts)


def request(
    *texts: str, audience: tuple[str, ...] = ("general",), places: tuple[str, ...] = (HERE,)
) -> Request:
    return Request(ticket(*texts), "chat:user:sue", frozenset(audience), frozenset(places))


def keep(home: SmallHome, text: str, place: str = HERE, **changes: Any) -> int:
    fields = {
        "thread": f"thread of {text}",
        "place": place,
        "origin": place,
        "link": "",
        "text": text,
        "question": text,
        "summary": (),
        "trace_id": "",
        "category": "",
        "urgency": 2,
        "owner": "",
        "opened_by": "chat:user:sue",
    }
    return home.catalog.cases.open(NewCase(**{**fields, **changes}))[0].id


def test_a_ticket_is_triaged_and_every_part_names_what_it_rests_on(home: SmallHome, triager: Triager) -> None:
    cases = home.catalog.cases
    cases.learn(
        [
            Example("the vpn client does not connect", "vpn"),
            Example("vpn error when connecting from home", "vpn"),
            Example("my badge does not open the door", "badges"),
            Example("I lost my badge in the train", "badges"),
        ],
        by="admin",
    )
    earlier = keep(home, "The VPN shows error 809 from my hotel")
    cases.resolve(earlier, "opened the port", by="chat:user:ann")
    asked = request(
        "Hi team!", "My VPN shows error 809, I have to send an offer by 5 pm.", "Can anyone help?"
    )
    found = triager.invoke(asked)
    assert found.ticket == asked.ticket
    assert found.category.name == "vpn"
    assert 0 < found.category.sure <= 1
    assert {example.category for example in cases.examples(found.category.because).values()} == {"vpn"}
    assert found.urgency.level is Urgency.HIGH
    assert_verbatim((*found.urgency.because, *found.summary), asked.ticket.messages)
    assert [one.case_id for one in found.similar] == [earlier]
    assert found.question == "My VPN shows error 809, I have to send an offer by 5 pm."
    assert not found.answer.refused
    assert_backed(found.answer)
    assert "port 500" in found.answer.text
    assert found.owner is not None
    assert (found.owner.principal, found.owner.why) == (
        "chat:user:ann",
        f"resolved case {earlier}, like this one",
    )


@pytest.mark.parametrize("name", ODD)
def test_no_thread_is_too_odd(home: SmallHome, triager: Triager, name: str) -> None:
    home.catalog.cases.learn([Example("the vpn does not connect", "vpn"), Example("", "x")], by="admin")
    keep(home, text_of(ODD[name]).encode("utf-8", "replace").decode())
    messages = ODD[name]
    found = triager.invoke(
        Request(Ticket(messages, HERE, ""), "a", frozenset({"general"}), frozenset({HERE}))
    )
    assert isinstance(found, Triage)
    assert_verbatim((*found.summary, *found.urgency.because), messages)


def test_without_words_there_is_nothing_to_go_by(home: SmallHome, triager: Triager) -> None:
    home.catalog.cases.set_category(CategoryRow("vpn", "remote access"), by="admin")
    keep(home, "")
    found = triager.invoke(request("", "  "))
    assert (found.category.name, found.similar, found.summary, found.owner) == ("", (), (), None)
    assert found.answer.refused


def test_before_there_are_examples_descriptions_tell_the_category(home: SmallHome, triager: Triager) -> None:
    cases = home.catalog.cases
    for name, description, owner in (
        ("network", "VPN, wifi and remote access to the office", "chat:user:net"),
        ("Payroll_questions", "salary, payslips and taxes", ""),
        ("facilities", "rooms, chairs, doors and badges", ""),
    ):
        cases.set_category(CategoryRow(name, description, owner), by="admin")
    found = triager.invoke(request("The wifi and the VPN to the office don't work in my home."))
    assert (found.category.name, found.category.because) == ("network", ())
    assert found.owner is not None
    assert (found.owner.principal, found.owner.why) == ("chat:user:net", "owns network")
    assert triager.categories_of(["My payslip shows the wrong salary."])[0].name == "Payroll_questions"


def test_of_descriptions_that_change_only_the_last_are_remembered(home: SmallHome, triager: Triager) -> None:
    for number in range(5):
        home.catalog.cases.set_category(CategoryRow("vpn", f"remote access, version {number}"), by="admin")
        triager.categories_of(["The remote access is slow."])
    assert ["version 4" in text for text in triager._described] == [True]


def test_nothing_like_it_leaves_the_category_open(home: SmallHome, triager: Triager) -> None:
    cases = home.catalog.cases
    assert triager.invoke(request("The VPN is slow.")).category.name == "", "there is no category at all"
    cases.learn([Example("the vpn is slow", "vpn"), Example("a lost badge", "badges")], by="admin")
    found = triager.invoke(request("Which wine goes with grilled trout?")).category
    assert (found.name, found.because) == ("", ())
    assert found.or_else in ("vpn", "badges"), "the best of those that don't fit"
    assert found.sure < 0.5
    assert triager.invoke(request("My vpn is so slow today.")).category.name == "vpn"


def test_a_correction_counts_for_the_next_ticket(home: SmallHome, triager: Triager) -> None:
    cases = home.catalog.cases
    cases.learn(
        [Example("the printer prints stripes", "printing"), Example("a lost badge", "badges")], by="a"
    )
    words = "The label machine in the warehouse jams all the time"
    before = triager.invoke(request(words)).category
    case = keep(home, words)
    cases.set_category_of(case, "warehouse", by="chat:user:ann")
    after = triager.invoke(request(f"{words} again")).category
    assert before.name != "warehouse"
    assert (after.name, after.because) == ("warehouse", (case,))


def test_cases_of_other_places_are_neither_shown_nor_counted(home: SmallHome, triager: Triager) -> None:
    cases = home.catalog.cases
    words = "The customs papers for the Oslo shipment are missing"
    for place in (THERE, ""):
        hidden = keep(home, words, place, thread=f"hidden {place}")
        cases.set_category_of(hidden, "customs", by="u")
        cases.resolve(hidden, "secret", by="chat:user:spy")
    found = triager.invoke(request(words))
    assert found.similar == ()
    assert found.category.because == ()
    assert found.owner is None
    shown = triager.invoke(request(words, places=(HERE, THERE, "")))
    assert len(shown.similar) == 1
    assert cases.find(shown.similar[0].case_id).place == THERE  # type: ignore[union-attr]
    assert triager.invoke(request(words, places=())).similar == ()


def test_a_ticket_triaged_again_is_not_like_itself(home: SmallHome, triager: Triager) -> None:
    asked = request("The customs papers are missing.")
    own = keep(home, text_of(asked.ticket.messages), thread=asked.ticket.thread)
    other = keep(home, "The customs papers of Oslo are missing.")
    home.catalog.cases.set_category_of(own, "customs", by="u")
    found = triager.invoke(asked)
    assert [one.case_id for one in found.similar] == [other]
    assert own not in found.category.because


def test_the_answer_reads_only_what_the_audience_may(home: SmallHome) -> None:
    asked: list[Question] = []
    brain = home.brain(gate=EvidenceGate())

    def listening(question: Question) -> Any:
        asked.append(question)
        return brain.invoke(question)

    triager = Triager(home.catalog, home.embedder.embeddings, home.embedder.identity, listening)
    words = "When is the payslip for March corrected?"
    closed = triager.invoke(request(words))
    opened = triager.invoke(request(words, audience=("general", "hr")))
    assert asked == [
        Question(words, "chat:user:sue", frozenset({"general"})),
        Question(words, "chat:user:sue", frozenset({"general", "hr"})),
    ]
    assert all(passage.source.space == "general" for passage in closed.answer.retrieved)
    assert "April" in opened.answer.text


def test_the_owner_is_named_by_an_admin_else_solved_it_before_else_helps_there(
    home: SmallHome, triager: Triager
) -> None:
    catalog = home.catalog
    asked = request("My VPN shows error 809.")
    assert triager.invoke(asked).owner is None
    catalog.places.set_support("general", "chat:group:it", by="admin")
    helper = triager.invoke(asked).owner
    assert helper is not None
    assert (helper.principal, helper.why) == ("chat:group:it", "helps with general, which the answer is from")
    solved = [keep(home, f"The VPN shows error 809 {where}") for where in ("at home", "abroad", "on wifi")]
    for number, person in zip(solved, ("ann", "bob", "bob"), strict=True):
        catalog.cases.resolve(number, "", by=f"chat:user:{person}")
    solver = triager.invoke(asked).owner
    assert solver is not None
    assert solver.principal == "chat:user:bob"
    assert all(str(number) in solver.why for number in solved[1:])
    catalog.cases.set_category(CategoryRow("vpn", "", "chat:user:net"), by="admin")
    catalog.cases.learn([Example("vpn shows an error", "vpn")], by="admin")
    named = triager.invoke(asked).owner
    assert named is not None
    assert (named.principal, named.why) == ("chat:user:net", "owns vpn")
    own = keep(home, text_of(asked.ticket.messages), thread=asked.ticket.thread)
    catalog.cases.set_category(CategoryRow("hotels", "", "chat:user:travel"), by="admin")
    catalog.cases.set_category_of(own, "hotels", by="chat:user:ann")
    chosen = triager.invoke(asked).owner
    assert chosen is not None
    assert (chosen.principal, chosen.why) == ("chat:user:travel", "owns hotels"), "a person decided that"


def test_missing_vectors_are_made_once_and_anew_for_another_embedder(home: SmallHome) -> None:
    embedded: list[int] = []

    class Counting:
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            embedded.append(len(texts))
            return home.embedder.embeddings.embed_documents(texts)

    home.catalog.cases.learn([Example(f"example {number}", "x") for number in range(300)], by="admin")
    triager = triager_of(home, embeddings=Counting())
    assert triager.prepare() == 300
    assert triager.prepare() == 0
    assert sum(embedded) == 300
    assert triager_of(home, embeddings=Counting(), embedder="another@1").prepare() == 300
    assert home.catalog.cases.comparable(home.embedder.identity, {HERE}) == []
    triager.invoke(request("example 7"))
    assert len(home.catalog.cases.comparable(home.embedder.identity, {HERE})) == 300


def test_a_category_changed_while_others_triage_harms_nobody(home: SmallHome, triager: Triager) -> None:
    cases, faults = home.catalog.cases, list[BaseException]()
    done = threading.Event()

    def change() -> None:
        for number in range(30):
            cases.learn([Example(f"vpn trouble {number}", f"c{number % 3}")], by="admin")
            cases.set_category(CategoryRow(f"d{number}", "doors"), by="admin")
            cases.remove_category(f"c{(number + 1) % 3}", by="admin")
        done.set()

    def triage() -> None:
        try:
            while not done.is_set():
                triager.invoke(request("My VPN has trouble."))
        except BaseException as error:
            faults.append(error)
            raise

    threads = [threading.Thread(target=change), *(threading.Thread(target=triage) for _ in range(3))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []


def test_callbacks_of_langchain_see_the_run(triager: Triager) -> None:
    seen: list[Any] = []

    class Watching(BaseCallbackHandler):
        def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
            seen.append(outputs)

    found = triager.invoke(request("My VPN shows error 809."), {"callbacks": [Watching()]})
    assert seen == [found.answer, found], "the brain's run within it, then its own"
    assert len(triager.batch([request("VPN"), request("badge")])) == 2


def test_the_same_ticket_is_triaged_the_same(home: SmallHome, triager: Triager) -> None:
    for number in range(5):
        keep(home, f"The VPN shows error {number}")
    asked = request("The VPN shows an error.")
    first, second = triager.invoke(asked), triager.invoke(asked)
    answers = (replace(one, answer=first.answer) for one in (first, second))
    assert len(set(map(repr, answers))) == 1
    scores = [one.score for one in first.similar]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 5
    assert all(np.isfinite(scores))


def test_messages_of_the_bot_are_no_part_of_what_is_compared(home: SmallHome, triager: Triager) -> None:
    case = keep(home, "The customs papers are missing")
    messages = thread("I searched the customs papers.", "My chair is broken.", ours=frozenset({0}))
    found = triager.invoke(
        Request(Ticket(messages, HERE, "t"), "a", frozenset({"general"}), frozenset({HERE}))
    )
    assert case not in [one.case_id for one in found.similar]
