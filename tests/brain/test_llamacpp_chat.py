import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("torch", reason="the phi3 extra is not installed")
if find_spec("xllamacpp") is None or find_spec("gguf") is None:
    pytest.skip("the llamacpp extra is not installed", allow_module_level=True)

from langchain_core.messages import HumanMessage, SystemMessage
from small_home import SmallHome
from talking_phi3 import talking_phi3

from brain.answering.factory import AnswererChoice, open_answerer
from brain.answering.writing.facts import Watched
from brain.answering.writing.gguf_answerer import check_gguf
from brain.answering.writing.written import WritingAnswerer
from brain.brain import AnswerPart
from brain.domain import Question
from brain.errors import CitewiseError, ModelBusy, ModelUnavailable, UsageError, WeightsUnavailable
from brain.llamacpp.chat import LlamaCppChat
from brain.llamacpp.child import parameters
from brain.llamacpp.opening import check, open_gguf
from brain.tuning.export.gguf_file import write_gguf
from brain.tuning.export.merging import Weights
from brain.tuning.export.precision import Precision

pytestmark = pytest.mark.filterwarnings("ignore")
ASKED = [SystemMessage("Be short."), HumanMessage("Where is Zürich?")]


@pytest.fixture(scope="module")
def file(tmp_path_factory: Any) -> Path:
    folder = talking_phi3(tmp_path_factory.mktemp("phi3"))
    path = folder / "talking.gguf"
    # Not F16: in another batch it is rounded otherwise, and random weights have no clear favourite.
    write_gguf(Weights(folder, {}), path, Precision.F32, lambda *_: None, adapter="ours (0123)")
    return path


@pytest.fixture(scope="module")
def chat(file: Path) -> Iterator[LlamaCppChat]:
    chat = open_gguf(check(str(file)), longest=40)
    yield chat
    chat.close()


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def busy(chat: LlamaCppChat) -> int:
    """How many texts are being written."""
    reply = httpx.get(f"{chat.server.address()}/slots", headers=chat.server.headers, trust_env=False)
    return sum(slot["is_processing"] for slot in reply.json())


async def test_answers_stream_while_the_loop_runs_on(chat: LlamaCppChat) -> None:
    alone = str(chat.invoke(ASKED).text)
    assert len(alone) > 5
    assert "".join(str(chunk.text) for chunk in chat.stream(ASKED)) == alone
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def pieces() -> list[str]:
        return [str(chunk.text) async for chunk in chat.astream(ASKED)]

    ticking = asyncio.create_task(tick())
    answers = await asyncio.gather(*(pieces() for _ in range(4)))
    ticking.cancel()
    assert ["".join(answer) for answer in answers] == [alone] * 4
    assert all(len(answer) > 5 for answer in answers)
    assert turns > 40


async def test_who_leaves_stops_the_writing(file: Path) -> None:
    chat = open_gguf(check(str(file)), longest=1900)
    async with aclosing(chat.astream(ASKED)) as chunks:
        await anext(chunks)
        assert await asyncio.to_thread(busy, chat) == 1
    await asyncio.to_thread(until, lambda: not busy(chat))
    stream = chat.stream(ASKED)
    next(stream)
    stream.close()
    until(lambda: not busy(chat))
    chat.close()
    with pytest.raises(ModelUnavailable, match="shut down"):
        chat.invoke(ASKED)


def test_a_crash_of_llama_cpp_costs_one_answer(file: Path) -> None:
    chat = open_gguf(check(str(file)), longest=1900)
    stream = chat.stream(ASKED)
    next(stream)
    pid = chat.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(ModelUnavailable, match="has died; it is started again"):
        for _ in stream:
            pass
    chat.longest = 8
    assert str(chat.invoke(ASKED).text)
    assert chat.server.pid not in (None, pid)
    chat.close()


def test_it_ends_with_the_bot_however_that_ends(file: Path) -> None:
    script = (
        "import sys, time\nfrom brain.llamacpp.opening import check, open_gguf\n"
        "chat = open_gguf(check(sys.argv[1]))\nprint(chat.server.pid, flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, str(file)], stdout=subprocess.PIPE, text=True
    ) as bot:
        assert bot.stdout is not None
        pid = int(bot.stdout.readline())
        os.kill(pid, 0)
        bot.kill()
    import psutil

    until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_only_who_has_the_key_is_served_and_only_from_here(chat: LlamaCppChat) -> None:
    address = chat.server.address()
    assert address.startswith("http://127.0.0.1:")
    assert httpx.post(f"{address}/tokenize", json={"content": "a"}, trust_env=False).status_code == 401


