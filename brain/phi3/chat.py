"""Phi-3 in this process as a LangChain chat model: many answers at once, streamed, cancelled at will."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from brain.answering.writing.facts import ModelFacts
from brain.errors import CitewiseError, UsageError, WeightsUnavailable
from brain.phi3.facts import facts_of
from brain.phi3.generation import Generator, Request

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}
_ENDS = ("<|end|>", "<|endoftext|>", "<|im_end|>")
_TRIAL = (SystemMessage("a"), HumanMessage("b"), AIMessage("c"), HumanMessage("d"))
_UNFINISHED = "\ufffd"  # the first bytes of a letter whose others are still to come


class Prompts:
    """Messages as tokens, in the tokenizer's own chat template, and tokens as text."""

    def __init__(self, tokenizer: Any, ends: frozenset[int]) -> None:
        self._tokenizer = tokenizer
        self.ends = ends
        added = {str(token) for token in tokenizer.get_added_vocab()}
        self._control = sorted((token for token in added if token.strip()), key=len, reverse=True)

    @classmethod
    def of(cls, folder: Path) -> "Prompts":
        """Those of the model in `folder`; WeightsUnavailable or UsageError where they can't be used."""
        from jinja2 import TemplateError
        from transformers import AutoTokenizer, GenerationConfig

        try:
            tokenizer = AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise WeightsUnavailable(
                f"The tokenizer in {folder} is missing or damaged. Download the model again.",
                detail=repr(error),
            ) from error
        if not getattr(tokenizer, "chat_template", None):
            raise UsageError(
                f"The tokenizer in {folder} has no chat template: set CITEWISE_MODEL to an instruct model."
            )
        ends = {tokenizer.eos_token_id, *map(tokenizer.get_added_vocab().get, _ENDS)}
        path = folder / "generation_config.json"
        if path.is_file():
            try:
                told = GenerationConfig.from_pretrained(str(folder), local_files_only=True).eos_token_id
            except (OSError, ValueError, TypeError, AttributeError) as error:
                raise WeightsUnavailable(
                    f"{path} is damaged. Download the model again.", detail=repr(error)
                ) from error
            ends |= set(told) if isinstance(told, list) else {told}
        found = cls(tokenizer, frozenset(end for end in ends if end is not None))
        try:
            found.tokens(_TRIAL)
        except TemplateError as error:
            raise UsageError(
                f"The chat template of the model in {folder} can't write a conversation that begins with "
                "instructions: download the model again, or set CITEWISE_MODEL to another instruct model.",
                detail=repr(error),
            ) from error
        return found

    @property
    def highest(self) -> int:
        """The largest number of a token."""
        return max(self._tokenizer.get_vocab().values())

    def tokens(self, messages: Sequence[BaseMessage]) -> list[int]:
        """The prompt, up to where the model goes on."""
        return self._templated(messages, goes_on=True)

    def said(self, messages: Sequence[BaseMessage], answer: str) -> list[int]:
        """What an answer to that prompt adds to it, up to and with the token that ends it.

        Raises UsageError for a chat template under which a prompt with its answer does not begin as the
        prompt alone does: such a model can't learn to answer that prompt.
        """
        before = self.tokens(messages)
        whole = self._templated([*messages, AIMessage(answer)], goes_on=False)
        if whole[: len(before)] != before:
            raise UsageError("The model's chat template writes prompts differently once they are answered.")
        added = whole[len(before) :]
        end = next((place for place, token in enumerate(added) if token in self.ends), len(added))
        return added[: end + 1]

    def _templated(self, messages: Sequence[BaseMessage], *, goes_on: bool) -> list[int]:
        turns = [{"role": _ROLES[m.type], "content": self._plain(str(m.text))} for m in messages]
        template = self._tokenizer.apply_chat_template
        return list(template(turns, add_generation_prompt=goes_on, return_dict=False))

    def text(self, tokens: Sequence[int]) -> str:
        """What the tokens say."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def with_marks(self, tokens: Sequence[int]) -> str:
        """What the tokens say, the template's own marks shown too."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False))

    def _plain(self, content: str) -> str:
        """Without what would be read as the end of a message: no document may speak for someone else."""
        while found := next((token for token in self._control if token in content), None):
            content = content.replace(found, " ")
        return content


