"""What `citewise model status` and `tune serve-command` tell, and how a model server is watched."""

import json
import logging
import shlex
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, chat_serving
from command_kit import Run
from desk_kit import ADMIN, desk_home, person
from serving_kit import Serving, serving
from test_serve import run as run_in

from bots.checks import Verdict
from bots.desk import Command, Desk
from bots.model.answerer import examine
from bots.model.status import status_of
from bots.model.watch import model_rows, model_services
from bots.serving.model_health import ModelHealth
from bots.settings import Settings
from brain.answering.draft import Draft
from brain.answering.writing.facts import AnswererState, ModelFacts
from brain.answering.writing.speed import Pace
from brain.answering.writing.swappable import SwappableAnswerer
from brain.answering.writing.written import WritingAnswerer
from brain.errors import ModelUnavailable
from brain.evidence import Evidence
from brain.tuning.versions import Versions

QUESTION = "How long is parental leave?"


def told(here: Run, *words: str, code: int = 0, **settings: str) -> dict[str, Any]:
    done = here("model", "status", "--json", *words, **settings)
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def of_server(server: ChatServer) -> dict[str, str]:
    return {
        "CITEWISE_ANSWERER": "server", "CITEWISE_MODEL": "phi-3", "CITEWISE_MODEL_URL": server.address
    }  # fmt: skip


def test_without_a_model_there_is_nothing_to_load(here: Run) -> None:
    assert told(here)["answerer"] == "extractive"
    assert "no language model" in here("model", "status").out


def test_a_server_is_measured_and_one_that_is_down_is_a_fault(here: Run) -> None:
    pytest.importorskip("langchain_openai")
    with chat_serving("A day", " ticket costs", lambda: time.sleep(0.01), " 4 euros [1].") as server:
        settings = of_server(server)
        up = told(here, **settings)
        assert (up["loaded"], up["fault"], up["where"]) == (False, "", server.address)
        measured = told(here, "--load", **settings)
        assert (measured["loaded"], measured["answers_timed"]) == (True, 1)
        assert measured["tokens_per_second"] > 0
    down = told(here, code=1, **settings)
    assert "does not answer as one" in down["fault"]


