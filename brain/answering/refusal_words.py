"""What is said where nothing is answered, in the languages that citewise speaks; in English for others."""

from collections.abc import Mapping
from dataclasses import dataclass

from brain.domain import RefusalReason
from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.language import Language
from brain.languages.spanish import SPANISH


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """The sentences of one language.

    `said` by reason: `{where}` is `searched` ("the 36 documents in general"), `{spaces}` the spaces' names;
    anything else is `not_found`, followed by a way on. `stand` takes the words that stand in no document.
    """

    searched: tuple[str, str]
    """Of one document, and of several: `{documents}` and `{spaces}`."""
    thousands: str
    and_: str
    no_space: str
    said: Mapping[RefusalReason, str]
    not_found: str
    stand: tuple[str, str]
    quoted: str
    long: str
    other_language: str
    in_danger: str
    of_date: str
    """What there is of a date, none of which answers; and where only what was decided then would."""
    undecided: str

    def listed(self, names: tuple[str, ...]) -> str:
        """`general, hr and it`."""
        if len(names) < 2:
            return names[0] if names else self.no_space
        return f"{', '.join(names[:-1])} {self.and_} {names[-1]}"

    def where(self, documents: int, spaces: tuple[str, ...]) -> str:
        """What was searched."""
        number = f"{documents:,}".replace(",", self.thousands)
        return self.searched[documents != 1].format(documents=number, spaces=self.listed(spaces))


