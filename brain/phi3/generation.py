"""Answers written token by token for several questions at once, on one thread that owns the model.

Requests join and leave between steps (continuous batching). Alone, a request may be sped up by guesses from
its own prompt. Always the most likely token is taken, so an answer doesn't depend on who else is served,
apart from rounding.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import torch

from brain.errors import CitewiseError, ModelUnavailable
from brain.phi3.decoding import Decoder, Step
from brain.phi3.full_memory import let_go
from brain.phi3.lookup import Guesser

Hear = Callable[[int | CitewiseError | None], object]
GUESSED_AT_ONCE = 11  # with the token before them 12 rows: under the 16 that cost as much as one


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt in tokens; `longest` answer in tokens; the tokens that end it; whether guesses may be used."""

    prompt: Sequence[int]
    longest: int
    ends: frozenset[int]
    lookup: bool = True


class Stream:
    """The tokens of one answer as they come; `cancel` stops the writing, whoever is waiting."""

    def __init__(self, request: Request, hear: "Hear | None" = None) -> None:
        """With `hear`, what comes goes there, from the generator's thread, and iterating gives nothing."""
        self.request = request
        self.cancelled = threading.Event()
        self._tokens: queue.SimpleQueue[int | CitewiseError | None] = queue.SimpleQueue()
        self.put: Hear = hear or self._tokens.put
        """For the generator: a token, the failure, or the end."""

    def __iter__(self) -> Iterator[int]:
        while (token := self._tokens.get()) is not None:
            if isinstance(token, CitewiseError):
                raise token
            yield token

    def cancel(self) -> None:
        """No more tokens are wanted; the place is free before the next step."""
        self.cancelled.set()


class _Text:
    """A request while it is served: its slot and all its tokens, of which the last is not read yet."""

    def __init__(self, stream: Stream, slot: int) -> None:
        self.stream = stream
        self.slot = slot
        self.guesser = Guesser(stream.request.prompt)
        self.written = 0
        self.done = False

    @property
    def last(self) -> int:
        return self.guesser.tokens[-1]

    @property
    def start(self) -> int:
        return len(self.guesser.tokens) - 1

    def write(self, tokens: Sequence[int]) -> None:
        request = self.stream.request
        for token in tokens:
            self.done = self.done or self.stream.cancelled.is_set() or token in request.ends
            if self.done:
                return
            self.guesser.extend([token])
            self.stream.put(token)
            self.written += 1
            self.done = self.written >= request.longest


