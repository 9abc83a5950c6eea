"""The answerer that any LangChain chat model can stand behind: it writes, and only what is backed is kept.

Where the model fails, or nothing of what it wrote is backed, the documents' own sentences answer: the
evidence was good enough to try, so a refusal would punish whoever asks for the model's fault. Where it says
that the passages don't answer, that is believed.
"""

import contextvars
import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import takewhile

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from brain.answering.citations import checked
from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.answering.writing.backing import backing
from brain.answering.writing.claims import Claim, claims, declines
from brain.answering.writing.entailment import Entails
from brain.answering.writing.facts import AnswererState, KnowsItself
from brain.answering.writing.failures import failure
from brain.answering.writing.prompt import opening, prompt
from brain.answering.writing.speed import Stopwatch
from brain.domain import Passage
from brain.embedding.token_counting import estimated_tokens
from brain.errors import ModelBusy, ModelUnavailable, PromptRefused
from brain.evidence import Evidence

log = logging.getLogger("citewise.answerer")
LONGEST_CHARACTERS = 4000
"""An answer that goes on after that has run away."""


def estimated(messages: Sequence[BaseMessage]) -> int:
    """Tokens of messages, rather too many: four more a message for what a chat template adds."""
    return sum(estimated_tokens(message.text) + 4 for message in messages)


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens of prompt and answer together, and of the answer; seconds until the model counts as failed.

    `silence_s` is for each piece of text, `total_s` for the whole answer. A model that failed is left alone
    for `rest_s`, so that not every question waits for it.
    """

    window: int = 2047
    answer: int = 320
    silence_s: float = 30.0
    total_s: float = 120.0
    rest_s: float = 30.0


@dataclass(slots=True)
class _Held:
    """What became of a draft's sentences so far."""

    passages: Sequence[Passage]
    entails: Entails | None = None
    unjudged: str = ""
    """Why nothing more is judged by `entails`, where it failed: the rules alone decide then."""
    kept: list[DraftSentence] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def take(self, said: Sequence[Claim]) -> bool:
        """Look at the claims that are new; whether one of them is backed."""
        before = len(self.kept)
        for claim in said[len(self.kept) + len(self.dropped) :]:
            found = backed(claim, self.passages)
            why = found if isinstance(found, str) else self._objection(found)
            if isinstance(found, str) or why:
                self.dropped.append((claim.text, why))
            else:
                self.kept.append(found)
        return len(self.kept) > before

    def conclude(self, text: str) -> None:
        """Look at the rest of the whole text; a line that opens a list of which nothing is left goes, too."""
        said = claims(text, complete=len(text) <= LONGEST_CHARACTERS)
        self.take(said)
        there = {sentence.text for sentence in self.kept}
        for at, claim in enumerate(said):
            if claim.text in there and claim.text.endswith(":") and not there & _opened(said[at + 1 :]):
                self.kept = [sentence for sentence in self.kept if sentence.text != claim.text]
                self.dropped.append((claim.text, "nothing that it opens is left"))

    @property
    def judged(self) -> str:
        """For the trace: what judged entailment, or why nothing did."""
        if self.entails is None:
            return ""
        if self.unjudged:
            return f", but entailment was not judged: {self.unjudged}"
        return f", entailment judged by {self.entails.name}"

    def _objection(self, found: DraftSentence) -> str:
        if self.entails is None or self.unjudged:
            return ""
        try:
            return self.entails.objection(found)
        except ModelUnavailable as error:
            self.unjudged = error.sentence
            log.warning("%s did not judge entailment: %s", self.entails.name, error.detail)
            return ""


def draft_of(written: str, passages: Sequence[Passage]) -> Draft:
    """What the passages, of which number n is the n-th, back of a model's whole text, and nothing else."""
    held = _Held(passages)
    held.conclude(written)
    return Draft(tuple(held.kept), declined=declines(written), discarded=tuple(held.dropped))


