"""The `server` answerer against a server that isn't ours: llama.cpp's, with a tiny model that babbles."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("langchain_openai", reason="the openai extra is not installed")
if find_spec("xllamacpp") is None or find_spec("gguf") is None:
    pytest.skip("the llamacpp extra is not installed", allow_module_level=True)

from langchain_core.messages import HumanMessage
from small_home import SmallHome
from talking_phi3 import talking_phi3

from brain.answering.factory import AnswererChoice, open_answerer, served_models, server_health
from brain.answering.writing.swappable import SwappableAnswerer
from brain.answering.writing.written import WritingAnswerer
from brain.errors import ModelUnavailable
from brain.llamacpp.server import LlamaServer, Load
from brain.tuning.export.gguf_file import write_gguf
from brain.tuning.export.merging import Weights
from brain.tuning.export.precision import Precision

pytestmark = pytest.mark.filterwarnings("ignore")
LEAVE = "How many days of paid leave do employees get?"
PAGE = "Employees get {} days of paid leave a year. " + "Unused days of leave expire in March. " * 16
NOTHING_BACKED = "extractive, as nothing that"


@pytest.fixture(scope="module")
def file(tmp_path_factory: Any) -> Path:
    folder = talking_phi3(tmp_path_factory.mktemp("phi3"))
    write_gguf(Weights(folder, {}), folder / "talking.gguf", Precision.F32, lambda *_: None)
    return folder / "talking.gguf"


@pytest.fixture(scope="module")
def home(tmp_path_factory: Any) -> Iterator[SmallHome]:
    pages = {f"leave-{days}.md": f"# Leave {days}\n\n{PAGE.format(days)}" for days in range(30, 36)}
    home = SmallHome(tmp_path_factory.mktemp("home")).fill(pages)
    yield home
    home.close()


@pytest.fixture
def serving(file: Path) -> Iterator[Callable[[int], LlamaServer]]:
    """A server whose window is so many tokens; of this model, each is a byte."""
    with ExitStack() as closing:

        def start(window: int) -> LlamaServer:
            server = LlamaServer(Load(file, window, 1, 1))
            closing.callback(server.close)
            return server

        yield start


def at(server: LlamaServer, **more: Any) -> AnswererChoice:
    key = server.headers["Authorization"].removeprefix("Bearer ")
    found: dict[str, Any] = {"url": f"{server.address()}/v1", "key": key, **more}
    return AnswererChoice("server", "talking", **found)


def opened(choice: AnswererChoice) -> tuple[SwappableAnswerer, WritingAnswerer]:
    """The answerer, and the one within that asks the server."""
    answerer = open_answerer(choice, ExitStack())
    assert isinstance(answerer, SwappableAnswerer)
    assert isinstance(answerer._answerer, WritingAnswerer)
    return answerer, answerer._answerer


def written(home: SmallHome, choice: AnswererChoice) -> tuple[str, bool]:
    """Who wrote the answer, and whether the server is left alone for a while after it."""
    answerer, writing = opened(choice)
    answer = home.ask(LEAVE, answerer=answerer)
    assert "days of paid leave" in answer.text
    return str(answer.trace.steps["written"]), writing.state().rests


def test_a_prompt_that_is_too_long_for_the_server_is_asked_again_with_fewer_passages(
    home: SmallHome, serving: Callable[[int], LlamaServer]
) -> None:
    server = serving(2900)
    note, rests = written(home, at(server, adapter=Path("ours")))
    assert note.startswith(NOTHING_BACKED), note
    assert not rests
    read = httpx.get(f"{server.address()}/slots", headers=server.headers, trust_env=False).json()[0]
    assert read["n_prompt_tokens"] > 1500


def test_one_that_never_fits_costs_that_answer_and_no_other(
    home: SmallHome, serving: Callable[[int], LlamaServer]
) -> None:
    note, rests = written(home, at(serving(512)))
    assert "does not take this prompt (HTTP status 400)" in note
    assert not rests


def test_a_wrong_key_and_a_wrong_path_are_told_as_such(
    home: SmallHome, serving: Callable[[int], LlamaServer]
) -> None:
    server = serving(512)
    note, rests = written(home, at(server, key="another"))
    assert ("refuses the key" in note, rests) == (True, True)
    wrong = at(server, url=f"{server.address()}/v2")
    note, rests = written(home, wrong)
    assert ("no such model or path" in note, rests) == (True, True)
    with pytest.raises(ModelUnavailable, match=r"/v2/models. Check CITEWISE_MODEL_URL, which ends in /v1"):
        server_health(wrong)
    with pytest.raises(ModelUnavailable, match=r"has no talking; it has: .*talking\.gguf"):
        server_health(at(server))
    (name,) = served_models(at(server))
    assert server_health(at(server, adapter=Path(name))).startswith(name)


def test_the_server_stops_writing_when_nobody_reads_on(serving: Callable[[int], LlamaServer]) -> None:
    server = serving(4000)
    _, writing = opened(at(server))
    stream = writing._model.model_copy(update={"max_tokens": 3500}).stream([HumanMessage("Go on.")])
    assert isinstance(stream, Generator)
    next(stream)
    stream.close()
    until(lambda: not slot(server)["is_processing"])
    assert slot(server)["n_prompt_tokens"] < 3000  # the prompt's and what was written; else more than 3,500


def slot(server: LlamaServer) -> dict[str, Any]:
    reply = httpx.get(f"{server.address()}/slots", headers=server.headers, trust_env=False)
    return dict(reply.json()[0])


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
