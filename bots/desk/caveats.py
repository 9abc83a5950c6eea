"""What citewise says beneath an answer or a refusal, before its sources, in the language of the question."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bots.desk.wording import shortened
from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.spanish import SPANISH
from brain.languages.telling import language_of

if TYPE_CHECKING:
    from brain.domain import Answer

UNSURE = "I'm not sure that this answers your question: it is the nearest that I found."
_LONGEST = 120  # characters of a question


@dataclass(frozen=True, slots=True)
class _Caveats:
    """One language's sentences; `left` of one question and of several.

    `disagree` of two sources, where nobody can tell which is the newer one, and where the first is; `further`
    of one more document that says otherwise again, and of several.
    """

    read_as: str
    unanswered: str
    left: tuple[str, str]
    partial: str
    disagree: tuple[str, str]
    further: tuple[str, str]
    unsure: str
    nearest: str


_ENGLISH = _Caveats(
    read_as="I read that as “{question}”.",
    unanswered="I found no answer to “{question}”.",
    left=(
        "I did not look at 1 more question: ask again, a few at a time.",
        "I did not look at {left:,} more questions: ask again, a few at a time.",
    ),
    partial="There may be more: I tell what I found nearest, not all that there is.",
    disagree=(
        "The documents don't agree: [{first}] and [{other}] can't both be right. Ask which one holds.",
        "The documents don't agree: [{first}] is newer than [{other}]. Make sure that it holds.",
    ),
    further=(
        "1 more document says something else again.",
        "{further:,} more documents say something else again.",
    ),
    unsure=UNSURE,
    nearest="Nearest to it are:",
)
_SENTENCES = {
    ENGLISH: _ENGLISH,
    GERMAN: _Caveats(
        read_as="Ich habe das als „{question}“ gelesen.",
        unanswered="Keine Antwort gefunden auf „{question}“.",
        left=(
            "Eine weitere Frage habe ich nicht angesehen: Fragen Sie noch einmal, wenige auf einmal.",
            "{left} weitere Fragen habe ich nicht angesehen: Fragen Sie noch einmal, wenige auf einmal.",
        ),
        partial="Es kann mehr geben: Ich nenne, was am nächsten kommt, nicht alles, was es gibt.",
        disagree=(
            "Die Dokumente widersprechen sich: [{first}] und [{other}] können nicht beide stimmen. "
            "Fragen Sie nach, was gilt.",
            "Die Dokumente widersprechen sich: [{first}] ist neuer als [{other}]. "
            "Vergewissern Sie sich, dass es gilt.",
        ),
        further=(
            "1 weiteres Dokument sagt noch etwas anderes.",
            "{further} weitere Dokumente sagen noch etwas anderes.",
        ),
        unsure="Ich bin nicht sicher, ob das Ihre Frage beantwortet: Etwas Näheres habe ich nicht gefunden.",
        nearest="Am nächsten kommen dem:",
    ),
    FRENCH: _Caveats(
        read_as="J'ai lu « {question} ».",
        unanswered="Je n'ai pas trouvé de réponse à « {question} ».",
        left=(
            "Je n'ai pas regardé une autre question : reposez-la, peu à la fois.",
            "Je n'ai pas regardé {left} autres questions : reposez-les, peu à la fois.",
        ),
        partial="Il peut y en avoir d'autres : je dis ce qui s'en approche le plus, pas tout.",
        disagree=(
            "Les documents se contredisent : [{first}] et [{other}] ne peuvent pas être justes tous deux. "
            "Demandez ce qui vaut.",
            "Les documents se contredisent : [{first}] est plus récent que [{other}]. Vérifiez qu'il vaut.",
        ),
        further=(
            "1 autre document dit encore autre chose.",
            "{further} autres documents disent encore autre chose.",
        ),
        unsure="Je ne suis pas sûr que cela réponde à votre question : je n'ai rien trouvé de plus proche.",
        nearest="Ce qui s'en approche le plus :",
    ),
    SPANISH: _Caveats(
        read_as="He leído «{question}».",
        unanswered="No he encontrado respuesta a «{question}».",
        left=(
            "No he mirado otra pregunta más: vuelve a hacerla, pocas a la vez.",
            "No he mirado otras {left} preguntas: vuelve a hacerlas, pocas a la vez.",
        ),
        partial="Puede haber más: digo lo más cercano que he encontrado, no todo lo que hay.",
        disagree=(
            "Los documentos no coinciden: [{first}] y [{other}] no pueden ser correctos los dos. "
            "Pregunta cuál vale.",
            "Los documentos no coinciden: [{first}] es más reciente que [{other}]. Comprueba que vale.",
        ),
        further=(
            "1 documento más dice otra cosa distinta.",
            "{further} documentos más dicen otra cosa distinta.",
        ),
        unsure="No estoy seguro de que esto responda a tu pregunta: es lo más cercano que he encontrado.",
        nearest="Lo más cercano es:",
    ),
}


def caveats(answer: "Answer") -> list[str]:
    """The sentences that an answer needs; English where the question's language has none."""
    words = _words_for(answer)
    said = [words.read_as.format(question=shortened(answer.read_as, _LONGEST))] if answer.read_as else []
    said += [words.unanswered.format(question=shortened(one, _LONGEST)) for one in answer.unanswered]
    if answer.left:
        said.append(words.left[answer.left > 1].format(left=answer.left))
    if answer.partial:
        said.append(words.partial)
    said += [
        words.disagree[one.dated].format(first=one.first, other=one.other) for one in answer.disagreements
    ]
    said += [*_further(answer), *answer.notes]
    return said if answer.sure else [*said, words.unsure]


def _further(answer: "Answer") -> list[str]:
    """How many documents more say otherwise than both sides that are told."""
    further = len({one.document for one in answer.untold})
    return [_words_for(answer).further[further > 1].format(further=further)] if further else []


def nearest(answer: "Answer") -> str:
    """What goes before the list of those documents that came nearest to what was refused."""
    return _words_for(answer).nearest


def with_caveats_in_trace(answer: "Answer") -> "Answer":
    """The answer, whose trace tells them, too, for when it is shown once more.

    `notes` stand apart: they may tell of documents that the answer was not made from.
    """
    if answer.refused:
        return answer
    notes, bare = [*_further(answer), *answer.notes], replace(answer, notes=(), untold=())
    said = {"notes": notes, "caveats": caveats(bare)}
    kept = {name: sentences for name, sentences in said.items() if sentences}
    return replace(answer, trace=replace(answer.trace, steps={**answer.trace.steps, **kept}))


def _words_for(answer: "Answer") -> _Caveats:
    return _SENTENCES.get(language_of(answer.trace.question), _ENGLISH)