@dataclass(frozen=True, slots=True)
class _Errand:
    """Something to be done while no text is under way, and who waits for it."""

    work: Callable[[], None]
    done: Future[None]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A step that was started and whose tokens were not looked at yet."""

    step: Step
    texts: tuple[_Text, ...]
    tokens: torch.Tensor
    arrived: Any


class Generator:
    """Serves requests from a thread of its own until it is closed."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._waiting: deque[Stream | _Errand] = deque()
        self._texts: list[_Text] = []
        self._free = list(range(decoder.slots))[::-1]
        self._flight: _Flight | None = None
        self._news = threading.Condition()
        self._closed = False
        self.failure = ""
        """Why it ended by itself, for a person; empty while it serves."""
        self._thread = threading.Thread(target=self._serve, name="phi3", daemon=True)
        self._thread.start()

    @property
    def decoder(self) -> Decoder:
        """What it serves with; only its thread may run it."""
        return self._decoder

    def stream(self, request: Request, hear: "Hear | None" = None) -> Stream:
        """Queue a request; its tokens come as they are written, to `hear` where that is given."""
        room = self._decoder.capacity - len(request.prompt)
        if not request.prompt or room <= 0:
            raise ModelUnavailable(
                f"The prompt has {len(request.prompt)} tokens; the model reads from 1 to "
                f"{self._decoder.capacity - 1}. Use fewer or shorter passages."
            )
        longest = min(request.longest, room)
        stream = Stream(Request(request.prompt, longest, request.ends, request.lookup), hear)
        self._queue(stream)
        return stream

    def between(self, work: Callable[[], None]) -> None:
        """Have `work` done on the generator's thread, in its turn among the requests, and wait for that.

        Requests that came before are answered to their end first; those that come after wait for it. A
        CitewiseError of its is raised here and changes nothing else; any other failure ends the generator.
        """
        errand = _Errand(work, Future())
        self._queue(errand)
        errand.done.result()

    def close(self) -> None:
        """Stop; whoever still waits is told."""
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join()

    def _queue(self, wanted: "Stream | _Errand") -> None:
        with self._news:
            if self._closed:
                raise ModelUnavailable(self.failure or "The model is being shut down.")
            self._waiting.append(wanted)
            self._news.notify()

    def _serve(self) -> None:
        try:
            while self._has_work():
                self._admit()
                self._drop_done()
                if self._texts:
                    self._take_step()
        except Exception as error:
            self.failure = (
                "The model stopped with an error, which the log tells of: start citewise again. Until then "
                "the documents' own sentences answer."
            )
            self._fail(ModelUnavailable(self.failure, detail=repr(error)))
            raise
        self._fail(ModelUnavailable("The model was shut down."))

    def _take_step(self) -> None:
        try:
            self._advance()
        except torch.OutOfMemoryError as error:
            # A step for more texts than before takes memory of its own; the others are there already.
            let_go(error)
            self._flight = None
            for text in self._texts:
                text.stream.put(None if text.done else _memory_full(error))
                self._free.append(text.slot)
            self._texts.clear()

    def _has_work(self) -> bool:
        with self._news:
            self._news.wait_for(lambda: self._closed or self._waiting or self._texts)
            return not self._closed

    def _fail(self, error: ModelUnavailable) -> None:
        with self._news:
            self._closed = True
            waiting = [*self._waiting, *(text.stream for text in self._texts)]
            self._waiting.clear()
            self._texts.clear()
        for one in waiting:
            if isinstance(one, _Errand):
                one.done.set_exception(error)
            else:
                one.put(error)

    def _admit(self) -> None:
        """Take in what waits, as far as there is room; an errand waits until no text is being written."""
        while self._free and self._waiting:
            stream = self._waiting[0]
            if isinstance(stream, _Errand):
                if self._texts:
                    return
                self._waiting.popleft()
                self._run(stream)
                continue
            if stream.cancelled.is_set():
                self._waiting.popleft()
                stream.put(None)
                continue
            # It leaves the queue once it is read: where reading ends the generator, it is told.
            try:
                first = int(self._decoder.read(self._free[-1], stream.request.prompt))
            except torch.OutOfMemoryError as error:
                # Reading needs memory for the prompt, which may be there for the next one.
                let_go(error)
                self._waiting.popleft()
                stream.put(_memory_full(error))
                continue
            self._waiting.popleft()
            text = _Text(stream, self._free.pop())
            text.write([first])
            self._texts.append(text)

    def _run(self, errand: _Errand) -> None:
        try:
            errand.work()
        except CitewiseError as error:
            errand.done.set_exception(error)
        except BaseException as error:
            errand.done.set_exception(ModelUnavailable("The model stopped.", detail=repr(error)))
            raise
        else:
            errand.done.set_result(None)

    def _drop_done(self) -> None:
        for text in [text for text in self._texts if text.done or text.stream.cancelled.is_set()]:
            text.done = True
            self._texts.remove(text)
            self._free.append(text.slot)
            text.stream.put(None)

    def _advance(self) -> None:
        texts = tuple(self._texts)
        if self._guess(texts):
            if self._flight:
                self._land()
            elif guess := self._guess(texts):
                self._check(texts[0], guess)
        elif self._flight and self._flight.texts == texts:
            # The step feeds itself: the next one starts before this one's tokens are looked at.
            ahead = self._launch(self._flight.step, texts)
            self._land()
            self._flight = ahead
        elif self._flight:
            self._land()
        else:
            step = self._decoder.step(self._recorded_size(len(texts)))
            step.place([[text.last] for text in texts], [t.start for t in texts], [t.slot for t in texts])
            self._flight = self._launch(step, texts)

    def _guess(self, texts: tuple[_Text, ...]) -> list[int]:
        if len(texts) != 1 or not texts[0].stream.request.lookup:
            return []
        return texts[0].guesser.guess(GUESSED_AT_ONCE)

    def _check(self, text: _Text, guess: Sequence[int]) -> None:
        step = self._decoder.step(1, 1 + GUESSED_AT_ONCE)
        padded = [text.last, *guess, *[0] * (GUESSED_AT_ONCE - len(guess))]
        step.place([padded], [text.start], [text.slot])
        best = step.run()[0].tolist()
        right = 0
        while right < len(guess) and guess[right] == best[right]:
            right += 1
        text.write(best[: right + 1])

    def _launch(self, step: Step, texts: tuple[_Text, ...]) -> _Flight:
        tokens = step.run()[:, 0].to("cpu", non_blocking=True, copy=True)
        arrived = None
        if self._decoder.device.type == "cuda":
            arrived = torch.cuda.Event()
            arrived.record()
        return _Flight(step, texts, tokens, arrived)

    def _land(self) -> None:
        flight, self._flight = self._flight, None
        assert flight is not None
        if flight.arrived is not None:
            flight.arrived.synchronize()
        for text, token in zip(flight.texts, flight.tokens.tolist(), strict=False):
            text.write([token])

    def _recorded_size(self, texts: int) -> int:
        size = 1
        while size < texts:
            size *= 2
        return min(size, self._decoder.slots)


def _memory_full(error: BaseException) -> ModelUnavailable:
    return ModelUnavailable("The GPU's memory is full.", detail=repr(error))
