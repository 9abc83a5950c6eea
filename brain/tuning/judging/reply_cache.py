"""What a model said, kept by what decides it, so that an evaluation that was killed goes on where it was.

A reply is kept as it was written, under a hash of the very tokens that it was asked with; the file belongs to
one model, adapter and way of generating. What is made of a reply is made anew each time, so that another
prompt, another search or another check of citations never lives on old replies.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, TextIO

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict

from brain.durable import put_text, told


class ReplyCache:
    """Texts by their marks, in a file that belongs to `identity`; safe to use from several threads.

    The file is opened when the first reply is asked for, and begun anew where it belongs to another identity.
    What a kill has left half-written is not taken. Both methods raise StorageFailed.
    """

    def __init__(self, path: Path, identity: str) -> None:
        self._path = path
        self._identity = identity
        self._known: dict[str, str] = {}
        self._file: TextIO | None = None
        self._lock = threading.Lock()

    def get(self, mark: str) -> str | None:
        """What was said to that, if it is kept."""
        with self._lock:
            self._opened()
            return self._known.get(mark)

    def add(self, mark: str, written: str) -> None:
        """Keep one more."""
        with self._lock:
            file = self._opened()
            with _told(self._path):
                file.write(_line(mark, written))
                file.flush()
            self._known[mark] = written

    def close(self) -> None:
        """No more is asked for."""
        if self._file:
            with suppress(OSError):  # what could not be written was told when it was tried
                self._file.close()

    def _opened(self) -> TextIO:
        if self._file is None:
            self._known = _read(self._path, self._identity)
            begun = [f"{json.dumps({'identity': self._identity})}\n"]
            begun += [_line(mark, written) for mark, written in self._known.items()]
            with _told(self._path):
                put_text(self._path, "".join(begun))
                self._file = self._path.open("a", encoding="utf-8")
        return self._file


class CachedChat(BaseChatModel):
    """A chat model that is asked only for what it was not asked before.

    `tokens` gives a prompt as the model reads it. `failures` holds what went wrong, for whoever asks through
    an answerer that would rather say something else.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: BaseChatModel
    kept: ReplyCache
    tokens: Callable[[Sequence[BaseMessage]], Sequence[int]]
    failures: list[Exception]

    @property
    def _llm_type(self) -> str:
        return "kept"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            written = self._said(messages, stop)
        except Exception as error:
            self.failures.append(error)
            raise
        return ChatResult(generations=[ChatGeneration(message=AIMessage(written))])

    def _said(self, messages: list[BaseMessage], stop: list[str] | None) -> str:
        asked = json.dumps([list(self.tokens(messages)), stop])
        mark = hashlib.sha256(asked.encode()).hexdigest()
        written = self.kept.get(mark)
        if written is None:
            written = str(self.model.invoke(messages, stop=stop).text)
            self.kept.add(mark, written)
        return written


def _read(path: Path, identity: str) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        first, *lines = path.read_text("utf-8").split("\n")
        if json.loads(first)["identity"] == identity:
            for line in filter(None, lines):
                values = json.loads(line)
                found[str(values["mark"])] = str(values["written"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass  # what can't be read is asked for again
    return found


def _line(mark: str, written: str) -> str:
    return json.dumps({"mark": mark, "written": written}, ensure_ascii=False) + "\n"


def _told(path: Path) -> AbstractContextManager[None]:
    remedy = "free some disk space and run the evaluation again; it goes on where it was."
    return told(f"Answers can't be kept in {path.parent}", remedy)
