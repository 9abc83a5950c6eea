"""`citewise serve` as people run it: every command goes through it and comes out as it does without it."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_kit import Done, Run, bare_environment, setting_names
from serving_kit import Serving, is_free, serving, start
from test_chat import chatting

from bots import cli as command_line

pytestmark = pytest.mark.weights

LEAVE = "How many days of annual leave do full-time employees get?"
WARRANTY = "How long is the warranty of the Petrel 2?"
SAME = (
    ("ask", LEAVE),
    ("ask", LEAVE, "--quotes"),
    ("ask", "Who won the 1974 world cup?"),
    ("ask", LEAVE, "--space", "nowhere"),
    ("ask", ""),
    ("search", "VPN error 809", "--limit", "2"),
    ("documents",),
    ("documents", "--json"),
    ("documents", "show", "vpn.md"),
    ("documents", "history", "leave.md", "--json"),
    ("documents", "remove", "leave.md"),
    ("drives", "--json"),
    ("spaces", "--json"),
    ("verify",),
    ("why", "nowhere"),
    ("bogus",),
)


@pytest.fixture(scope="module")
def folder(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home of its own; the drive stays where it was ingested from."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(ingested / ".citewise", folder / ".citewise")
    return folder


@pytest.fixture(scope="module")
def alone(folder: Path) -> dict[tuple[str, ...], Done]:
    """What the commands say without a server."""
    return {words: run(folder, *words) for words in SAME}


@pytest.fixture(scope="module")
def served(folder: Path, alone: object) -> Iterator[Serving]:
    with serving(folder) as server:
        yield server
        code, out, err = server.stop()
        assert code == 0, err
        assert json.loads(out.splitlines()[-1]) == {"event": "stopping"}
        assert json.loads(err.splitlines()[-1])["event"] == "stopped"
        assert is_free(folder / ".citewise")
        assert not (folder / ".citewise" / "run" / "control.json").exists()
        assert LEAVE not in (folder / ".citewise" / "run" / "serve.log").read_text("utf-8")


def run(folder: Path, *words: str, **environment: str) -> Done:
    """A command in this process, in that folder."""
    with pytest.MonkeyPatch.context() as patch, Captured(patch) as captured:
        for name in setting_names():
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        code = command_line.run(words)
        return Done(code, captured.text("stdout"), captured.text("stderr"))


class Captured:
    """Standard streams of this process as files, which a relay can write bytes to."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        import io

        self._streams = {name: io.TextIOWrapper(io.BytesIO(), "utf-8") for name in ("stdout", "stderr")}
        for name, stream in self._streams.items():
            patch.setattr(f"sys.{name}", stream)

    def __enter__(self) -> "Captured":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def text(self, name: str) -> str:
        self._streams[name].flush()
        return self._streams[name].buffer.getvalue().decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", SAME, ids=" ".join)
def test_a_command_says_the_same_through_the_server(
    served: Serving, alone: dict[tuple[str, ...], Done], words: tuple[str, ...]
) -> None:
    assert run(served.folder, *words) == alone[words]
    assert alone[words].out or alone[words].err


def test_ready_says_what_runs(served: Serving) -> None:
    assert served.ready["event"] == "ready"
    assert (served.ready["documents"], served.ready["pid"]) == (4, served.process.pid)
    services = [(row["service"], row["running"]) for row in served.ready["services"]]  # type: ignore[attr-defined]
    assert services == [("index check", True), ("drives", True), ("removals", True), ("added files", True)]
    doctor = json.loads(run(served.folder, "doctor", "--json").out)
    found = {row["check"]: row["found"] for row in doctor["checks"]}
    assert doctor["ok"]
    assert str(served.process.pid) in found["serve"]
    assert "as in the catalog" in found["index"]
    assert "daily" in found["index check"]


def until(said: Callable[[], Done], words: str) -> Done:
    """What a command says once it says these words; what is followed takes some seconds."""
    deadline = time.monotonic() + 60
    while True:
        done = said()
        if words in done.out:
            return done
        assert time.monotonic() < deadline, done
        time.sleep(0.3)


