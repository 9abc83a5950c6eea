import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from chat_server import ChatServer, Die, chat_serving
from embedding_server import Reply, serving
from small_home import SmallHome, assert_backed

pytest.importorskip("langchain_openai", reason="the openai extra is not installed")

from brain.answering.factory import AnswererChoice, open_answerer, server_health
from brain.answering.writing.swappable import SwappableAnswerer
from brain.domain import Question
from brain.errors import ModelUnavailable, UsageError

LEAVE = "How many days of paid leave do employees get?"
TEXT = "# Leave\n\nEmployees get thirty days of paid leave a year. Unused days expire in March."


@pytest.fixture(scope="module")
def home(tmp_path_factory: Any) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home")).fill({"leave.md": TEXT})
    yield home
    home.close()


def at(server: ChatServer | str, **more: Any) -> AnswererChoice:
    url = server if isinstance(server, str) else server.address
    return AnswererChoice("server", "phi-3", url=url, **more)


def answerer(choice: AnswererChoice) -> Any:
    return open_answerer(choice, ExitStack())


async def test_sentences_are_shown_while_the_server_writes(home: SmallHome) -> None:
    seen = threading.Event()
    pieces = ("Unused days ", "expire in March [1]. Th", seen.wait, "irty days of paid leave a year. [1]")
    texts = []
    with chat_serving(*pieces) as server:
        async for part in home.brain(answerer(at(server, key="secret"))).astream(Question(LEAVE)):
            texts.append(part.text)
            seen.set()
    assert texts[0] == "Unused days expire in March."
    assert part.answer is not None
    assert part.answer.text == "Unused days expire in March. Thirty days of paid leave a year. [1]"
    assert_backed(part.answer)
    (asked,) = server.asked
    assert (asked["model"], asked["stream"], asked["temperature"]) == ("phi-3", True, 0)
    assert server.keys == ["Bearer secret"]


async def test_who_gives_a_server_time_is_shown_the_quotes_meanwhile(home: SmallHome) -> None:
    seen = threading.Event()
    with chat_serving(seen.wait, "Unused days expire in March [1].") as server:
        patient = answerer(at(server, patience=120.0))
        parts = []
        async for part in home.brain(patient).astream(Question(LEAVE)):
            parts.append(part)
            seen.set()
        assert answerer(at(server)).state().quotes_first is False
    assert (parts[0].text, parts[0].provisional) == ("Employees get thirty days of paid leave a year.", True)
    assert parts[-1].answer is not None
    assert parts[-1].answer.text == "Unused days expire in March. [1]"
    assert patient.state().quotes_first is True


def test_an_adapter_is_asked_for_by_its_name_and_needs_no_examples(home: SmallHome) -> None:
    with chat_serving("Unused days expire in March [1].", served="ours-v2") as server:
        choice = at(server, adapter=Path("ours-v2"))
        assert server_health(choice) == f"ours-v2 at {server.address}"
        home.ask(LEAVE, answerer=answerer(choice))
    assert server.asked[0]["model"] == "ours-v2"
    assert [message["role"] for message in server.asked[0]["messages"]] == ["system", "user"]


def test_a_server_that_dies_in_the_middle_loses_nothing(home: SmallHome) -> None:
    def die() -> None:
        raise Die

    with chat_serving("Unused days expire in March [1]. And", die) as server:
        answer = home.ask(LEAVE, answerer=answerer(at(server)))
    assert answer.text == home.ask(LEAVE).text
    assert "failed: The language model does not answer." in str(answer.trace.steps["written"])


def test_a_server_that_is_down_is_told_by_its_health_and_answers_come_all_the_same(home: SmallHome) -> None:
    with chat_serving() as server:
        pass
    assert home.ask(LEAVE, answerer=answerer(at(server))).text == home.ask(LEAVE).text
    with pytest.raises(ModelUnavailable, match="does not answer as one"):
        server_health(at(server))
    with chat_serving(served="another") as server, pytest.raises(ModelUnavailable, match="it has: another"):
        server_health(at(server))
    with chat_serving() as server, pytest.raises(ModelUnavailable, match="`citewise tune serve-command`"):
        server_health(at(server, adapter=Path("citewise-3")))
    with chat_serving(wanted="secret") as server:
        assert server_health(at(server, key="secret")) == f"phi-3 at {server.address}"
        for key in (None, "other"):
            with pytest.raises(ModelUnavailable, match="refuses the key: set CITEWISE_MODEL_KEY"):
                server_health(at(server, key=key))
    with pytest.raises(UsageError, match="CITEWISE_MODEL_URL"):
        answerer(AnswererChoice("server", "phi-3"))


LOADING = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}  # llama.cpp's own


@pytest.mark.parametrize(
    ("status", "told", "rests"),
    [
        (429, "takes no more for now", False),
        (413, "does not take this prompt", False),
        (404, "has no such model or path", True),
        (401, "refuses the key", True),
        (503, "answers with HTTP status 503", True),
    ],
)
def test_what_a_server_refuses_is_told_and_only_what_concerns_all_questions_makes_it_rest(
    home: SmallHome, status: int, told: str, rests: bool
) -> None:
    with serving(lambda _: Reply.of(LOADING, status)) as server:
        chosen = answerer(at(f"{server.address}/v1"))
        answer = home.ask(LEAVE, answerer=chosen)
    assert "thirty days" in answer.text
    assert told in str(answer.trace.steps["written"])
    assert isinstance(chosen, SwappableAnswerer)
    state = chosen.state()
    assert state is not None
    assert state.rests == rests


def test_a_server_that_still_loads_its_model_is_not_said_to_be_down() -> None:
    with (
        serving(lambda _: Reply.of(LOADING, 503)) as server,
        pytest.raises(ModelUnavailable, match=r"is not ready \(HTTP status 503\). It may still be loading"),
    ):
        server_health(at(f"{server.address}/v1"))


def test_any_chat_model_of_langchain_s_can_write(home: SmallHome, monkeypatch: Any) -> None:
    with chat_serving("Unused days expire in March [1].") as server:
        monkeypatch.setenv("OPENAI_API_KEY", "key")
        monkeypatch.setenv("OPENAI_BASE_URL", server.address)
        chosen = answerer(AnswererChoice("langchain:openai:gpt-4o-mini"))
        assert home.ask(LEAVE, answerer=chosen).text == "Unused days expire in March. [1]"
    assert server.asked[0]["model"] == "gpt-4o-mini"
    with pytest.raises(UsageError, match="langchain:nobody:x can't be opened"):
        answerer(AnswererChoice("langchain:nobody:x"))
    with pytest.raises(UsageError, match="CITEWISE_ANSWERER can be extractive, phi3, server"):
        answerer(AnswererChoice("gpt"))


def test_after_a_swap_the_server_is_asked_for_the_new_adapter_and_without_examples(home: SmallHome) -> None:
    with chat_serving("Employees get thirty days of paid leave a year [1].") as server:
        writing = answerer(at(server))
        brain = home.brain(writing)
        brain.invoke(Question(LEAVE))
        writing.use(Path("citewise-2"))
        brain.invoke(Question(LEAVE))
        writing.use(None)
        brain.invoke(Question(LEAVE))
    assert [asked["model"] for asked in server.asked] == ["phi-3", "citewise-2", "phi-3"]
    lengths = [len(asked["messages"]) for asked in server.asked]
    assert lengths[0] == lengths[2] > lengths[1]
