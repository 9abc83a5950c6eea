"""An honest refusal: what was searched, what came nearest, and a way on."""

import re

from brain.domain import Passage, Refusal, RefusalReason, Source
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.spelling import unknown_words

NEAREST = 3
LONG = 20  # content words; of so many a passage seldom holds enough
NAMED = 3  # words that stand nowhere
_IN_DANGER = re.compile(
    r"\b(?:suicid\w*|(?:kill|hurt|harm)(?:ing)? myself|end(?:ing)? (?:my (?:own )?life|it all)|self[- ]harm"
    r"|want to die|don['’]t want to (?:live|be alive))\b",
    re.IGNORECASE,
)


def refusal(reason: RefusalReason, retrieved: Retrieved, spaces: tuple[str, ...], documents: int) -> Refusal:
    """The refusal with the nearest documents, each once."""
    return Refusal(reason, spaces, documents, _nearest(retrieved.passages))


def way_on(question: str, retrieved: Retrieved) -> str:
    """A sentence on what to try where nothing was found; empty where there is none better than another."""
    if _IN_DANGER.search(question):
        return (
            "If you are thinking of harming yourself, please don't stay alone with it: call the emergency "
            "number where you are (112, 911), or somebody you trust."
        )
    terms, unknown = retrieved.query.terms, unknown_words(retrieved.query, retrieved.rarity)
    if len(terms) >= LONG:
        return "That was long: ask again in a sentence or two, with what matters alone."
    if len(unknown) == len(terms) and (len(terms) > 1 or not question.isascii()):
        return "The documents hold none of these words: perhaps they are written in another language."
    named = [f"“{word}”" for word in unknown if len(word) > 2]
    if not named or len(named) > NAMED:
        return ""
    return f"{_listed(tuple(named))} {'stands' if len(named) == 1 else 'stand'} in none of them."


def in_words(refused: Refusal, way_on: str = "") -> str:
    """What the person reads; the nearest documents are shown beneath by whoever shows it."""
    searched = (
        "1 document" if refused.documents_searched == 1 else f"{refused.documents_searched:,} documents"
    )
    where = f"the {searched} in {_listed(refused.spaces)}"
    match refused.reason:
        case RefusalReason.NOT_A_QUESTION:
            return "I could not read a question in that. Ask in a sentence what you would like to know."
        case RefusalReason.GREETING:
            return f"Hello! Ask me in your own words: I look for the answer in {where}, and name its source."
        case RefusalReason.THANKS:
            return "You're welcome. Go on asking whenever you like."
        case RefusalReason.ABOUT_CITEWISE:
            return (
                f"I am citewise, a program: I look for answers in {where}, tell them with the source of "
                "each sentence, and say so where I find none. Ask me in your own words; `help` shows more."
            )
        case RefusalReason.ABOUT_KEEPING:
            return (
                "I keep questions and answers, with who asked, on the computer that I run on. Whoever runs "
                "me can read them; what is said in a channel, all there see. An admin can tell you more."
            )
        case RefusalReason.ABOUT_ANSWER:
            return (
                "I tell what documents say, and can neither vouch for it nor put it in other words. Under "
                "my last answer stand its sources and how old they are: look there. If it missed your "
                "point, ask again in other words."
            )
        case RefusalReason.NOTHING_INDEXED:
            return f"There is nothing to answer from in {_listed(refused.spaces)} yet."
        case RefusalReason.UNSUPPORTED:
            return f"I searched {where} and found nothing that I could back with a quote."
        case _:
            return f"I searched {where} and found no answer to this. {way_on}".rstrip()


def _nearest(passages: tuple[Passage, ...]) -> tuple[Source, ...]:
    found: dict[tuple[str, str], Source] = {}
    for passage in passages:
        found.setdefault((passage.source.space, passage.source.document), passage.source)
        if len(found) == NEAREST:
            break
    return tuple(found.values())


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return names[0] if names else "no space"
    return f"{', '.join(names[:-1])} and {names[-1]}"
