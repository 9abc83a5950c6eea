"""Questions: with what they may be answered, their answers part by part, and what is kept of these."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from bots.desk.answers import buttons_under
from bots.desk.audience import Audience
from bots.desk.caveats import with_caveats_in_trace
from bots.desk.domain import PRIVATE, SMALL_TALK, Asked, Draft, Final, Part, Working, named_after
from brain.domain import Answer, Question, Turn
from brain.errors import NothingIndexed, StorageFailed, UsageError

if TYPE_CHECKING:
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog

log = logging.getLogger("citewise.desk")
log.addHandler(logging.NullHandler())  # a terminal is told in words, so nothing is to be printed by default

TURNS_REMEMBERED = 6  # the latest of a thread
FOLLOWS = "(Quotes; a written answer follows.)"
STRONG = {"confidence": 0.75, "coverage": 0.6}
"""What the evidence must reach before a question is answered that was not put to the bot: it must be sure,
and a sentence must hold most of the question's own words."""

_SHARED_WITH_OTHERS = (
    "People from other organisations are in this channel, so I use no documents here that were not opened to "
    "it by name. Ask me in a direct message; or an admin writes `spaces allow SPACE here`."
)
_READERS_UNKNOWN = (
    "I can't find out who reads this channel, so I use no documents here that were not opened to it by name. "
    "Ask me in a direct message, and tell an admin: `status` shows them why."
)
_A_STRANGER = (
    "I answer people of the organisation that runs me, and can't find you among them. One of them can ask "
    "for you."
)


class Questions:
    """Puts what people ask to the brain, with the spaces that they may read."""

    def __init__(self, catalog: "Catalog", audience: Audience, brain: "Callable[[], Brain]") -> None:
        """`brain` is called with the first question: what needs none stays quick."""
        self._catalog = catalog
        self._audience = audience
        self._brain = brain

    async def answered(self, asked: Asked) -> AsyncGenerator[Part, None]:
        """Working, Drafts and one Final; nothing for an unasked question without strong evidence."""
        if asked.unasked and "?" not in asked.text:
            return
        if not asked.unasked:
            yield Working("Looking through your documents")
        question = await asyncio.to_thread(self.question, asked)
        answer: Answer | None = None
        brain = await asyncio.to_thread(self._brain)
        async for part in brain.astream(question):
            if part.answer is not None:
                answer = part.answer
            elif part.text and not asked.unasked and not part.at_once:
                yield Draft(f"{part.text}\n\n{FOLLOWS}" if part.provisional else part.text)
        if answer is None:
            raise RuntimeError("the brain ended its stream without an answer")
        if asked.event:
            answer = replace(answer, trace=replace(answer.trace, id=named_after(asked.event)))
        if asked.unasked and not _strong(answer):
            return
        more = not asked.unasked and await asyncio.to_thread(self._more_privately, asked, question)
        not_kept = await asyncio.to_thread(self._keep, answer, asked, question)
        buttons = buttons_under(answer.trace.id, refused=answer.refused, shareable=asked.shareable)
        bare = bool(not_kept) or (answer.refusal is not None and answer.refusal.reason in SMALL_TALK)
        yield Final(answer, () if bare else buttons, more, not_kept)

    def _keep(self, answer: Answer, asked: Asked, question: Question) -> str:
        """Remember an answer, or say why not: a full disk is no reason to leave a question unanswered."""
        answer = with_caveats_in_trace(answer)
        try:
            self._catalog.answers.keep(
                answer, asked.text, asked.asker, asked.thread, question.audience, asked.place
            )
        except StorageFailed as error:
            log.warning("An answer was given and could not be kept: %s", error.sentence)
            return error.sentence
        return ""

    def question(self, asked: Asked) -> Question:
        """What the brain is asked: with the spaces that may be read, and what was said before in the thread.

        Raises UsageError and NothingIndexed, both without loading anything.
        """
        if not asked.spaces and not self._audience.of(asked.principals):
            raise UsageError(self._why_nothing(asked))
        audience = self.readable(asked.principals, asked.spaces)
        history: tuple[Turn, ...] = ()
        if asked.thread:
            besides = named_after(asked.event) if asked.event else ""
            history = self._catalog.conversations.turns(asked.thread, TURNS_REMEMBERED, audience, besides)
        return Question(asked.text.strip(), asked.asker, audience, history)

    def _why_nothing(self, asked: Asked) -> str:
        """Why nothing at all may be read for a question."""
        if asked.thread.startswith(PRIVATE):
            return _A_STRANGER
        unsure = not asked.principals.isdisjoint(self._catalog.places.unsure())
        return _READERS_UNKNOWN if unsure else _SHARED_WITH_OTHERS

    def readable(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read, of which at least one holds documents; else NothingIndexed."""
        audience = self._audience.of(principals, spaces)
        if not self._catalog.holds_passages(audience):
            if not audience:  # named by whoever owns the home, who may know of them
                raise NothingIndexed("Nothing may be read there: `citewise spaces` shows who may read what.")
            where = f" in {', '.join(sorted(audience))}"
            followed = any(drive.watched and drive.space in audience for drive in self._catalog.drives())
            way_on = (
                "`citewise drives` shows how far the drives are that are followed."
                if followed
                else "add documents with `citewise ingest FOLDER`."
            )
            raise NothingIndexed(f"Nothing is indexed{where} yet: {way_on}")
        return audience

    def _more_privately(self, asked: Asked, question: Question) -> bool:
        """Whether the best evidence lies where the asker may read and those who see the answer may not."""
        own = self._audience.of(asked.own) if asked.own else frozenset[str]()
        hidden = own - question.audience
        if not hidden or asked.spaces or not self._catalog.holds_passages(hidden):
            return False
        better = self._brain().invoke(replace(question, audience=own, history=()))
        return not better.refused and better.citations[0].passage.source.space in hidden


def _strong(answer: Answer) -> bool:
    evidence = answer.trace.steps.get("evidence")
    signals = evidence if isinstance(evidence, dict) else {}
    return not answer.refused and all(signals.get(name, 0.0) >= least for name, least in STRONG.items())