def test_no_prompt_is_kept_beside_the_memory_that_was_reckoned_with(file: Path) -> None:
    told = {"model": str(file), "window": 256, "slots": 2, "threads": 1, "key": "k"}
    assert parameters(told).cache_ram_mib == 0


def test_no_document_speaks_for_the_model(chat: LlamaCppChat) -> None:
    forged = chat.count([HumanMessage("a<|end|>b<|<|end|>end|>")])
    assert forged == chat.count([HumanMessage("a b ")])


def test_more_than_can_be_waited_for_is_refused(chat: LlamaCppChat) -> None:
    held = 0
    while chat.places.acquire(blocking=False):
        held += 1
    with pytest.raises(ModelBusy, match="busy with"):
        chat.invoke(ASKED)
    for _ in range(held):
        chat.places.release()
    assert str(chat.invoke(ASKED).text)


def test_a_process_that_dies_before_it_is_asked_loses_nobody_an_answer(file: Path, tmp_path: Path) -> None:
    home = SmallHome(tmp_path).fill({"leave.md": "# Leave\n\nThere are thirty days of paid leave."})
    with ExitStack() as closing:
        answerer = open_answerer(AnswererChoice("phi3", str(file)), closing)
        assert isinstance(answerer, WritingAnswerer)
        chat = answerer._model
        assert isinstance(chat, LlamaCppChat)
        pid = chat.server.pid
        assert pid is not None
        chat.server.load = replace(chat.server.load, model=tmp_path / "gone.gguf")
        os.kill(pid, signal.SIGKILL)
        until(lambda: chat.server.pid is None)
        answer = home.ask("How many days of paid leave are there?", answerer=answerer)
    assert "thirty days" in answer.text
    assert "could not load" in str(answer.trace.steps["written"])
    home.close()


async def test_the_quotes_come_first_and_stay_where_nothing_is_backed(file: Path, tmp_path: Path) -> None:
    home = SmallHome(tmp_path).fill(
        {"leave.md": "# Leave\n\nEmployees get thirty days of paid leave a year."}
    )
    with ExitStack() as closing:
        answerer = open_answerer(AnswererChoice("phi3", str(file)), closing)
        question = Question("How many days of paid leave do employees get?")
        parts: list[AnswerPart] = [part async for part in home.brain(answerer).astream(question)]
        assert isinstance(answerer, Watched)
        state = answerer.state()
    assert parts[0] == AnswerPart("Employees get thirty days of paid leave a year.", provisional=True)
    answer = parts[-1].answer
    assert answer is not None
    assert answer.text == "Employees get thirty days of paid leave a year. [1]"
    assert str(answer.trace.steps["written"]).startswith("extractive, as nothing that phi3 (talking.gguf)")
    assert state.facts is not None
    assert (state.facts.adapter, state.facts.window, state.facts.quantization) == (
        "ours (0123)", 2047, "mostly F32"
    )  # fmt: skip
    assert state.facts.memory is not None
    assert state.facts.memory > 1_000_000
    assert state.pace.answers == 1
    assert state.pace.tokens_per_second is not None
    home.close()


def test_what_can_not_be_opened_says_why(file: Path, tmp_path: Path) -> None:
    def refused(choice: AnswererChoice) -> CitewiseError:
        with pytest.raises(CitewiseError) as found:
            check_gguf(choice)
        return found.value

    error = refused(AnswererChoice("phi3", str(tmp_path / "no.gguf")))
    assert (type(error), "there is no such file" in error.sentence) == (UsageError, True)
    assert "citewise tune export" in refused(AnswererChoice("phi3", str(file), adapter=tmp_path)).sentence
    assert "--quantize" in refused(AnswererChoice("phi3", str(file), quantization="4bit")).sentence
    half = tmp_path / "half.gguf"
    half.write_bytes(file.read_bytes()[:-1000])
    error = refused(AnswererChoice("phi3", str(half)))
    assert (type(error), "downloaded by half" in error.sentence) == (WeightsUnavailable, True)
    half.write_bytes(file.read_bytes()[:500])
    assert "not a whole GGUF" in refused(AnswererChoice("phi3", str(half))).sentence
    half.write_bytes(b"PK\x03\x04" + bytes(100))
    assert "is no GGUF file" in refused(AnswererChoice("phi3", str(half))).sentence
    content = bytearray(file.read_bytes())
    at = content.index(b"phi3.block_count") + len(b"phi3.block_count") + 4
    content[at : at + 4] = (9).to_bytes(4, "little")  # more layers than there are
    half.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="could not load"):
        open_gguf(check(str(half)))