class WritingAnswerer:
    """Asks a chat model for an answer from numbered passages and keeps the sentences that they back."""

    def __init__(
        self,
        model: BaseChatModel,
        name: str,
        *,
        few_shot: bool = True,
        limits: Limits | None = None,
        count: Callable[[Sequence[BaseMessage]], int] = estimated,
        quotes_first: bool | None = None,
        entails: Entails | None = None,
    ) -> None:
        """`name` is for the log and the trace; `few_shot` gives examples, for models not trained to cite.

        What the passages back is also put to `entails`, where there is one.

        With `quotes_first` the documents' own sentences are the first draft, at once, and stay until the
        written answer is complete; by default where the model says that it is slow.
        """
        self._model = model
        self._name = name
        self._few_shot = few_shot
        self._limits = limits or Limits()
        self._count = count
        self._extractive = ExtractiveAnswerer()
        self._entails = entails
        self._rests_until = 0.0
        self._stopwatch = Stopwatch()
        if quotes_first is None:
            quotes_first = isinstance(model, KnowsItself) and model.facts().slow
        self._quotes_first = quotes_first

    def state(self) -> AnswererState:
        """How the model is, and how fast it wrote."""
        facts = self._model.facts() if isinstance(self._model, KnowsItself) else None
        rests = time.monotonic() < self._rests_until
        return AnswererState(self._name, facts, self._stopwatch.pace, rests, self._quotes_first)

    def measure(self) -> None:
        """Write the example's answer; raises ModelUnavailable."""
        with closing(self._pieces(opening(few_shot=True)[:2])) as pieces:
            for _ in self._stopwatch.timed(pieces):
                pass

    def write(self, evidence: Evidence) -> Draft:
        """The checked draft; the extractive one where the model gave none."""
        draft = Draft(())
        for draft in self.drafts(evidence):  # noqa: B007 the last one counts
            pass
        return draft

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        """The draft after each piece of the model's text, each sentence of it backed; the last one counts."""
        if time.monotonic() < self._rests_until:
            yield self._quoted(evidence, f"{self._name} failed a moment ago")
            return
        quotes = self._quotes(evidence) if self._quotes_first else None
        if quotes is not None:
            yield quotes
        room = self._limits.window - self._limits.answer
        try:
            try:
                yield from self._attempt(evidence, quotes, room)
            except PromptRefused:  # its tokenizer may count more than was estimated
                yield from self._attempt(evidence, quotes, room // 2)
        except ModelUnavailable as error:
            if not isinstance(error, (ModelBusy, PromptRefused)):  # then it is well, and may be asked at once
                self._rests_until = time.monotonic() + self._limits.rest_s
            log.warning(
                "%s did not answer, so the documents' own sentences did: %s %s",
                *(self._name, error.sentence, error.detail),
            )
            yield self._quoted(evidence, f"{self._name} failed: {error.sentence}")

    def _attempt(self, evidence: Evidence, quotes: Draft | None, room: int) -> Generator[Draft]:
        """The drafts of one answer to a prompt of up to `room` tokens."""
        asked = evidence.retrieved.query.text
        text = ""
        messages, passages = prompt(
            asked, evidence.passages, few_shot=self._few_shot, tokens=room, count=self._count
        )
        if not passages:
            yield self._quoted(evidence, "the question leaves no room for a passage")
            return
        held = _Held(passages, self._entails)
        with closing(self._pieces(messages)) as pieces:
            for piece in self._stopwatch.timed(pieces):
                text += piece
                held.take(claims(text, complete=False))
                yield quotes or Draft(tuple(held.kept))
                if len(text) > LONGEST_CHARACTERS:
                    break
        yield self._concluded(evidence, held, text)

    def _concluded(self, evidence: Evidence, held: _Held, text: str) -> Draft:
        held.conclude(text)
        draft = Draft(tuple(held.kept), discarded=tuple(held.dropped), note=f"by {self._name}{held.judged}")
        if checked(draft, evidence.passages).sentences:
            return draft
        if declines(text):
            # A refusal is no claim that could be dropped.
            note = f"{self._name} found no answer"
            return replace(draft, sentences=(), declined=True, discarded=(), note=note)
        quoted = self._quoted(evidence, f"nothing that {self._name} wrote is backed")
        return replace(quoted, discarded=draft.discarded)

    def _quotes(self, evidence: Evidence) -> Draft | None:
        """What is shown while a slow model writes; None where the documents' own sentences say nothing."""
        quoted = self._quoted(evidence, f"{self._name} is still writing")
        return replace(quoted, provisional=True) if quoted.sentences else None

    def _quoted(self, evidence: Evidence, why: str) -> Draft:
        return replace(self._extractive.write(evidence), note=f"extractive, as {why}")

    def _pieces(self, messages: list[BaseMessage]) -> Generator[str]:
        """The model's text as it comes; ModelUnavailable, whatever a provider raises or leaves undone."""
        arrived: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        left = threading.Event()
        context = contextvars.copy_context()  # traces of the model's run belong to the question's
        pump = threading.Thread(
            target=context.run, args=(_pump, self._model, messages, arrived, left), name="answer", daemon=True
        )
        pump.start()
        ends = time.monotonic() + self._limits.total_s
        try:
            while True:
                patience = min(self._limits.silence_s, ends - time.monotonic())
                try:
                    piece = arrived.get(timeout=max(patience, 0.0))
                except queue.Empty:
                    raise ModelUnavailable("The language model takes too long.") from None
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise failure(piece) from piece
                yield piece
        finally:
            left.set()


def backed(claim: Claim, passages: Sequence[Passage]) -> DraftSentence | str:
    """The claim with the place that says it, in one of the passages that it cites, or why there is none."""
    why = "it cites nothing"
    for number in claim.cited:
        if not 1 <= number <= len(passages):
            why = f"it cites [{number}], which was not given"
            continue
        passage = passages[number - 1]
        place = backing(claim.text, passage)
        if not isinstance(place, str):
            return DraftSentence(claim.text, passage, *place, claim.form, _cells(passage, *place))
        why = place
    return why


def _opened(following: Sequence[Claim]) -> set[str]:
    """What a line that ends with a colon opens: the list's items, or else the next sentence."""
    items = {claim.text for claim in takewhile(lambda claim: claim.form is not Form.PROSE, following)}
    return items or {claim.text for claim in following[:1]}


def _pump(
    model: BaseChatModel,
    messages: list[BaseMessage],
    arrived: "queue.SimpleQueue[str | Exception | None]",
    left: threading.Event,
) -> None:
    """Bring a model's text over to whoever waits for it, until they have left."""
    try:
        chunks: Iterator[BaseMessage] = model.stream(messages)
        for chunk in chunks:
            if left.is_set():
                break
            if chunk.text:
                arrived.put(str(chunk.text))
        if isinstance(chunks, Generator):
            chunks.close()
        arrived.put(None)
    except Exception as error:  # nobody can know what a provider raises: told by who waits for it
        arrived.put(error)


def _cells(passage: Passage, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The cells of a table's row, which are quoted one by one."""
    row = passage.text[start:end]
    if "\t" not in row or "\n" in row:
        return ()
    cells, at = [], start
    for cell in row.split("\t"):
        cells.append((at, at + len(cell)))
        at += len(cell) + 1
    return tuple(cells)
