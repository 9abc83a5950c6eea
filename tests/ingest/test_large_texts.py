"""Files that are one text of great length: cut where they are read, in time that grows with its length."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta

import pytest
from watched_counting import never_done, noting

from benchmarks.word_counting import WORDS
from brain.domain import Locator
from brain.embedding.embedder import Embedder
from brain.text.sentences import sentence_spans
from ingest.indexing.cut_document import Chunk, Cutting
from ingest.indexing.splitting import split
from ingest.indexing.storable import LONGEST_NAME
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing.cut_json import document, head, passage_pieces, text_pieces
from ingest.parsing.pool import ParsePool
from ingest.readers import read_bytes
from ingest.readers.spaced_tables import table_runs
from ingest.readers.wrapping import joined_lines
from ingest.report import Stage


class Lines(list):
    """Lines that tell how many of them were copied or looked at."""

    touched = 0

    def __getitem__(self, at):
        found = super().__getitem__(at)
        self.touched += len(found) if isinstance(at, slice) else 1
        return found


class Counted:
    """Counts words, and the characters that it was shown; the longest text of them too."""

    def __init__(self):
        self.characters = self.longest = 0

    def __call__(self, text):
        self.characters += len(text)
        self.longest = max(self.longest, len(text))
        return len(text.split())


def one_block(text, kind=BlockKind.PARAGRAPH):
    return ParsedDocument("Log", (Block(kind, text),), "text/plain")


@pytest.mark.parametrize("kind", [BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW])
@pytest.mark.parametrize(
    "text", ["word " * 100_000, "w" * 500_000, "Yes. " * 100_000], ids=["words", "one", "ends"]
)
def test_no_text_is_counted_as_a_whole_or_again_and_again(text, kind):
    counted = Counted()
    assert sum(len(chunk.text.split()) for chunk in split(one_block(text, kind), 64, counted)) >= len(
        text.split()
    )
    assert counted.longest < 10_000
    assert counted.characters < 60 * len(text)


def test_the_first_passages_come_before_the_last_ones_are_cut():
    counted = Counted()
    text = "A few words. " * 20_000
    next(split(one_block(text), 64, counted))
    assert counted.characters < 10_000


def test_a_title_or_heading_without_end_is_not_read_for_each_passage_below():
    counted = Counted()
    long = "word " * 50_000
    blocks = [Block(BlockKind.HEADING, long, level=1)]
    for number in range(300):
        blocks.append(Block(BlockKind.PARAGRAPH, f"Part {number} says this.", blocks[0].locator))
        blocks.append(Block(BlockKind.HEADING, f"Part {number}", level=2))
    parsed = ParsedDocument(long, tuple(blocks), "text/plain")
    assert sum(1 for _ in split(parsed, 64, counted)) >= 300
    assert counted.longest < 10_000


def test_small_sections_whose_letters_are_no_tokens_are_counted_once():
    counted = []
    blocks = []
    for number in range(500):
        place = Locator(heading=("Chapter", f"{number}"))
        blocks.append(Block(BlockKind.HEADING, f"{number}", place, 2))
        blocks.append(Block(BlockKind.PARAGRAPH, "\x01", place))

    def count(text):
        counted.append(text)
        return 0 if text == "\x01" or text.isdigit() else len(text.split())

    list(split(ParsedDocument("", tuple(blocks), "text/plain"), 64, count))
    assert len(counted) < 10 * len(blocks)


def test_a_line_of_dots_is_looked_through_once():
    # From each dot to the last one this would take minutes, in which no other thread gets a turn.
    text = "." * 200_000 + "x and more. Then this."
    spans = [text[start:end] for start, end in sentence_spans(text)]
    assert [span.lstrip(".") for span in spans] == ["x and more.", "Then this."]


def test_lines_that_are_no_table_are_not_copied_for_each_line():
    lines = Lines(f"line {number} of a log" for number in range(3000))
    assert list(table_runs(lines)) == [([], list(lines))]
    assert lines.touched < 4 * len(lines)


def test_a_cell_that_goes_on_in_many_lines_is_whole():
    rows, rest = next(
        table_runs(["name   what it is", "key    hangs", *["       behind"] * 3, "lamp   stands"])
    )
    assert rest == []
    assert rows == [["name", "what it is"], ["key", "hangs behind behind behind"], ["lamp", "stands"]]


def test_many_wrapped_lines_are_one_paragraph():
    lines = ["and on it goes"] * 1000
    assert joined_lines(lines, 80) == [" ".join(lines)]


def test_what_a_worker_sends_comes_in_small_pieces_and_is_the_document_again():
    parsed = read_bytes(("One two three. " * 20_000).encode(), "long.txt")
    chunks = tuple(split(parsed, 64, WORDS))
    pieces = [*text_pieces(parsed.text), *passage_pieces(chunks)]
    assert len(pieces) > 5
    assert max(len(piece.get("text", "")) for piece in pieces) <= 100_000
    assert max(len(piece.get("passages", ())) for piece in pieces) <= 250
    again = document(head(parsed), pieces)
    assert (again.text, again.chunks, again.title) == (parsed.text, chunks, parsed.title)


def test_every_part_of_a_place_is_sent():
    place = Locator(2, ("A", "B"), 3, "Prices", 4, "notes", ((3, 5),), ((4, ("A", "C")),))
    assert all(getattr(place, field.name) for field in fields(Locator))
    parsed = one_block("alpha")
    chunk = Chunk(0, 0, 5, "alpha", "Handbook › A", "Name\tPrice", place)
    assert document(head(parsed), [*text_pieces("alpha"), *passage_pieces([chunk])]).chunks == (chunk,)


def test_passages_of_many_letters_are_sent_a_few_at_a_time():
    parsed = one_block("w" * 450_000)
    pieces = list(passage_pieces(split(parsed, 64, lambda text: 1)))
    assert len(pieces) > 3


def test_files_are_cut_in_the_process_that_reads_them(kit):
    counters = kit.folder / "counters"
    counters.mkdir()
    kit.write("log.txt", "A few words of a log. " * 1500)
    embedder = Embedder("fake/32", 32, 64, kit.embeddings, noting(counters))
    report = kit.sync(embedder=lambda: embedder)  # counting here would fail
    assert (report.added, report.failed) == (1, 0)
    assert report.passages > 100
    assert len(list(counters.iterdir())) == 1
    kit.assert_in_step()


def test_a_text_that_takes_too_long_to_cut_is_told_and_tried_no_more(kit):
    kit.write("log.txt", "A few words of a log.")
    embedder = Embedder("fake/32", 32, 64, kit.embeddings, never_done(kit.folder))
    report = kit.sync(embedder=lambda: embedder, parser=lambda: ParsePool(1, seconds=1.5))
    assert (report.added, report.failed) == (0, 1)
    assert "log.txt took longer than 1.5 s" in report.failures[0].sentence
    (failure,) = kit.catalog.failures()
    assert failure.path == "log.txt"
    assert kit.sync(retry=True).added == 1
    kit.assert_in_step()


def test_a_stop_ends_the_cutting_of_a_file_at_once(tmp_path):
    counters = tmp_path / "counters"
    counters.mkdir()
    file = tmp_path / "log.txt"
    file.write_text("A few words of a log.")
    pool = ParsePool(workers=1)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(pool.parse, file, Cutting(64, never_done(counters)))
        while not list(counters.iterdir()):
            assert not reading.done()
        pool.close()
        with pytest.raises(RuntimeError, match="closed"):
            reading.result()


def test_a_run_can_be_left_while_its_only_file_is_being_cut(kit):
    counters = kit.folder / "counters"
    counters.mkdir()
    kit.write("log.txt", "A few words of a log.")
    embedder = Embedder("fake/32", 32, 64, kit.embeddings, never_done(counters))

    def stopped(stage, done, total):
        if list(counters.iterdir()):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kit.sync(embedder=lambda: embedder, parser=lambda: ParsePool(1), progress=stopped)
    assert kit.sync().added == 1
    kit.assert_in_step()


def test_a_name_without_end_is_cut_and_its_words_stay_in_the_text(kit):
    """A title is looked at with each passage for each question: one of a megabyte kept everybody waiting."""
    line = "overtime " * 40_000
    kit.write("minutes.md", f"# {line}\n\n## 3 March {line}\n\nOvertime is paid in June.\n")
    assert kit.sync().added == 1
    (row,) = kit.catalog.documents()
    passages = kit.catalog.document_passages(row.id)
    assert len(row.title) <= LONGEST_NAME
    assert row.title.startswith("overtime overtime")
    assert max(len(part) for p in passages for part in p.source.locator.heading) <= LONGEST_NAME
    assert kit.catalog.document_text(row.id).count("overtime") == 80_000


class Killed(BaseException):
    """The process ends here."""


def test_what_was_embedded_of_a_large_file_outlives_a_kill(kit, monkeypatch):
    monkeypatch.setattr("ingest.indexing.embedding_batches.KEPT", 128)
    kit.write(
        "log.txt", "".join(f"Line {number} of a log says a few words more.\n" for number in range(2000))
    )
    inner = kit.embeddings.embed_documents

    def embed(texts):
        if len(kit.embeddings.embedded) >= 192:
            raise Killed
        return inner(texts)

    monkeypatch.setattr(kit.embeddings, "embed_documents", embed)
    with pytest.raises(Killed):
        kit.sync()
    assert kit.documents() == {}
    first = set(kit.embeddings.embedded)
    monkeypatch.setattr(kit.embeddings, "embed_documents", inner)
    report = kit.sync()
    again = first & set(kit.embeddings.embedded)
    assert len(again) == 64  # those since the vectors were last stored
    assert report.embedded == report.passages - 128
    kit.assert_in_step()


def test_how_much_of_a_large_file_is_left_to_embed_is_told(kit, monkeypatch):
    for module in ("embedding_batches", "pipeline"):
        monkeypatch.setattr(f"ingest.indexing.{module}.KEPT", 128)
    kit.write(
        "log.txt", "".join(f"Line {number} of a log says a few words more.\n" for number in range(1000))
    )
    told = []
    report = kit.sync(
        progress=lambda stage, done, total: told.append((done, total)) if stage is Stage.EMBEDDED else None
    )
    assert told[0] == (64, report.passages)
    assert told[-1] == (report.passages, report.passages)
    kit.write("note.txt", "A few words.")
    told.clear()
    kit.sync(
        progress=lambda stage, done, total: told.append((done, total)) if stage is Stage.EMBEDDED else None
    )
    assert told == [(1, None)]


def test_vectors_of_a_file_that_never_came_are_dropped_later(kit, monkeypatch):
    kit.catalog.set_embedder("fake/32", 32)
    kit.catalog.keep_vectors({"of nothing": [0.5] * 32})
    assert kit.catalog.missing_vectors(["of nothing"]) == set()
    monkeypatch.setattr("brain.catalog.documents.documents._GRACE", -timedelta(days=1))
    kit.write("note.txt", "A few words.")
    kit.sync()
    assert kit.catalog.missing_vectors(["of nothing"]) == {"of nothing"}
    kit.assert_in_step()
