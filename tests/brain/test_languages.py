"""Languages other than English: told apart, stemmed, and read for what they ask."""

import json
from pathlib import Path

import pytest

from brain.answering.extracting.question_kind import Wants, kind_of
from brain.answering.extracting.sought import sought
from brain.answering.extracting.typed import has_type
from brain.index.vocabulary import MOST_FORMS, Vocabulary
from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.spanish import SPANISH
from brain.languages.telling import LANGUAGES, language_of
from brain.text.folding import fold
from brain.text.names import names_in
from brain.text.reading import Reading, joined
from brain.text.terms import content_stems, content_words, porter, stem, stems

ROOT = Path(__file__).parents[2]


def _questions(path: Path) -> list[str]:
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "path",
    # Those about dates and stretches are asked in several languages.
    sorted((ROOT / "benchmarks" / "questions").glob("[chns][!t]*.jsonl")),
    ids=lambda path: path.stem,
)
def test_no_everyday_english_question_is_taken_for_another_language(path: Path) -> None:
    asked = _questions(path)
    assert len(asked) > 100
    assert [question for question in asked if language_of(question) is not ENGLISH] == []


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "benchmarks" / "languages").rglob("questions.jsonl")),
    ids=lambda path: "-".join(path.parts[-3:-1]),
)
def test_everyday_questions_in_other_languages_are_told(path: Path) -> None:
    assert {language_of(question).code for question in _questions(path)} == {path.parent.name}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Quantos dias de férias tenho por ano?", "pt"),
        ("Hur många semesterdagar har jag per år?", "sv"),
        ("Hvor mange feriedage har jeg om året?", "da"),
        ("Ile dni urlopu mam w roku?", "pl"),
        ("Is the café in the Müller Straße open?", "en"),
        ("What does “Was kostet die Welt” mean?", "en"),
        ("Resturlaub Frist?", "en"),
        ("", "en"),
        ("CW-4711", "en"),
        ("dog policy?", "en"),
        ("PO number", "en"),
        ("EU font licence", "en"),
        ("AI and the men from IT", "en"),
        ("die casting tag format", "en"),
        ("min order end date van door", "en"),
        ("Wann Resturlaub?", "de"),
        ("Was kostet Kranich L?", "de"),
        ("Prix livraison, combien ?", "fr"),
        ("¿Precio? ¿Cuánto?", "es"),
    ],
)
def test_languages_are_told_by_little_words(text: str, code: str) -> None:
    assert language_of(text).code == code


def test_each_language_stands_once_and_is_folded() -> None:
    assert len({language.code for language in LANGUAGES}) == len(LANGUAGES)
    for language in LANGUAGES:
        words = language.function_words | language.also_known_by
        assert words
        assert all(word == fold(word) for word in words)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (GERMAN, "Antrag Anträge Antraege Anträgen"),
        (GERMAN, "gezahlt zahlt zahlen"),
        (GERMAN, "erstattet erstatten"),
        (GERMAN, "beantragt beantragen beantrage"),
        (FRENCH, "congé congés"),
        (FRENCH, "remboursé remboursement rembourser"),
        (SPANISH, "vacación vacaciones"),
        (SPANISH, "solicita solicitar solicitan"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: object, forms: str) -> None:
    assert len(set(content_stems(forms, language))) == 1  # type: ignore[arg-type]


def test_many_words_are_stemmed_as_each_by_itself_would_be() -> None:
    found = "urlaubsantrag gezahlt kundigungen".split()
    assert stems(found, GERMAN) == [stem(word, GERMAN) for word in found]


def test_function_words_of_a_language_and_of_english_are_left_out() -> None:
    assert content_words("Wie viele Tage Urlaub habe ich?", GERMAN) == ["tage", "urlaub"]
    assert content_words("the policy und die Regel", GERMAN) == ["policy", "regel"]
    assert content_words("the policy und die Regel") == ["policy", "und", "die", "regel"]


def test_a_compound_holds_the_word_that_it_begins_or_ends_with() -> None:
    assert joined("urlaub", "urlaubsantrag")
    assert joined("antrag", "urlaubsantrag")
    assert not joined("santra", "urlaubsantrag")
    assert not joined("urlaub", "urlaubs")
    assert not joined("tag", "tagung")
    reading = Reading.of(GERMAN, ("urlaub",))
    assert reading.stems("Der Urlaubsantrag") == ["urlaubsantrag", "urlaub"]
    assert Reading.of(FRENCH, ("urlaub",)).stems("urlaubsantrag") == content_stems("urlaubsantrag", FRENCH)
    assert Reading().stems("Leave requests") == content_stems("Leave requests")


