import pytest

from brain.answering.extracting.selection import ScoredSentence, stems_of
from brain.answering.extracting.yes_no import verdict
from brain.domain import Locator, Passage, Source
from brain.retrieval.query import Query


def scored(text: str, question: str = "") -> ScoredSentence:
    passage = Passage(1, text, Source("a.md", "A", "general", "", Locator()))
    stems = stems_of(text, Query.of(question).reading)
    return ScoredSentence(passage, 0, 0, 0, len(text), text, stems, 1.0)


def said(question: str, text: str) -> str:
    return verdict(question, [scored(text, question)])


ELSEWHERE = [
    ("Darf ich im Lager rauchen?", "Rauchen ist im Lager verboten.", "Nein"),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro erlaubt.", "Ja"),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro nicht erlaubt.", "Nein"),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro nur freitags erlaubt.", ""),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro erlaubt, wenn sie angeleint sind.", ""),
    ("Verfällt mein Urlaub am Jahresende?", "Nicht genommener Urlaub verfällt am Jahresende.", ""),
    ("Sind Hunde nicht erlaubt im Büro?", "Hunde sind im Büro nicht erlaubt.", ""),
    ("Kann ich Urlaub nehmen?", "In der Probezeit kann man keinen Urlaub nehmen.", ""),
    ("Ist das Parken kostenlos?", "Das Mittagessen für Gäste ist nicht kostenlos.", ""),
    ("Les chiens sont-ils admis au bureau, peut-on ?", "Les chiens ne sont pas admis au bureau.", "Non"),
    ("Est-ce que le parking est gratuit ?", "Le parking est gratuit.", "Oui"),
    ("Est-ce que le parking est gratuit ?", "Le parking n'est gratuit que le samedi.", ""),
    ("Est-ce que le parking est gratuit ?", "Le parking est gratuit sauf en août.", ""),
    ("¿Se admiten perros en la piscina?", "No se admiten perros en la piscina.", "No"),
    ("¿Es gratis el aparcamiento?", "El aparcamiento es gratis.", "Sí"),
    ("¿Es gratis el aparcamiento?", "El aparcamiento es gratis si duerme en el hotel.", ""),
    ("¿Se pierden los días de vacaciones?", "Los días de vacaciones no disfrutados se pierden.", ""),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro erlaubt, Katzen nicht.", ""),
    ("Sind Hunde im Büro erlaubt?", "Hunde sind im Büro erlaubt und stören nicht.", ""),
    ("Sind Hunde im Büro erlaubt?", "Hunde und Katzen sind im Büro nicht erlaubt.", "Nein"),
    ("Sind Hunde im Büro erlaubt?", "Ja, Hunde sind im Büro erlaubt.", ""),
    ("Dürfen Gäste im Lager parken?", "Gäste, die nicht angemeldet sind, dürfen im Lager parken.", ""),
    ("Darf ich im Lager rauchen?", "Rauchen ist im Lager nicht verboten.", ""),
    ("Le parking est-il gratuit ?", "Le parking est gratuit et n'est jamais fermé.", ""),
    ("Y a-t-il un parking gratuit ?", "Il n'y a pas de parking gratuit.", "Non"),
    ("¿Se admiten perros en la piscina?", "Se admiten perros en la piscina, los gatos no.", ""),
    ("¿Se admiten perros en la piscina?", "Se admiten perros en la piscina y no hay horario.", ""),
    ("Il parcheggio è gratuito?", "Il parcheggio è gratuito.", ""),
]


@pytest.mark.parametrize(("question", "text", "expected"), ELSEWHERE)
def test_other_languages_say_yes_and_no_in_their_own_words(question: str, text: str, expected: str) -> None:
    assert said(question, text) == expected


CASES = [
    ("Is parking free?", "Parking is free for all staff.", "Yes"),
    ("Do contractors get paid leave?", "Contractors do not get paid leave.", "No"),
    ("Is smoking not allowed indoors?", "Smoking is not allowed indoors.", ""),
    ("Can I work from abroad?", "During probation, working from abroad is not possible.", ""),
    (
        "Can I work from abroad during probation?",
        "During probation, working from abroad is not possible.",
        "No",
    ),
    ("Is smoking not allowed indoors?", "Smoking is allowed indoors.", ""),
    # hedged, conditional, or about something else: left open
    ("Is parking free?", "Parking might be free.", ""),
    ("Do full-time employees get 30 days of leave?", "Full-time employees get 25 days of leave.", ""),
    ("Is parking free?", "Parking is free unless an event is on.", ""),
    ("Is parking free?", "Parking is free if you have a badge.", ""),
    ("Is parking free?", "Parking is usually free.", ""),
    ("Is the office open on Sundays?", "The office is open on Sundays only in December.", ""),
    ("Is parking free on Sundays?", "Parking is paid by the company.", ""),
    ("Do I get 30 days of leave?", "Employees get 25 days of leave.", ""),
    ("Is smoking allowed?", "Smoking is prohibited.", ""),
    ("Is parking free?", "Yes, parking is free.", ""),
    ("Is parking free?", "No: parking is not free.", ""),
    ("Is it?", "Parking is free.", ""),
    # few words, and the sentence is about something else
    (
        "Is there a discount for schools?",
        "The school price can't be combined with the quantity discount.",
        "",
    ),
    ("Does the company pay it?", "The company pays what the trip would have cost without them.", ""),
    ("Do I have to report that?", "You are responsible for reporting any errors to GSA.", ""),
    ("Are dogs allowed in the office?", "Dogs are allowed in the office, cats are not.", ""),
    ("Are dogs allowed in the office?", "Dogs, cats and birds are not allowed in the office.", "No"),
    ("May I smoke in the yard?", "Smoking in the yard is not prohibited.", ""),
]


@pytest.mark.parametrize(("question", "sentence", "expected"), CASES)
def test_yes_or_no_is_said_only_where_a_sentence_says_it(question, sentence, expected):
    assert said(question, sentence) == expected


NEVER = [
    ("Are dogs allowed in the office?", "No dogs are allowed in the office.", "Yes"),
    ("Isn't lunch free?", "Lunch is not free.", "Yes"),
    ("Is parking free on Sundays for contractors?", "Parking is free on Sundays for employees.", "Yes"),
]


@pytest.mark.parametrize(("question", "sentence", "wrong"), NEVER)
def test_the_wrong_word_is_never_said(question, sentence, wrong):
    assert said(question, sentence) != wrong


def test_sentences_that_contradict_one_another_leave_it_open():
    free, paid = scored("Parking is free for staff."), scored("Parking is not free for staff.")
    assert verdict("Is parking free for staff?", [free]) == "Yes"
    assert verdict("Is parking free for staff?", [paid]) == "No"
    assert verdict("Is parking free for staff?", [free, paid]) == ""
    assert verdict("Is parking free for staff?", []) == ""