class _Growing:
    """Tokens that become text piece by piece, never half a letter."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self._tokens: list[int] = []
        self._told = 0

    def add(self, token: int) -> str:
        self._tokens.append(token)
        text = self._prompts.text(self._tokens)
        if text.endswith(_UNFINISHED):
            return ""
        new, self._told = text[self._told :], max(self._told, len(text))
        return new


class Phi3Chat(BaseChatModel):
    """A chat model over a Generator; `window` tokens for prompt and answer, `longest` for the answer.

    `swapping` changes the adapter behind the generator; it is a brain.phi3.swapping.Swapping.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    generator: Generator
    prompts: Prompts
    window: int
    longest: int
    swapping: Any = None

    @property
    def _llm_type(self) -> str:
        return "phi3"

    def count(self, messages: Sequence[BaseMessage]) -> int:
        """Tokens of a prompt."""
        return len(self.prompts.tokens(messages))

    def swap(self, adapter: Path | None, begin: Sequence[BaseMessage] = ()) -> None:
        """Answer with another adapter, or none, once what is under way is done; see Swapping.swap."""
        self.swapping.swap(self.generator, adapter, begin)

    def close(self) -> None:
        """Stop the generator; whoever still waits is told."""
        self.generator.close()

    def facts(self) -> ModelFacts:
        """What is loaded, and where."""
        return replace(facts_of(self.generator.decoder), fault=self.generator.failure)

    def _request(self, messages: list[BaseMessage]) -> Request:
        return Request(self.prompts.tokens(messages), self.longest, self.prompts.ends)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(chunk.message.text) for chunk in self._stream(messages, stop, None, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        stream = self.generator.stream(self._request(messages))
        growing, ended = _Growing(self.prompts), _Ends(stop)
        try:
            for token in stream:
                if piece := ended.before(growing.add(token)):
                    chunk = _chunk(piece)
                    if run_manager:
                        run_manager.on_llm_new_token(piece, chunk=chunk)
                    yield chunk
                if ended.reached:
                    return
        finally:
            stream.cancel()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        loop, arrived = asyncio.get_running_loop(), asyncio.Queue[int | CitewiseError | None]()

        def hear(item: int | CitewiseError | None) -> None:
            with suppress(RuntimeError):  # the loop has ended, and nobody listens any more
                loop.call_soon_threadsafe(arrived.put_nowait, item)

        request = await asyncio.to_thread(self._request, messages)
        stream = self.generator.stream(request, hear)
        growing, ended = _Growing(self.prompts), _Ends(stop)
        try:
            while (item := await arrived.get()) is not None:
                if isinstance(item, CitewiseError):
                    raise item
                if piece := ended.before(growing.add(item)):
                    chunk = _chunk(piece)
                    if run_manager:
                        await run_manager.on_llm_new_token(piece, chunk=chunk)
                    yield chunk
                if ended.reached:
                    return
        finally:
            stream.cancel()


class _Ends:
    """Where a text stops at one of `stop`: LangChain's way of saying where an answer is long enough."""

    def __init__(self, stop: Sequence[str] | None) -> None:
        self._stop = tuple(stop or ())
        self._text = ""
        self.reached = False

    def before(self, piece: str) -> str:
        """What of the piece comes before the end; a stop word that began in an earlier piece ends it too."""
        start = len(self._text)
        self._text += piece
        found = [at for word in self._stop if (at := self._text.find(word)) >= 0]
        if not found:
            return piece
        self.reached = True
        return self._text[start : max(start, min(found))]


def _chunk(piece: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=piece))
