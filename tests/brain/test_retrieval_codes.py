"""A code of an error, a form or a part says what is asked about, however much is told around it."""

from dataclasses import replace

import pytest
from small_home import OPEN_GATE, SmallHome

from brain.domain import Locator, Passage, Question, Source
from brain.evidence import signals_of
from brain.retrieval.codes import FEW, having_codes, parted
from brain.text.names import codes_in

DRIVE = {
    "vpn.md": "# Codes\n\n| Code | Remedy |\n| --- | --- |\n| E-52 | Turn on the compatible mode. |\n",
    "calls.md": "# Customer calls\n\nA customer call since this morning: what can I do? Call the customer.",
    "hours.md": "# Hours\n\nSince this morning the customer desk is open. Calls at 2 pm are for customers.",
}
STORY = "The VPN says E-52 since this morning and I have a customer call at 2 pm. What can I do?"


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("what does vpn error e-21 mean", ("e-21",)),
        ("ERR1042 and SF-182?", ("ERR1042", "SF-182")),
        ("it says 0x80070005", ("0x80070005",)),
        ("The browser shows CERT_EXPIRED.", ("CERT_EXPIRED",)),
        ("(E-52)", ("E-52",)),
        ("A4 or A3 at 2pm on the 3rd in 24h?", ()),
        ("SARS-CoV-2, release 4.3 and file report-2026.md", ()),
        ("70 days in Q3", ()),
        ("E-52-B is another part", ()),
    ],
)
def test_codes_are_told_from_hours_sizes_and_names(question: str, codes: tuple[str, ...]) -> None:
    assert codes_in(question) == codes


def passages(*texts: str) -> list[Passage]:
    source = Source("a.md", "A", "general", "", Locator())
    return [Passage(number, text, source) for number, text in enumerate(texts)]


def test_a_passage_has_all_codes_and_no_longer_ones_instead() -> None:
    found = passages("Code E-52", "Code E-521", "Code XE-52", "Code e-52 beside E-21")
    assert having_codes("What is E-52?", found) == {0, 3}
    assert having_codes("E-52 or E-21?", found) == {3}
    assert having_codes("what is e52", found) == {0, 3}
    assert having_codes("Where is CERT_EXPIRED?", passages("CERT_EXPIRED", "CERT-EXPIRED")) == {0}
    assert having_codes("What is 0x8007?", passages("0x8007", "x8007")) == {0}
    assert having_codes("What is E-99?", found) == frozenset()
    assert having_codes("What is it?", found) == frozenset()


def test_a_code_is_parted_as_documents_part_it_where_they_have_no_other() -> None:
    texts = ["Code E-52: call us.", "Form SF-182", "0x8007"]
    assert parted("vpn e52 and E99?", {"e52", "e99"}, texts) == "vpn e-52 and E99?"
    assert parted("vpn e52?", set(), texts) == "vpn e52?"
    assert parted("form SF-182 or 0x8007?", {"182", "0x8007"}, texts) == "form SF-182 or 0x8007?"


def test_what_is_all_over_the_documents_is_no_code() -> None:
    assert len(having_codes("How is E-52 mended?", passages(*["E-52"] * FEW))) == FEW
    assert having_codes("How is E-52 mended?", passages(*["E-52"] * (FEW + 1))) == frozenset()


def test_the_passage_with_the_code_comes_first_whatever_is_told_beside_it(home: SmallHome) -> None:
    assert home.find(STORY).passages[0].source.document == "vpn.md"
    assert home.find(STORY.replace("E-52", "it")).passages[0].source.document != "vpn.md"


def test_the_evidence_is_as_good_as_if_its_rarest_word_stood_there(home: SmallHome) -> None:
    assert signals_of(home.find(STORY)).rarest == 1.0
    assert signals_of(home.find(STORY.replace("E-52", "E-99"))).rarest < 1.0


def test_a_refusal_shows_nothing_of_another_code(home: SmallHome) -> None:
    closed = home.brain(gate=replace(OPEN_GATE, threshold=1.1))
    for code, words in (("E-52", "E-52 – Remedy: Turn on the compatible mode."), ("E-99", "")):
        refusal = closed.invoke(Question(f"What is the remedy for {code} of customer calls?")).refusal
        assert refusal is not None
        assert refusal.nearest[0].words == words
