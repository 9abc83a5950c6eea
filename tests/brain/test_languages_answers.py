"""Documents in several languages, asked in theirs: found, told and refused as in English."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.domain import Answer, RefusalReason, Turn
from brain.evidence import FOR_ANY, EvidenceGate
from brain.languages.german import GERMAN
from brain.retrieval.query import Query
from brain.retrieval.word_forms import taken_apart

CLOSED = EvidenceGate(FOR_ANY, threshold=1.1)
DRIVE = {
    "urlaub.md": "# Urlaub\n\nDer Urlaubsantrag wird im Portal gestellt. Beschäftigte haben 30 Tage Urlaub.",
    "reise.md": "# Reisekosten\n\nFür das eigene Auto werden 0,30 € je Kilometer erstattet.",
    "kantine.md": "# Kantine\n\nEin Mittagessen kostet 4,50 €. Geöffnet ist von 11 bis 14 Uhr.",
    "conges.md": "# Congés\n\nLes congés se demandent dans l'outil Lucca, un mois avant le départ.",
    "vacaciones.md": "# Vacaciones\n\nLas vacaciones se solicitan en el portal del empleado.",
    "leave.md": "# Leave\n\nLeave requests go to the team lead. Everyone has 25 days of leave.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHome]:
    small = SmallHome(tmp_path_factory.mktemp("home")).fill(DRIVE)
    small.add("intern.md", "# Intern\n\nDie Abfindung beträgt drei Monatsgehälter.", "vorstand")
    yield small
    small.close()


@pytest.mark.parametrize(
    ("question", "document", "said"),
    [
        ("Wo stelle ich einen Antrag auf Urlaub?", "urlaub.md", "Portal"),
        ("Wo stellt man Urlaubsanträge?", "urlaub.md", "Portal"),
        ("Was wird pro Kilometer erstattet?", "reise.md", "0,30"),
        ("Was kosten Mittagessen?", "kantine.md", "4,50"),
        ("Comment demander un congé ?", "conges.md", "Lucca"),
        ("¿Dónde solicito mi vacación?", "vacaciones.md", "portal del empleado"),
        ("How many days of leave do we have?", "leave.md", "25 days"),
    ],
)
def test_other_forms_and_compounds_of_a_word_are_found(
    home: SmallHome, question: str, document: str, said: str
) -> None:
    found = home.find(question)
    by_words = max(found.candidates, key=lambda candidate: candidate.keyword)
    assert by_words.passage.source.document == document
    assert said in home.ask(question).text


def test_a_compound_that_nobody_wrote_is_taken_apart(home: SmallHome) -> None:
    held = [home.index.vocabulary("general")]
    query = taken_apart(Query.of("Wie beantrage ich eine Kantinenreise?"), held)
    assert query.language is GERMAN
    assert query.terms[-2:] == ("kantine", "reise") or query.terms[-1] == "kantinenreise"
    apart = taken_apart(Query.of("Was kostet das Autoportal?"), held)
    assert apart.terms == ("auto", "portal")
    assert taken_apart(Query.of("Was ist ein Schulzeugnis?"), held).terms == ("schulzeugnis",)
    english = Query.of("What is a leaveportal?")
    assert taken_apart(english, held) is english


def test_the_words_of_a_closed_space_give_nothing_away(home: SmallHome) -> None:
    outside = home.ask("Wie hoch ist die Abfindung?", gate=CLOSED)
    assert "„Abfindung“ steht in keinem davon" in outside.text
    assert "Abfindung" not in home.ask("Wie hoch ist die Abfindung?", "general", "vorstand", gate=CLOSED).text
    assert not home.index.vocabulary("general").has("abfindung", GERMAN)


def test_new_documents_words_are_known_at_once(tmp_path: Path) -> None:
    small = SmallHome(tmp_path)
    small.add("a.md", "# A\n\nDie Kantine ist offen.")
    assert not small.index.vocabulary("general").has("parkplatz", GERMAN)
    small.add("b.md", "# B\n\nParkplätze gibt es hinter Halle 2.")
    assert small.index.vocabulary("general").has("parkplatz", GERMAN)
    assert "Halle 2" in small.ask("Wo ist ein Parkplatz?").text
    small.close()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Wer ist die Königin von Dänemark?", "Ich habe in den 6 Dokumenten in general gesucht"),
        ("Qui est la reine du Danemark ?", "J'ai cherché dans les 6 documents de general"),
        ("¿Quién es la reina de Dinamarca?", "He buscado en los 6 documentos de general"),
        ("Chi è la regina della Danimarca?", "I searched the 6 documents in general"),
        ("Who is the queen of Denmark?", "I searched the 6 documents in general"),
        ("Vielen Dank!", "Gern geschehen."),
        ("Bonjour !", "Bonjour !"),
        ("¡Hola!", "¡Hola!"),
        ("Ich will nicht mehr leben", "112"),
    ],
)
def test_refusals_are_in_the_language_of_the_question(home: SmallHome, question: str, said: str) -> None:
    answer = home.ask(question, gate=CLOSED)
    assert answer.refused
    assert said in answer.text


def test_words_that_stand_nowhere_are_shown_as_they_were_written(home: SmallHome) -> None:
    assert "„Prämie“ steht in keinem" in home.ask("Gibt es für Urlaub eine Prämie?", gate=CLOSED).text


def _after(home: SmallHome, first: str, *follow_ups: str) -> list[Answer]:
    history: tuple[Turn, ...] = ()
    answers = []
    for text in (first, *follow_ups):
        answers.append(home.ask(text, history=history))
        history = (*history, Turn(text, answers[-1].text))
    return answers


def test_a_follow_up_leans_on_the_question_before(home: SmallHome) -> None:
    *_, last = _after(home, "Was kostet ein Mittagessen?", "und der Kilometer mit dem Auto?")
    assert last.trace.standalone == "Was kostet ein Mittagessen – der Kilometer mit dem Auto?"
    assert "0,30" in last.text
    *_, alone = _after(home, "Was kostet ein Mittagessen?", "Wie viele Tage Urlaub haben Beschäftigte?")
    assert alone.trace.standalone == "Wie viele Tage Urlaub haben Beschäftigte?"
    *_, french = _after(home, "Comment demander un congé ?", "et combien de temps avant ?")
    assert french.trace.standalone == "Comment demander un congé – combien de temps avant ?"


def test_thanks_and_greetings_are_no_questions_in_any_language(home: SmallHome) -> None:
    for text, reason in (
        ("grazie mille", RefusalReason.THANKS),
        ("tack så mycket", RefusalReason.THANKS),
        ("Guten Abend", RefusalReason.GREETING),
        ("buenos días", RefusalReason.GREETING),
    ):
        refusal = home.ask(text).refusal
        assert refusal is not None
        assert refusal.reason is reason
