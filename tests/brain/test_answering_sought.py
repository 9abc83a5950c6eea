import pytest

from brain.answering.extracting.sought import sought
from brain.answering.extracting.typed import names_time
from brain.text.names import names_in
from brain.text.terms import content_stems

NAMES = [
    ("What is the list price of the Falcon 4?", {("falcon", "4")}),
    ("pay in band 3", {("band", "3")}),
    ("What does error F-12 mean?", {("12",)}),
    ("visa fee for Peru in 2019", {("peru",), ("2019",)}),
    ("Who is the Head of Cider?", {("head",), ("cider",)}),
    ("a claim that is 70 days old, worth 80 euro or €90", set()),
    ("Where does gauge number 7 stand?", {("gaug", "number", "7")}),
    ("form no 12", {("form", "no", "12")}),
    ("the iPad pro and eBay", {("ipad",), ("ebay",)}),
    ("What is it?", set()),
    ("WHAT IS THE PRICE OF IT", set()),
]


@pytest.mark.parametrize(("question", "expected"), NAMES)
def test_names_are_capitals_codes_and_numbers_but_no_amounts(question, expected):
    assert set(names_in(question)) == expected


FITS = [
    ("What does the kayak cost?", "The kayak is 40 euros a day.", "It holds two people for 3 days.", ""),
    ("What does the kayak cost?", "Kayak\t40", "Kayak\tnone", "Boat\tPrice"),
    ("How many lockers are there?", "There are 16 lockers.", "There are 16 hooks.", ""),
    (
        "How many lockers are there?",
        "Lockers: 16",
        "By 16 March all staff must have cleared lockers.",
        "",
    ),
    (
        "How many employees are there?",
        "The total number of employees at the end of 2025 was 120.",
        "All employees were told of it at the end of 2025.",
        "",
    ),
    (
        "How many members are there?",
        "Members (as of the last general assembly): 1,480.",
        "Members of the board are asked to come: there are 6 items.",
        "",
    ),
    (
        "Wie viele Mitarbeiter gibt es?",
        "Die Zahl der Mitarbeiter lag am Ende des letzten Jahres bei 120.",
        "Alle Mitarbeiter haben es am Ende des Jahres 2025 gehört.",
        "",
    ),
    (
        "Wie viele Urlaubstage gibt es?",
        "Es gibt 30 Arbeitstage.",
        "Am 31. ist zu; diese gelten als Tage.",
        "",
    ),
    (
        "Combien de semaines dure le congé ?",
        "Il dure dix semaines.",
        "30 jours, et télétravail par semaine.",
        "",
    ),
    (
        "Which sign tells how many lockers there are?",
        "The red sign tells the number of lockers.",
        "The red sign tells the number of hooks.",
        "",
    ),
    ("How long is the tour?", "It takes two hours.", "It starts at the gate.", ""),
    ("How often does the buoy report?", "Buoy\t5 min", "Buoy\tseldom", "Device\tReports"),
    ("When does the pool open?", "It opens at 7 am.", "It opens early for members.", ""),
]


@pytest.mark.parametrize(("question", "fit", "unfit", "header"), FITS)
def test_what_is_asked_for_is_seen_in_a_sentence(question, fit, unfit, header):
    asked = sought(question)
    language = asked.kind.language
    assert asked.in_sentence(fit, frozenset(content_stems(f"{fit} {header}", language)), header)
    below = header if "none" in unfit else ""
    assert not asked.in_sentence(unfit, frozenset(content_stems(unfit, language)), below)


def test_where_it_cannot_be_seen_every_sentence_may_answer():
    assert sought("What is a kayak?").in_sentence("A boat.", frozenset(), "")
    assert sought("What is the allowed amount?").in_sentence("What a doctor may charge.", frozenset(), "")
    assert sought("Who rents kayaks?").in_sentence("the boat house", frozenset(), "")


@pytest.mark.parametrize(
    "question",
    [
        "How much does the Harbour plan cost?",
        "how much is shipping to Norway",
        "How much?",
        "what is the price of it",
    ],
)
def test_money_is_asked_for(question):
    wanted = sought(question)
    assert wanted.in_sentence("It is 19 euros a month.", frozenset(), "")
    assert not wanted.in_sentence("It has been there for 19 years.", frozenset(), "")


@pytest.mark.parametrize(
    "question", ["how much sick leave do I get", "How much milk may we order?", "how much time is left"]
)
def test_an_amount_of_something_is_no_money(question):
    assert sought(question).in_sentence("Everyone accrues four hours in a period.", frozenset(), "")


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many vacation days do I get?", {"day"}),
        ("how many parking spaces for cars are there", {"space"}),
        ("how many hours of leave", {"hour"}),
        ("how many people work here?", {"peopl", "work"}),
        ("how many times may I be late", set()),
    ],
)
def test_what_is_counted_is_the_head_of_its_words(question, counted):
    assert sought(question).counted == counted


@pytest.mark.parametrize(
    ("text", "is_time"),
    [
        ("The gate opens at ten.", True),
        ("We meet at half past nine in the hall", True),
        ("quarter to eight", True),
        ("ten o'clock", True),
        ("It is open from nine to five.", True),
        ("until six on Fridays", True),
        ("lunch is at noon", True),
        ("It stands at one of the sites.", False),
        ("We have offices at ten sites.", False),
        ("one for the road", False),
        ("from one to ten points", False),
    ],
)
def test_an_hour_in_words_is_a_time(text: str, is_time: bool) -> None:
    assert names_time(text) is is_time
