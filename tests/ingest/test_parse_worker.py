import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from reader_samples import bottomless_pdf, lists_in_json, swelling_pdf, word_file

from benchmarks.word_counting import WORDS
from brain.errors import UnreadableDocument
from ingest.indexing.cut_document import Cutting
from ingest.indexing.splitting import cut
from ingest.parsing.pool import ParsePool
from ingest.readers import read

REPOSITORY = Path(__file__).resolve().parents[2]
CUTTING = Cutting(64, WORDS)
OTHERS: set[psutil.Process] = set()


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.md"
    head = "---\ntitle: Good\ndate: 2024-03-05\n---\n# Head\n\n"
    path.write_text(head + "Text \ud7ff and 😀.\n\n| a | b |\n|--|--|\n| 1 | 2 |\n")
    return path


def saved(folder, name, data):
    path = folder / name
    path.write_bytes(data)
    return path


def workers_of(process=None):
    return [
        child
        for child in (process or psutil.Process()).children()
        if child not in OTHERS
        and child.status() != psutil.STATUS_ZOMBIE
        and "ingest.parsing.child" in " ".join(child.cmdline())
    ]


@pytest.fixture(autouse=True)
def _others():
    """The worker of sync_kit's pool, which other modules leave running, is none of these tests'."""
    OTHERS.update(workers_of())


def test_a_document_comes_back_as_it_was_read(good, tmp_path):
    word = saved(tmp_path, "a.docx", word_file(lambda document: document.add_heading("Words", 1)))
    with ParsePool(workers=1) as pool:
        for path in (good, word):
            assert pool.parse(path, CUTTING) == cut(read(path), CUTTING)


def test_sentences_of_readers_pass_through(tmp_path):
    with ParsePool(workers=1) as pool:
        with pytest.raises(UnreadableDocument, match=r"x\.pdf is not a PDF"):
            pool.parse(saved(tmp_path, "x.pdf", b"<html>"), CUTTING)
        with pytest.raises(UnreadableDocument, match=r"gone\.md can't be opened"):
            pool.parse(tmp_path / "gone.md", CUTTING)
        assert (
            pool.parse(saved(tmp_path, "x.bin", b"<p>Hi</p>"), CUTTING, media_type="text/html").text == "Hi\n"
        )


def test_a_worker_is_reused_and_has_not_loaded_the_brain(good):
    with ParsePool(workers=2) as pool:
        for _ in range(5):
            pool.parse(good, CUTTING)
        (worker,) = workers_of()
        assert not any("onnxruntime" in m.path or "chroma" in m.path for m in worker.memory_maps())
    assert not workers_of()


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(good, tmp_path):
    slow = saved(tmp_path, "slow.json", lists_in_json(6_000_000))
    with ParsePool(workers=1, seconds=1.5) as pool:
        with pytest.raises(UnreadableDocument, match=r"slow\.json took longer than 1\.5 s .* split it"):
            pool.parse(slow, CUTTING)
        assert pool.parse(good, CUTTING).title == "Good"


def test_a_file_that_needs_too_much_memory_is_given_up(good, tmp_path):
    large = saved(tmp_path, "large.json", lists_in_json(4_000_000))
    with ParsePool(workers=1, memory_bytes=160 * 1024**2) as pool:
        with pytest.raises(UnreadableDocument, match=r"large\.json needs more than 160 MB of memory"):
            pool.parse(large, CUTTING)
        assert pool.parse(good, CUTTING).title == "Good"


def test_a_file_that_found_no_more_memory_is_not_said_to_hold_no_text(good, tmp_path):
    with ParsePool(workers=1, memory_bytes=150 * 1024**2) as pool:
        with pytest.raises(UnreadableDocument, match=r"large\.pdf needs more than 150 MB of memory"):
            pool.parse(saved(tmp_path, "large.pdf", swelling_pdf(60 * 1024**2)), CUTTING)
        with pytest.raises(UnreadableDocument, match=r"small\.pdf holds no text"):
            pool.parse(saved(tmp_path, "small.pdf", swelling_pdf(1024**2)), CUTTING)