def test_an_adapter_of_another_base_is_a_fault_before_anything_is_loaded(here: Run, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the phi3 extra is not installed")
    from saved_adapter import saved_adapter
    from talking_phi3 import talking_phi3

    model = talking_phi3(tmp_path / "talking")
    adapter = saved_adapter(tmp_path / "adapter", model, 1, wider=8)
    found = told(
        here, code=1, CITEWISE_ANSWERER="phi3", CITEWISE_MODEL=str(model), CITEWISE_ADAPTER=str(adapter)
    )
    assert "The adapter was made for another base model" in found["fault"]
    assert "or choose another adapter." in found["fault"]


def test_a_file_that_is_no_model_is_a_fault(here: Run, tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    done = here("model", "status", CITEWISE_ANSWERER="phi3", CITEWISE_MODEL=str(tmp_path / "x.gguf"))
    assert done.code == 1
    assert "is not a whole GGUF file" in " ".join(done.out.split())


@pytest.fixture(scope="module")
def model_server() -> Iterator[ChatServer]:
    with chat_serving("Parental leave", " is 16 weeks", " [1].") as server:
        yield server


@pytest.fixture(scope="module")
def served(
    ingested: Path, tmp_path_factory: pytest.TempPathFactory, model_server: ChatServer
) -> Iterator[Serving]:
    pytest.importorskip("langchain_openai")
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ingested / ".citewise", folder / ".citewise")
    with serving(folder, **of_server(model_server)) as server:
        yield server


@pytest.mark.weights
def test_the_model_of_a_running_serve_is_told(served: Serving, model_server: ChatServer) -> None:
    def run(*words: str) -> Any:
        done = run_in(served.folder, *words, "--json", **of_server(model_server))
        assert done.code == 0, done.err
        return json.loads(done.out)

    before = run("model", "status")
    assert (before["loaded"], before["answers_timed"]) == (True, 0)
    run("ask", QUESTION)
    after = run("model", "status")
    assert after["answers_timed"] == 1
    assert after["first_token_seconds"] > 0
    checks = {check["check"]: check for check in run("doctor")["checks"]}
    assert checks["model"]["verdict"] == "good"
    assert checks["model server"]["verdict"] == "good"
    assert "answers since" in checks["model server"]["found"]


def test_the_log_gets_one_line_when_the_server_goes_and_one_when_it_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    up = [True]

    def look() -> str:
        if not up[0]:
            raise ModelUnavailable("The model server does not answer.")
        return "ours at home"

    health = ModelHealth(look)
    with caplog.at_level(logging.INFO, "citewise.model"):
        for now in (True, True, False, False, True):
            up[0] = now
            health.check()
            word = "answers since" if now else "down since"
            assert word in health.status().sentence
    assert [record.getMessage() for record in caplog.records] == ["up", "down", "up"]


def test_it_goes_on_while_the_server_is_down_and_ends_when_told() -> None:
    looks = threading.Semaphore(0)

    def look() -> str:
        looks.release()
        raise ModelUnavailable("The model server does not answer.")

    health = ModelHealth(look, every=0.001)
    health.start()
    for _ in range(3):
        assert looks.acquire(timeout=30)
    assert health.status().running
    health.stop(10)
    assert not health.status().running


def test_only_a_server_is_watched() -> None:
    assert model_services(Settings(CITEWISE_ANSWERER="extractive")) == []
    watched = model_services(Settings(CITEWISE_ANSWERER="server", CITEWISE_MODEL_URL="http://127.0.0.1:9/v1"))
    assert [service.name for service in watched] == ["model server"]


class Loaded:
    """An answerer whose model tells what it is told to."""

    def __init__(self, facts: ModelFacts) -> None:
        self.state = lambda: AnswererState("m", facts, Pace(0, None, None), False, False)

    def measure(self) -> None:
        pass

    def write(self, evidence: Evidence) -> Draft:
        return Draft(())

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        yield Draft(())


def test_what_is_loaded_needs_no_memory_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`citewise doctor` of a running bot, whose model has taken the GPU's memory."""
    pytest.importorskip("torch", reason="the phi3 extra is not installed")
    from talking_phi3 import talking_phi3

    def full(*_: object, **__: object) -> None:
        raise ModelUnavailable("The GPU has 1.0 GB free; the model needs 9.0 GB.")

    monkeypatch.setattr("brain.phi3.opening.check_memory", full)
    model = talking_phi3(tmp_path / "model")
    settings = Settings(CITEWISE_HOME=tmp_path, CITEWISE_ANSWERER="phi3", CITEWISE_MODEL=str(model))
    (fault,) = examine(settings)
    assert (fault.verdict, fault.found[:7]) == (Verdict.FAULT, "The GPU")
    (fine,) = examine(settings, loaded=True)
    assert fine.verdict is Verdict.GOOD


def test_a_model_that_ended_by_itself_is_a_fault(tmp_path: Path) -> None:
    facts = ModelFacts("m", "in this process", "a GPU", "none", fault="It stopped: start citewise again.")
    settings = Settings(CITEWISE_HOME=tmp_path, CITEWISE_ANSWERER="phi3")
    assert status_of(settings, Loaded(facts)).fault == "It stopped: start citewise again."


def test_the_adapter_in_memory_is_told_and_not_the_one_of_the_next_start(tmp_path: Path) -> None:
    loaded = Loaded(ModelFacts("m", "in this process", "a GPU", "4bit"))
    settings = Settings(CITEWISE_HOME=tmp_path, CITEWISE_ANSWERER="phi3", CITEWISE_ADAPTER=tmp_path / "new")
    was = SwappableAnswerer(loaded, lambda adapter: loaded, tmp_path / "old")
    assert status_of(settings, was).adapter == str(tmp_path / "old")
    was.use(tmp_path / "new")
    assert status_of(settings, was).adapter == str(tmp_path / "new")


async def test_the_chats_status_has_a_row_for_the_model(tmp_path: Path) -> None:
    from chat_models import telling

    answerer = WritingAnswerer(telling("x"), "m")
    settings = Settings(
        CITEWISE_HOME=tmp_path, CITEWISE_ANSWERER="server", CITEWISE_MODEL_URL="http://127.0.0.1:9/v1"
    )
    with desk_home(tmp_path, answerer=answerer) as here:
        rows = model_rows(settings, lambda: here.home.brain(answerer))
        desk = Desk(here.catalog, lambda: here.home.brain(answerer), None, [ADMIN], rows)
        reply = await desk.run(Command("status", "", person("UADMIN")))
        assert reply.card is not None
        (row,) = [row for row in reply.card.rows if row.text == "Model"]
        assert "does not answer as one" in row.detail
        assert model_rows(Settings(CITEWISE_HOME=tmp_path), lambda: here.home.brain())() == ()


def test_the_line_for_vllm_is_whole_words_for_a_shell(here: Run, tmp_path: Path) -> None:
    home = tmp_path / "a home"
    settings = {"CITEWISE_HOME": str(home), "CITEWISE_MODEL": "microsoft/Phi-3-mini-4k-instruct"}
    plain = here("tune", "serve-command", **settings).out
    assert "--lora-modules" not in plain
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"r": 24}')
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    versions = Versions(home / "tuning")
    about = {**dict.fromkeys(("when", "run", "base", "code"), "x"), "base_model": settings["CITEWISE_MODEL"]}
    for data in ("one", "two"):
        versions.keep(adapter, {**about, "data": data})
    versions.use(2)
    line = here("tune", "serve-command", "--port", "9000", **settings).out
    words = shlex.split(line)
    assert words[:4] == ["env", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True", "vllm", "serve"]
    assert words[words.index("--max-lora-rank") + 1] == "32"
    assert words[words.index("--max-loras") + 1] == "2"  # the old version's answers and the new one's
    assert words[words.index("--port") + 1] == "9000"
    assert words[words.index("--max-model-len") + 1] == "2047"
    assert words[-1] == f"citewise-2={home / 'tuning' / 'adapters' / '2'}"
    every = json.loads(here("tune", "serve-command", "--all", "--json", **settings).out)
    assert every["models"] == ["citewise-1", "citewise-2"]
    other = settings | {"CITEWISE_MODEL": "microsoft/another"}
    refused = here("tune", "serve-command", **other)
    assert (refused.code, "was trained for microsoft/Phi-3-mini-4k-instruct" in refused.err) == (2, True)
    assert json.loads(here("tune", "serve-command", "--all", "--json", **other).out)["models"] == []
