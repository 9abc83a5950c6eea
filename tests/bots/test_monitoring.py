"""What programs that watch may look at: the pages of a real `citewise serve`, and what they must not tell."""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from command_kit import bare_environment
from serving_kit import controlled, serving

from bots.desk.domain import Final, Working
from bots.desk.tally import BOUNDS, CameOut, Tally
from bots.monitoring.listener import AT_ONCE, Listener
from bots.monitoring.pages import health, readiness
from bots.serving.services import ServiceReport
from bots.serving.systemd import READY, tell
from brain.domain import Answer, Refusal, RefusalReason, Trace
from brain.errors import StorageFailed, UsageError

QUESTION = "How many days of annual leave do full-time employees get?"


@pytest.fixture
def folder(ingested: Path, tmp_path: Path) -> Path:
    """A folder with a home of its own."""
    shutil.copytree(ingested / ".citewise", tmp_path / ".citewise")
    return tmp_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def citewise(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bots.cli", *words],
        cwd=folder,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.weights
def test_a_running_citewise_tells_how_it_is_and_names_nothing(folder: Path) -> None:
    port = free_port()
    assert citewise(folder, "health").returncode == 1
    with (
        serving(folder, CITEWISE_MONITORING=f"127.0.0.1:{port}") as server,
        httpx.Client(trust_env=False) as http,
    ):
        own, apart = f"http://127.0.0.1:{server.control['port']}", f"http://127.0.0.1:{port}"
        ready = http.get(f"{apart}/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert {"commands", "index check", "drives", "removals"} <= set(ready.json()["parts"])
        assert http.get(f"{apart}/healthz").json()["ok"]
        assert http.get(f"{apart}/command").status_code == 404  # commands are taken on loopback alone
        assert citewise(folder, "ask", QUESTION).returncode == 0
        assert citewise(folder, "ask", "Who won the 1974 world cup?").returncode == 0
        page = http.get(f"{own}/metrics")
        assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        figures = read(page.text)
        assert figures['citewise_questions_total{door="terminal",outcome="answered"}'] == 1
        assert figures['citewise_questions_total{door="terminal",outcome="refused"}'] == 1
        assert figures['citewise_questions_total{door="terminal",outcome="failed"}'] == 0
        assert figures['citewise_answer_seconds_count{door="terminal"}'] == 2
        assert figures["citewise_documents"] == 4
        assert figures["process_resident_memory_bytes"] > 50e6
        assert set(re.findall(r'(\w+)="', page.text)) <= {
            "door",
            "outcome",
            "le",
            "state",
            "service",
            "version",
        }
        assert not re.search(
            r"leave|1974|vpn|petrel|general|/", page.text.replace("text/plain", ""), re.IGNORECASE
        )
        asked = citewise(folder, "health", "--ready", "--json")
        assert (asked.returncode, json.loads(asked.stdout)["ready"]) == (0, True)
        server.process.kill()
        server.process.wait()
        gone = citewise(folder, "health")
        assert (gone.returncode, gone.stdout) == (1, "")
        assert gone.stderr.startswith("citewise: No `citewise serve`")


@pytest.mark.parametrize(("words", "key"), [((), "ok"), (("--ready",), "ready")], ids=["health", "ready"])
def test_programs_are_told_in_json_that_nothing_serves(
    tmp_path: Path, words: tuple[str, ...], key: str
) -> None:
    gone = citewise(tmp_path, "health", *words, "--json")
    said = json.loads(gone.stdout)
    assert (gone.returncode, said[key]) == (1, False)
    assert said["error"] in gone.stderr


def read(page: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in page.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


@pytest.mark.weights
def test_an_address_that_is_taken_is_told_and_nothing_starts(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "bots.cli", "serve"],
            cwd=folder,
            env=bare_environment(CITEWISE_CONTROL_PORT="0", CITEWISE_MONITORING=address),
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 2
    assert f"CITEWISE_MONITORING is set to {address}, which can't be listened at" in done.stderr


def report(name: str, *, well: bool) -> ServiceReport:
    return ServiceReport(name, True, "connected as Brenda in Acme", None, 0, well)


def test_readiness_needs_every_chat_and_the_index_but_no_model_server() -> None:
    down = [report("slack", well=True), report("model server", well=False)]
    page = readiness(well=True, services=down)
    assert page.status == 200
    assert json.loads(page.body)["parts"] == {"commands": True, "slack": True, "model server": False}
    away = readiness(well=True, services=[report("slack", well=False)])
    assert away.status == 503
    assert b"Brenda" not in away.body
    assert readiness(well=False, services=[]).status == 503


def test_pages_are_the_same_on_ipv6_and_unknown_ones_are_none() -> None:
    listener = Listener("::1", 0, {"/healthz": lambda: health(well=False, version="1")})
    try:
        with httpx.Client(trust_env=False) as http:
            starting = http.get(f"http://[::1]:{listener.port}/healthz?full=1")
            assert (starting.status_code, starting.json()) == (503, {"ok": False, "version": "1"})
            assert http.get(f"http://[::1]:{listener.port}/metrics").status_code == 404
    finally:
        listener.stop()


def test_clients_that_say_nothing_take_few_threads_from_the_bot() -> None:
    listener = Listener("127.0.0.1", 0, {"/healthz": lambda: health(well=True, version="1")})
    silent = [socket.create_connection(("127.0.0.1", listener.port)) for _ in range(AT_ONCE)]
    try:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as one_too_many:
            assert one_too_many.recv(1) == b""
        for client in silent:
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""  # its place is free again when it has gone
    finally:
        for client in silent:
            client.close()
        listener.stop()


def test_a_client_that_no_thread_could_be_started_for_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = Listener("127.0.0.1", 0, {"/healthz": lambda: health(well=True, version="1")})
    start, left = threading.Thread.start, [AT_ONCE]

    def starts(thread: threading.Thread) -> None:
        if thread.name.endswith("(process_request_thread)") and left[0]:
            left[0] -= 1
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starts)
    try:
        with httpx.Client(trust_env=False) as http:
            for _ in range(AT_ONCE):
                with pytest.raises(httpx.HTTPError):
                    http.get(f"http://127.0.0.1:{listener.port}/healthz")
            assert http.get(f"http://127.0.0.1:{listener.port}/healthz").status_code == 200
    finally:
        listener.stop()


def test_other_pages_of_the_control_api_need_no_token_either() -> None:
    with controlled(lambda request: 0) as server, httpx.Client(trust_env=False) as http:
        server.pages = {"/readyz": lambda: readiness(well=True, services=[])}
        found = http.get(f"http://127.0.0.1:{server.address.port}/readyz")
        assert (found.status_code, found.json()) == (200, {"ready": True, "parts": {"commands": True}})


def answer(*, refused: bool = False, sure: bool = True, retrieved: int = 1) -> Final:
    passages = tuple(object() for _ in range(retrieved))
    refusal = Refusal(RefusalReason.NO_EVIDENCE, ("general",), 1) if refused else None
    return Final(Answer("", (), (), refusal, Trace("1", "Why?"), passages, sure))  # type: ignore[arg-type]


async def ask(tally: Tally, *parts: object) -> None:
    async def answering():
        yield Working("Looking")
        for part in parts:
            if isinstance(part, Exception):
                raise part
            yield part

    async for _ in tally.counted("slack", answering()):
        pass


async def test_questions_are_counted_by_what_became_of_them() -> None:
    tally = Tally()
    for final in (answer(), answer(sure=False), answer(refused=True), answer(refused=True, retrieved=0)):
        await ask(tally, final)
    with pytest.raises(StorageFailed):
        await ask(tally, StorageFailed("The disk is full."))
    with pytest.raises(UsageError):
        await ask(tally, UsageError("There is no such space."))
    await ask(tally)  # nothing was said to an unasked question
    counted = tally.so_far()
    assert counted.questions == {("slack", outcome): 1 for outcome in CameOut}
    assert sum(counted.times["slack"].counts) == 3
    assert len(counted.times["slack"].counts) == len(BOUNDS) + 1


def test_systemd_is_told_where_it_wants_to_be(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        tell(str(tmp_path / "notify"), READY, "STATUS=4 documents")
        assert systemd.recv(100) == b"READY=1\nSTATUS=4 documents"
    tell("", READY)
    tell(str(tmp_path / "gone"), READY)  # whoever listened has ended


def test_alerts_name_figures_that_there_are() -> None:
    root = Path(__file__).resolve().parents[2]
    alerts = (root / "deploy/prometheus/citewise-alerts.yaml").read_text("utf-8")
    named = set(re.findall(r"\bcitewise_[a-z_]+", alerts))
    known = set(re.findall(r'"(citewise_[a-z_]+)"', (root / "bots/monitoring/figures.py").read_text("utf-8")))
    assert len(named) > 8
    assert {re.sub(r"_(total|bucket)$", "", name) for name in named} <= known
    told = (root / "docs/monitoring.md").read_text("utf-8")
    assert all(name in told for name in known if not name.endswith(("_build_info", "_")))