def test_a_worker_that_has_grown_large_leaves_after_that_file(good, tmp_path):
    ballast = bytearray(b"x") * 120 * 1024**2  # what the parent holds isn't the worker's
    with ParsePool(workers=1, memory_bytes=140 * 1024**2) as pool:
        pool.parse(good, CUTTING)
        before = workers_of()
        pool.parse(good, CUTTING)
        assert len(before) == 1
        assert workers_of() == before
        large = saved(tmp_path, "large.json", lists_in_json(800_000))
        with pytest.raises(UnreadableDocument, match=r"large\.json holds no text"):
            pool.parse(large, CUTTING)
        assert workers_of() == []
        assert pool.parse(good, CUTTING).title == "Good"
        assert workers_of() != before
    del ballast


def test_a_file_that_crashes_its_reader_costs_only_a_worker(good, tmp_path):
    # PDFium aborts where it gets no more memory: no Python error, the process is gone.
    bomb = saved(tmp_path, "bomb.pdf", bottomless_pdf())
    with ParsePool(workers=1, memory_bytes=160 * 1024**2) as pool:
        with pytest.raises(UnreadableDocument, match=r"bomb\.pdf (made its reader crash|needs more than)"):
            pool.parse(bomb, CUTTING)
        assert pool.parse(good, CUTTING).title == "Good"


def test_a_worker_that_is_shot_while_it_reads_is_a_crash(good, tmp_path):
    slow = saved(tmp_path, "slow.json", lists_in_json(12_000_000))
    with ParsePool(workers=1) as pool, ThreadPoolExecutor(1) as threads:
        reading = threads.submit(pool.parse, slow, CUTTING)
        while not (found := workers_of()):
            assert not reading.done()
        found[0].send_signal(signal.SIGSEGV)
        with pytest.raises(UnreadableDocument, match=r"slow\.json made its reader crash"):
            reading.result()
        assert pool.parse(good, CUTTING).title == "Good"


def test_a_worker_lost_between_files_is_replaced_unseen(good):
    with ParsePool(workers=1) as pool:
        pool.parse(good, CUTTING)
        (worker,) = workers_of()
        worker.kill()
        psutil.wait_procs([worker])
        assert pool.parse(good, CUTTING).title == "Good"


def test_several_threads_share_the_workers(good):
    with ParsePool(workers=2) as pool, ThreadPoolExecutor(6) as threads:
        titles = list(threads.map(lambda _: pool.parse(good, CUTTING).title, range(60)))
        assert len(workers_of()) <= 2
    assert titles == ["Good"] * 60


def test_closing_ends_busy_workers_too(good, tmp_path):
    slow = saved(tmp_path, "slow.json", lists_in_json(12_000_000))
    pool = ParsePool(workers=1)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(pool.parse, slow, CUTTING)
        while not workers_of():
            assert not reading.done()
        pool.close()
        with pytest.raises(RuntimeError, match="closed"):
            reading.result()
    assert not workers_of()
    with pytest.raises(RuntimeError, match="closed"):
        pool.parse(good, CUTTING)


def test_workers_do_not_outlive_a_killed_parent(tmp_path):
    slow = saved(tmp_path, "slow.pdf", bottomless_pdf())
    program = (
        "import sys, pathlib; from ingest.parsing.pool import ParsePool\n"
        "from ingest.indexing.cut_document import Cutting; from benchmarks.word_counting import WORDS\n"
        "ParsePool(workers=1).parse(pathlib.Path(sys.argv[1]), Cutting(64, WORDS))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    parent = subprocess.Popen([sys.executable, "-c", program, str(slow)], env=environment)
    family = psutil.Process(parent.pid)
    while not (children := workers_of(family)):
        assert parent.poll() is None
    parent.kill()
    parent.wait()
    gone, alive = psutil.wait_procs(children, timeout=60)
    assert gone
    assert not alive


def test_a_size_limit_can_be_set(tmp_path):
    with (
        ParsePool(workers=1, max_file_bytes=10) as pool,
        pytest.raises(UnreadableDocument, match=r"more than the .* allowed"),
    ):
        pool.parse(saved(tmp_path, "long.md", b"more than ten bytes"), CUTTING)


def test_no_thread_is_left_behind(good):
    before = threading.active_count()
    with ParsePool() as pool:
        pool.parse(good, CUTTING)
    assert threading.active_count() == before
