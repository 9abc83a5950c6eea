"""A cross-encoder is fetched from the hub once, whole or not at all; a local server stands for the hub."""

import hashlib
import json
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from embedding_server import Reply, Request, serving
from small_cross_encoder import save_synonyms

from brain.cross_encoding import files, hub
from brain.cross_encoding.hub import FETCHED, is_hub_name
from brain.cross_encoding.hub import ensure_model as ensure
from brain.errors import StorageFailed, UsageError, WeightsUnavailable
from brain.reranking.factory import RerankerChoice, open_reranker

NAME = "owner/tiny-reranker"
ensure_model = partial(ensure, setting="CITEWISE_RERANKER")
COMMIT = "c5ee24cb16019beea0893ab7796b1df96625c6b8"
LARGE = "onnx/model.onnx"


class Hub:
    """The two kinds of answers that the hub gives: a model's files, and each of them."""

    def __init__(self, folder: Path) -> None:
        found = (path for path in folder.rglob("*") if path.is_file())
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
        self.commit = COMMIT
        self.replaced: dict[str, Reply] = {}

    def listed(self, name: str) -> dict[str, Any]:
        content = self.files[name]
        git = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
        row: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": git}
        if name == LARGE:
            sha = hashlib.sha256(content).hexdigest()
            row["lfs"] = {"sha256": sha, "size": len(content), "pointerSize": 132}
        return row

    def __call__(self, request: Request) -> Reply:
        if request.path.startswith(f"/api/models/{NAME}/revision/"):
            told = {"sha": self.commit, "siblings": [self.listed(name) for name in self.files]}
            return Reply.of(told)
        start = f"/{NAME}/resolve/{self.commit}/"
        name = request.path.removeprefix(start)
        if request.path.startswith(start) and name in self.files:
            return self.replaced.get(name) or Reply(self.files[name])
        return Reply(status=404)


@pytest.fixture
def shown(tmp_path: Path) -> Hub:
    return Hub(save_synonyms(tmp_path / "at-the-hub", [("dog", "hound")]))


def fetched_names(requests: list[Request]) -> list[str]:
    return [
        request.path.partition(COMMIT)[2].lstrip("/") for request in requests if "/resolve/" in request.path
    ]


