"""What could leave this machine, or reach others on it, without anybody having asked for that."""

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from command_kit import Run

from bots.error_log import write_down
from bots.kept_here import keep_here
from brain.embedding.weights import default_cache


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that takes whatever it is sent; its address, and the requests that came."""
    heard: list[str] = []

    class Any(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PATCH = do_CONNECT = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Any)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.weights
def test_langsmiths_variables_send_no_question_and_no_passage_away(cli: Run, home: Path) -> None:
    with listener() as (url, heard):
        switches = dict.fromkeys(
            ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING"), "true"
        )
        keys = {"LANGSMITH_API_KEY": "x", "LANGSMITH_ENDPOINT": url, "LANGCHAIN_ENDPOINT": url}
        done = cli("ask", "How many days of annual leave do full-time employees get?", **switches, **keys)
    assert "27 days" in done.out, done.err
    assert heard == []


def test_what_is_meant_for_a_server_on_this_machine_passes_no_proxy(cli: Run) -> None:
    with listener() as (proxy, overheard), listener() as (server, heard):
        proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), proxy)
        url = server.replace("127.0.0.1", "localhost")
        for address in (server, url):
            cli("doctor", CITEWISE_ANSWERER="server", CITEWISE_MODEL_URL=f"{address}/v1", **proxies)
    assert overheard == []
    assert heard == ["GET /v1/models"] * 2


@pytest.mark.weights
@pytest.mark.parametrize(
    "script",
    [
        "from bots.kept_here import keep_here; keep_here(); import onnxruntime",  # as OCR does
        f"from pathlib import Path; from brain.embedding.factory import open_embedder;"
        f" open_embedder(cache=Path({str(default_cache())!r}))",
    ],
)
def test_no_telemetry_numbers_this_machine_or_tells_of_a_model(script: str, tmp_path: Path) -> None:
    """ONNX Runtime writes its number into the home folder when it is imported, and calls its maker later."""
    # Where it sees that it runs in a test or in CI, it is silent by itself.
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    with listener() as (proxy, heard):
        proxies = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "http_proxy"), proxy)
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**kept, **proxies, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert heard == []
    assert not list(tmp_path.rglob("*onnxruntime*"))


@pytest.mark.parametrize(
    ("set_before", "then"),
    [
        ({}, "localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "intra.example, 127.0.0.1"}, "intra.example,127.0.0.1,localhost,::1"),
        ({"no_proxy": "a.example", "NO_PROXY": "b.example"}, "a.example,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "*"}, None),
    ],
)
def test_who_is_reached_without_a_proxy_stays_so(
    set_before: dict[str, str], then: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    for name, value in set_before.items():
        monkeypatch.setenv(name, value)
    keep_here()
    found = {name: os.environ[name] for name in ("no_proxy", "NO_PROXY") if name in os.environ}
    assert found == ({"no_proxy": then, "NO_PROXY": then} if then else set_before)


@pytest.mark.weights
def test_other_accounts_read_neither_catalog_nor_index_nor_backup(here: Run, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        folder = tmp_path / "shared"
        folder.mkdir(mode=0o755)  # made by hand, before citewise
        (tmp_path / "doc.md").write_text("# Leave\n\nThere are 27 days of leave.\n")
        assert here("--home", folder, "ingest", tmp_path / "doc.md").code == 0
        assert here("--home", folder, "backup", tmp_path / "copy.db").code == 0
        assert here("--home", folder, "restore", "--yes", tmp_path / "copy.db").code == 0
        assert "27 days" in here("--home", folder, "ask", "How many days of leave are there?").out
        assert here("--home", folder, "tune", "data", "--held-out", "0").code == 0
    finally:
        os.umask(before)
    for path in (*folder.iterdir(), tmp_path / "copy.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    folder.joinpath("catalog.db").chmod(0o644)  # as an older citewise left it
    found = {
        row["check"]: row for row in json.loads(here("--home", folder, "doctor", "--json").out)["checks"]
    }
    assert found["home"]["verdict"] == "fault"
    assert found["home"]["mend"] == f"chmod 700 {folder}"
    folder.chmod(0o700)
    found = {
        row["check"]: row for row in json.loads(here("--home", folder, "doctor", "--json").out)["checks"]
    }
    assert found["home"]["verdict"] == "good"


@pytest.mark.weights
def test_json_holds_nothing_that_a_terminal_obeys(here: Run, tmp_path: Path) -> None:
    name = "na\x1b]0;x\x07me\u202e\x9b31m.md"
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / name).write_text("# Ti\x9b31mtle\n\nThe badge of visitors is \x9b5mgreen.\n")
    assert here("ingest", "evil").code == 0
    for words in (["documents"], ["ask", "What colour is the badge of visitors?"], ["search", "badge"]):
        done = here(*words, "--json")
        assert not any(ord(letter) < 32 and letter != "\n" for letter in done.out)
        assert not set(done.out) & {"\x7f", "\x9b", "\u202e"}
    assert json.loads(here("documents", "--json").out)["documents"][0]["doc"] == name


@pytest.mark.weights
def test_no_complaint_holds_anything_that_a_terminal_obeys(here: Run, tmp_path: Path) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    for number in (1, 2):
        name = f"zz\x1b]0;x\x07\x9b{number}m.md"
        (folder / name).write_text(f"# Badges {number}\n\nThe badge of visitors is green.\n")
    assert here("ingest", folder).code == 0
    for words in (["show"], ["history"], ["remove", "--yes"]):
        done = here("documents", *words, "zz")
        assert "2 documents fit" in done.err
        assert not set(done.out + done.err) & {"\x1b", "\x07", "\x9b"}


def test_the_log_of_failures_is_its_owners(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "run").mkdir(mode=0o755)
        log = write_down(ValueError("of secret-plans.docx"), tmp_path)
    finally:
        os.umask(before)
    assert log == tmp_path / "run" / "citewise.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
