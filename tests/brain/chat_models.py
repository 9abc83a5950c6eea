"""A chat model of LangChain's that says what a test tells it to, piece by piece."""

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class Telling(BaseChatModel):
    """Streams `pieces`; a callable among them is called, and may raise or wait. `asked` holds its prompts."""

    pieces: list[Any]
    asked: list[Any]
    told: list[str]

    @property
    def _llm_type(self) -> str:
        return "telling"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        parts = [chunk.message for chunk in self._stream(messages)]
        return ChatResult(generations=[ChatGeneration(message=sum(parts[1:], parts[0]))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        for piece in self.pieces:
            said: str | Callable[[], object] = piece
            if callable(said):
                said()
            else:
                self.told.append(said)
                yield ChatGenerationChunk(message=AIMessageChunk(content=said))


def telling(*pieces: Any) -> Telling:
    return Telling(pieces=list(pieces), asked=[], told=[])