def test_a_model_is_fetched_once_and_used_without_a_network_from_then_on(shown: Hub, tmp_path: Path) -> None:
    shown.files |= {"README.md": b"# hi", "pytorch_model.bin": b"\x80\x04.", "../../evil.json": b"{}"}
    told: list[tuple[str, int, int]] = []
    with serving(shown) as server, ExitStack() as closing:
        options = {"cache": tmp_path / "cache", "hub": server.address}
        open_reranker(RerankerChoice(NAME), closing, progress=lambda *heard: told.append(heard), **options)  # type: ignore[arg-type]
        assert sorted(fetched_names(server.requests)) == ["config.json", LARGE, "tokenizer.json"]
        asked = len(server.requests)
        open_reranker(RerankerChoice(NAME), closing, **options)  # type: ignore[arg-type]
        assert len(server.requests) == asked
    assert told[-1][1] == told[-1][2] == sum(len(shown.files[n]) for n in fetched_names(server.requests))
    with ExitStack() as closing:
        open_reranker(RerankerChoice(NAME), closing, cache=tmp_path / "cache", offline=True)
    kept = {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    assert {name for name in kept if not name.endswith(".stamp.json")} == {
        "config.json", "model.onnx", "tokenizer.json", FETCHED
    }  # fmt: skip


@pytest.mark.parametrize("name", ["tokenizer.json", LARGE])
def test_what_is_not_what_the_hub_lists_is_not_kept(shown: Hub, tmp_path: Path, name: str) -> None:
    content = shown.files[name]
    cut = Reply(content[:-9], claimed_length=len(content))
    for reply in (Reply(content[:-1] + b"?"), Reply(content + b"more"), Reply(content[:-9]), cut):
        shown.replaced = {name: reply}
        with serving(shown) as server, pytest.raises(WeightsUnavailable):
            ensure_model(NAME, tmp_path / "cache", hub=server.address)
        assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    shown.replaced = {}
    with serving(shown) as server:
        assert (ensure_model(NAME, tmp_path / "cache", hub=server.address) / LARGE).read_bytes()


def test_a_damaged_file_is_fetched_again_from_the_same_commit(shown: Hub, tmp_path: Path) -> None:
    with serving(shown) as server:
        folder = ensure_model(NAME, tmp_path / "cache", hub=server.address)
        graph = folder / LARGE
        graph.write_bytes(graph.read_bytes()[:100])
        with pytest.raises(WeightsUnavailable, match="Fetching is switched off"):
            ensure_model(NAME, tmp_path / "cache", offline=True)
        ensure_model(NAME, tmp_path / "cache", hub=server.address)
    listings = [r.path.partition("?")[0] for r in server.requests if r.path.startswith("/api/")]
    assert [path.rpartition("/")[2] for path in listings] == ["main", COMMIT]
    assert graph.read_bytes() == shown.files[LARGE]


def test_what_a_killed_download_left_counts_for_nothing(shown: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "cross-encoders" / NAME.replace("/", "--")
    (folder / "onnx").mkdir(parents=True)
    (folder / LARGE).write_bytes(shown.files[LARGE][:50])
    (folder / FETCHED).write_text('{"commit": ')
    with serving(shown) as server:
        assert ensure_model(NAME, tmp_path / "cache", hub=server.address) == folder
    assert (folder / LARGE).read_bytes() == shown.files[LARGE]
    assert json.loads((folder / FETCHED).read_text())["commit"] == COMMIT


def test_models_that_can_t_be_used_are_told_before_anything_is_fetched(
    shown: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dict(shown.files)

    def refused(without: str, *beside: str) -> str:
        shown.files = {name: body for name, body in whole.items() if name != without}
        shown.files |= dict.fromkeys(beside, b"x")
        with serving(shown) as server, pytest.raises(UsageError) as told:
            ensure_model(NAME, tmp_path / "cache", hub=server.address)
        assert not fetched_names(server.requests)
        return told.value.sentence

    assert "has no tokenizer.json" in refused("tokenizer.json")
    assert "never opened" in refused(LARGE, "pytorch_model.bin")
    assert "neither onnx/model.onnx nor model.safetensors" in refused(LARGE)
    monkeypatch.setattr(hub, "has_torch", lambda: False)
    monkeypatch.setattr(files, "has_torch", lambda: False)
    assert "needs citewise[phi3]" in refused(LARGE, "model.safetensors")


def test_an_unknown_model_a_hub_that_is_down_and_a_strange_one_are_told(tmp_path: Path) -> None:
    with serving(lambda _: Reply(status=401)) as server, pytest.raises(UsageError, match="nor such a model"):
        ensure_model(NAME, tmp_path, hub=server.address)
    with pytest.raises(WeightsUnavailable, match=r"hub could not be reached\. To do without a network"):
        ensure_model(NAME, tmp_path, hub="http://127.0.0.1:9")
    with (
        serving(lambda _: Reply.of(["?"])) as server,
        pytest.raises(WeightsUnavailable, match="does not answer as one"),
    ):
        ensure_model(NAME, tmp_path, hub=server.address)


def test_a_cache_that_can_t_be_written_is_told(shown: Hub, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    with serving(shown) as server, pytest.raises(StorageFailed, match="CITEWISE_CACHE"):
        ensure_model(NAME, tmp_path / "cache", hub=server.address)


@pytest.mark.parametrize(
    ("name", "is_name"),
    [("a/b", True), ("cross-encoder/ms-marco-MiniLM-L6-v2", True), ("a", False), ("a/b/c", False),
     ("/a", False), ("~/a", False), ("../a", False), ("./a", False), ("a/..", False), ("a b/c", False)],
)  # fmt: skip
def test_what_is_written_as_a_model_of_the_hub(name: str, is_name: bool) -> None:
    assert is_hub_name(name) is is_name