def test_a_drive_that_a_client_adds_is_followed(served: Serving, tmp_path: Path) -> None:
    home = str(served.folder / ".citewise")
    drive = tmp_path / "kiosk"
    drive.mkdir()
    (drive / "kites.md").write_text("# Kites\n\nKites may be flown from the roof on Fridays.\n", "utf-8")
    assert run(tmp_path, "spaces", "create", "kiosk", "--home", home).code == 0
    added = run(tmp_path, "drives", "add", "kiosk", "--space", "kiosk", "--settle", "0.2s", "--home", home)
    assert "is taken in now" in added.out, added.err
    ask = lambda: run(tmp_path, "ask", "When may kites be flown?", "--space", "kiosk", "--home", home)  # noqa: E731
    until(ask, "Fridays")
    (drive / "kites.md").write_text("# Kites\n\nKites may be flown from the roof on Mondays only.\n", "utf-8")
    assert "Fridays" not in until(ask, "Mondays").out
    (drive / "other.md").write_text("# Boats\n\nBoats are hired out at the pier.\n", "utf-8")
    (drive / "kites.md").unlink()
    until(ask, "found no answer")
    synced = run(tmp_path, "drives", "sync", "kiosk", "--json", "--home", home)
    assert (synced.code, json.loads(synced.out)[0]["problem"]) == (0, None), synced.err
    watching = start(tmp_path, "drives", "sync", "--watch", "--home", home)
    assert watching.stdout is not None
    assert "state" in watching.stdout.readline()
    (drive / "more.md").write_text("# Rafts\n\nRafts are hired out at the pier, too.\n", "utf-8")
    while "synced" not in (line := watching.stdout.readline()):
        assert line, "watching ended by itself"
    watching.send_signal(signal.SIGINT)
    assert watching.wait(30) == 130
    assert until(lambda: run(tmp_path, "drives", "--home", home), "kiosk").code == 0
    assert run(tmp_path, "drives", "remove", "kiosk", "--yes", "--home", home).code == 0


def test_paths_start_where_the_client_is(served: Serving, tmp_path: Path) -> None:
    home = str(served.folder / ".citewise")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "parking.md").write_text("# Parking\n\nVisitors park on deck three.\n", "utf-8")
    assert run(tmp_path, "spaces", "create", "cars", "--home", home).code == 0
    done = run(tmp_path, "ingest", "mine", "--space", "cars", "--home", home)
    assert done.code == 0, done.err
    assert "1 added" in done.out
    question = {"id": "1", "question": "Where do visitors park?"}
    (tmp_path / "questions.jsonl").write_text(json.dumps(question), "utf-8")
    done = run(tmp_path, "ask-batch", "questions.jsonl", "--out", "said.jsonl", "--home", home)
    assert done.out == "Answered 1 of 1 questions, refused 0: said.jsonl\n"
    assert "deck three" in (tmp_path / "said.jsonl").read_text("utf-8")
    done = run(tmp_path, "backup", "copy.db", "--json", "--home", home)
    assert json.loads(done.out)["file"] == "copy.db"
    assert (tmp_path / "copy.db").stat().st_size == json.loads(done.out)["bytes"]
    done = run(tmp_path, "eval", "nowhere.jsonl", "--home", home)
    assert (done.code, done.out) == (2, "")
    assert run(tmp_path, "drives", "remove", "mine", "--yes", "--home", home).code == 0
    assert "1 added" in run(tmp_path, "ingest", "mine", "--space", "cars", "--home", home).out
    assert run(tmp_path, "rebuild", "--home", home).code == 0
    assert run(tmp_path, "drives", "remove", "mine", "--yes", "--home", home).code == 0


def test_two_clients_at_once_each_get_their_own(served: Serving) -> None:
    questions = [LEAVE, WARRANTY] * 2
    clients = [start(served.folder, "ask", question) for question in questions]
    said = [client.communicate(timeout=120) for client in clients]
    for question, (out, err) in zip(questions, said, strict=True):
        assert err == ""
        mine, other = ("27 days", "three years") if question == LEAVE else ("three years", "27 days")
        assert mine in out
        assert other not in out