def test_a_vocabulary_knows_forms_and_compounds() -> None:
    held = Vocabulary([porter(word) for word in "antrage urlaubsantrag antragsteller vertrag monat".split()])
    assert held.forms("antrag", GERMAN)[0] == porter("antrage")
    assert set(held.forms("antrag", GERMAN)) == {porter("antrage"), "urlaubsantrag", porter("antragsteller")}
    assert held.has("anträge", GERMAN) or held.has(fold("Anträge"), GERMAN)
    assert not held.has("urlaub", GERMAN)
    assert held.forms("urlaub", FRENCH) == ()
    many = Vocabulary([f"urlaub{letter * 4}{n}" for letter in "abc" for n in range(40)])
    assert len(many.forms("urlaub", GERMAN)) == MOST_FORMS


KINDS = {
    Wants.NUMBER: (
        "Wie viele Tage Urlaub habe ich?",
        "Combien coûte la théière ?",
        "¿Cuánto cuesta el menú?",
    ),
    Wants.TIME: ("Wann wird das Gehalt überwiesen?", "Quand le salaire est-il versé ?", "¿A qué hora abre?"),
    Wants.PERSON: ("Wer genehmigt den Antrag?", "Qui sont les secouristes ?", "¿Quién reserva los hoteles?"),
    Wants.PLACE: ("Wo ist der Sammelplatz?", "Où est le point de rassemblement ?", "¿Dónde está la báscula?"),
    Wants.REASON: ("Warum ist das so?", "Pourquoi est-ce fermé ?", "¿Por qué vibra el ventilador?"),
    Wants.YES_NO: ("Darf ich im Zug arbeiten?", "Puis-je prendre un taxi ?", "¿Se puede venir con perro?"),
    Wants.STEPS: ("Wie beantrage ich Urlaub?", "Comment demander un congé ?", "¿Cómo presento los gastos?"),
}


@pytest.mark.parametrize(("kind", "question"), [(k, q) for k, asked in KINDS.items() for q in asked])
def test_what_is_asked_for_is_read_in_each_language(kind: Wants, question: str) -> None:
    assert kind_of(question).wants is kind
    assert kind_of(question.lower()).wants is kind


@pytest.mark.parametrize(
    ("question", "fit", "unfit"),
    [
        ("Wann ist Kernzeit?", "Von 10 bis 15 Uhr.", "Alle sind erreichbar."),
        ("Wann wird abgerechnet?", "Bis zum 24. Dezember.", "Nach Absprache mit der Leitung."),
        ("Was kostet das Rad?", "Kranich\t1.234,56 €", "Das Rad wird geliefert."),
        ("Wie viele Urlaubstage habe ich?", "Das sind 28 Tage.", "Es sind 12 Kollegen."),
        ("Quand ouvre la boutique ?", "De 9 h 30 à 12 h.", "Tout le monde est là."),
        ("Combien coûte la livraison ?", "La livraison est offerte.", "La livraison est rapide."),
        ("¿Cuándo se paga la nómina?", "El día 25 de cada mes.", "La paga la empresa."),
    ],
)
def test_dates_times_and_money_are_seen_as_they_are_written_there(
    question: str, fit: str, unfit: str
) -> None:
    asked = sought(question)
    reading = Reading.of(language_of(question), tuple(asked.counted))
    assert asked.in_sentence(fit, frozenset(reading.stems(fit)), "")
    assert not asked.in_sentence(unfit, frozenset(reading.stems(unfit)), "")


def test_of_a_language_without_rules_nothing_is_asked_too_much() -> None:
    kind = kind_of("Quanti giorni di ferie ho all'anno?")
    assert kind.wants is Wants.FACT
    assert has_type(kind, "senza numeri")


def test_german_nouns_are_no_names() -> None:
    asked = "Welche Frist gilt für den Urlaub bei S3 und der IHK?"
    assert names_in(asked, GERMAN) == (("s3",), ("ihk",))
    assert names_in("Was macht der Kranich 4?", GERMAN) == (("kranich", "4"),)