_ENGLISH = RefusalWords(
    searched=("the one document in {spaces}", "the {documents} documents in {spaces}"),
    thousands=",",
    and_="and",
    no_space="no space",
    said={
        RefusalReason.NOT_A_QUESTION: (
            "I could not read a question in that. Ask in a sentence what you would like to know."
        ),
        RefusalReason.GREETING: (
            "Hello! Ask me in your own words: I look for the answer in {where}, and name its source."
        ),
        RefusalReason.THANKS: "You're welcome. Go on asking whenever you like.",
        RefusalReason.ABOUT_CITEWISE: (
            "I am citewise, a program: I look for answers in {where}, tell them with the source of "
            "each sentence, and say so where I find none. Ask me in your own words; `help` shows more."
        ),
        RefusalReason.ABOUT_KEEPING: (
            "I keep questions and answers, with who asked, on the computer that I run on. Whoever runs "
            "me can read them; what is said in a channel, all there see. An admin can tell you more."
        ),
        RefusalReason.ABOUT_ANSWER: (
            "I tell what documents say, and can neither vouch for it nor put it in other words. Under "
            "my last answer stand its sources and how old they are: look there. If it missed your "
            "point, ask again in other words."
        ),
        RefusalReason.NOTHING_INDEXED: "There is nothing to answer from in {spaces} yet.",
        RefusalReason.DOCUMENTS_WANTED: (
            "Of {where} I name those that come nearest. Ask what you would like to know from them."
        ),
        RefusalReason.UNSUPPORTED: "I searched {where} and found nothing that I could back with a quote.",
    },
    not_found="I searched {where} and found no answer to this.",
    stand=("{words} stands in none of them.", "{words} stand in none of them."),
    quoted="“{word}”",
    long="That was long: ask again in a sentence or two, with what matters alone.",
    of_date="Of {date} there is {titles}, in which I found no answer to this.",
    undecided="Of {date} there is {titles}, in which I found nothing that was decided.",
    other_language=("The documents hold none of these words: perhaps they are written in another language."),
    in_danger=(
        "If you are thinking of harming yourself, please don't stay alone with it: call the emergency "
        "number where you are (112, 911), or somebody you trust."
    ),
)
_GERMAN = RefusalWords(
    searched=("dem einen Dokument in {spaces}", "den {documents} Dokumenten in {spaces}"),
    thousands=".",
    and_="und",
    no_space="keinem Bereich",
    said={
        RefusalReason.NOT_A_QUESTION: (
            "Darin konnte ich keine Frage erkennen. Fragen Sie in einem Satz, was Sie wissen möchten."
        ),
        RefusalReason.GREETING: (
            "Hallo! Fragen Sie in eigenen Worten: Ich suche die Antwort in {where} und nenne die Quelle."
        ),
        RefusalReason.THANKS: "Gern geschehen. Fragen Sie jederzeit weiter.",
        RefusalReason.NOTHING_INDEXED: "In {spaces} gibt es noch nichts, woraus ich antworten könnte.",
        RefusalReason.UNSUPPORTED: (
            "Ich habe in {where} gesucht und nichts gefunden, was sich mit einem Zitat belegen lässt."
        ),
    },
    not_found="Ich habe in {where} gesucht und keine Antwort darauf gefunden.",
    stand=("{words} steht in keinem davon.", "{words} stehen in keinem davon."),
    quoted="„{word}“",
    long="Das war lang: Fragen Sie noch einmal in ein, zwei Sätzen, nur mit dem, worauf es ankommt.",
    of_date="Zu {date} gibt es {titles}; eine Antwort darauf fand ich darin nicht.",
    undecided="Zu {date} gibt es {titles}; dass etwas beschlossen wurde, fand ich darin nicht.",
    other_language=(
        "Keines dieser Wörter steht in den Dokumenten: Vielleicht sind sie in einer anderen Sprache verfasst."
    ),
    in_danger=(
        "Wenn Sie daran denken, sich etwas anzutun, bleiben Sie bitte nicht allein damit: Rufen Sie den "
        "Notruf (112) oder die Telefonseelsorge (0800 1110111), oder jemanden, dem Sie vertrauen."
    ),
)
_FRENCH = RefusalWords(
    searched=("le seul document de {spaces}", "les {documents} documents de {spaces}"),
    thousands="\u202f",
    and_="et",
    no_space="aucun espace",
    said={
        RefusalReason.NOT_A_QUESTION: (
            "Je n'y ai pas reconnu de question. Demandez en une phrase ce que vous aimeriez savoir."
        ),
        RefusalReason.GREETING: (
            "Bonjour ! Posez votre question avec vos mots : je cherche la réponse dans {where} et j'en cite "
            "la source."
        ),
        RefusalReason.THANKS: "Je vous en prie. N'hésitez pas à poser d'autres questions.",
        RefusalReason.NOTHING_INDEXED: "Il n'y a encore rien dans {spaces} d'où je puisse tirer une réponse.",
        RefusalReason.UNSUPPORTED: (
            "J'ai cherché dans {where} et n'ai rien trouvé que je puisse appuyer par une citation."
        ),
    },
    not_found="J'ai cherché dans {where} et n'y ai pas trouvé de réponse.",
    stand=("{words} ne figure dans aucun d'eux.", "{words} ne figurent dans aucun d'eux."),
    quoted="«\u202f{word}\u202f»",
    long="C'était long : reposez la question en une ou deux phrases, avec l'essentiel seulement.",
    of_date="Sur {date}, il y a {titles}, où je n'ai pas trouvé de réponse.",
    undecided="Sur {date}, il y a {titles}, où je n'ai trouvé aucune décision.",
    other_language=(
        "Les documents ne contiennent aucun de ces mots : ils sont peut-être écrits dans une autre langue."
    ),
    in_danger=(
        "Si vous pensez à vous faire du mal, ne restez pas seul avec cela : appelez les urgences (112), le "
        "3114 en France, ou quelqu'un en qui vous avez confiance."
    ),
)
_SPANISH = RefusalWords(
    searched=("el único documento de {spaces}", "los {documents} documentos de {spaces}"),
    thousands=".",
    and_="y",
    no_space="ningún espacio",
    said={
        RefusalReason.NOT_A_QUESTION: (
            "No he reconocido ninguna pregunta. Pregunta en una frase lo que quieras saber."
        ),
        RefusalReason.GREETING: (
            "¡Hola! Pregunta con tus palabras: busco la respuesta en {where} y digo de dónde sale."
        ),
        RefusalReason.THANKS: "De nada. Sigue preguntando cuando quieras.",
        RefusalReason.NOTHING_INDEXED: "En {spaces} todavía no hay nada con lo que responder.",
        RefusalReason.UNSUPPORTED: (
            "He buscado en {where} y no he encontrado nada que pueda respaldar con una cita."
        ),
    },
    not_found="He buscado en {where} y no he encontrado ninguna respuesta.",
    stand=("{words} no aparece en ninguno de ellos.", "{words} no aparecen en ninguno de ellos."),
    quoted="«{word}»",
    long="Era larga: pregunta otra vez en una o dos frases, solo con lo que importa.",
    of_date="De {date} hay {titles}, donde no he encontrado ninguna respuesta.",
    undecided="De {date} hay {titles}, donde no he encontrado ninguna decisión.",
    other_language=(
        "Los documentos no contienen ninguna de estas palabras: quizá están escritos en otro idioma."
    ),
    in_danger=(
        "Si estás pensando en hacerte daño, no te quedes a solas con ello: llama a emergencias (112), al "
        "024 en España, o a alguien de confianza."
    ),
)
_WORDS = {ENGLISH: _ENGLISH, GERMAN: _GERMAN, FRENCH: _FRENCH, SPANISH: _SPANISH}


def words_in(language: Language, reason: RefusalReason | None = None) -> RefusalWords:
    """The sentences of the language, or the English ones where it has none, or none for the reason."""
    found = _WORDS.get(language, _ENGLISH)
    wanted = reason is None or reason in found.said or reason not in _ENGLISH.said
    return found if wanted else _ENGLISH