def test_a_conversation_on_a_terminal_goes_through_it_too(served: Serving) -> None:
    with chatting(served.folder) as terminal:
        terminal.read_until("› ")
        terminal.type(f"{LEAVE}\n")
        answer = terminal.read_until(r"leave\.md[\s\S]*› ")
        assert "27 days" in answer
        assert "\x1b[" in answer
        terminal.type("and for part-timers?\n")
        terminal.read_until(r"leave\.md[\s\S]*› ")
        assert terminal.interrupt() == 130
    with chatting(served.folder) as killed:
        killed.read_until("› ")
        killed.process.kill()
    with chatting(served.folder) as ended:
        ended.read_until("› ")
        ended.type("\x04")
        assert ended.process.wait(timeout=60) == 0


def test_a_removal_is_confirmed_at_the_clients_terminal(served: Serving) -> None:
    with chatting(served.folder, "documents", "remove", "petrel.txt") as terminal:
        assert "Petrel" in terminal.read_until(r"\]: ")
        terminal.type("n\n")
        assert terminal.process.wait(timeout=60) == 130
    assert "petrel.txt" in run(served.folder, "documents").out


def test_a_conversation_over_a_pipe_does_too(served: Serving) -> None:
    chat = start(served.folder, "chat")
    out, err = chat.communicate(f"{LEAVE}\nquotes\nquit\n", timeout=120)
    assert (chat.returncode, err) == (0, "")
    assert out.count(f"› {LEAVE}") == 1
    assert "“" in out.split("› quotes")[1]


def test_a_reader_that_has_gone_is_no_complaint(served: Serving) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bots.cli", "documents"],
        cwd=served.folder,
        env=bare_environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_servers_settings_count_and_others_are_told_of(served: Serving) -> None:
    done = run(served.folder, "ask", LEAVE, CITEWISE_THRESHOLD="0.99")
    assert "27 days" in done.out
    assert done.err.count("\n") == 1
    assert "CITEWISE_THRESHOLD is 0.99 here and not set there" in done.err
    assert run(served.folder, "documents", CITEWISE_THRESHOLD="0.99").err == ""


@pytest.mark.parametrize(
    ("words", "sentence"), [(("serve",), "citewise serve"), (("restore", "copy.db"), "stop that first")]
)
def test_what_needs_the_home_to_itself_is_refused(
    served: Serving, words: tuple[str, ...], sentence: str
) -> None:
    (served.folder / "copy.db").touch()
    done = run(served.folder, *words)
    assert (done.code, done.out) == (3, "")
    assert sentence in done.err
    assert str(served.process.pid) in done.err
    assert done.err.count("\n") == 1


def test_killed_it_is_in_nobodys_way_and_an_empty_home_is_served(cli: Run, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.ready["documents"] == 0
        assert run(tmp_path, "ask", LEAVE).code == 4
        assert run(tmp_path, "spaces", "create", "board").code == 0
        (entry,) = json.loads(run(tmp_path, "audit", "--json").out)
        assert entry["actor"] == f"terminal:{pwd.getpwuid(os.getuid()).pw_name}"
        assert server.control["pid"] == server.process.pid
        server.process.kill()
        server.process.wait()
        assert (tmp_path / ".citewise" / "run" / "control.json").exists()
        assert run(tmp_path, "spaces", "create", "hr").out == "Created the space hr.\n"


def test_stopping_it_ends_a_conversation_with_a_sentence(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(
        folder / ".citewise", tmp_path / ".citewise", ignore=shutil.ignore_patterns("lock", "run")
    )
    with serving(tmp_path) as server:
        chat = start(tmp_path, "chat")
        assert chat.stdout is not None
        assert "Ask about" in chat.stdout.readline()
        code, _, _ = server.stop(signal.SIGINT)
        assert code == 0
        out, err = chat.communicate(timeout=60)
        assert (chat.returncode, out) == (1, "")
        assert "was stopped" in err
