"""The quick ones of the files that `benchmarks/hostile_drive.py` makes, beside good files."""

import random

from sync_kit import kit_in

from benchmarks import hostile_files
from benchmarks.hostile_drive import _is_sentence
from brain.errors import UnreadableDocument
from ingest.indexing.splitting import split
from ingest.readers import read_bytes


def test_good_files_are_indexed_among_links_pipes_and_odd_names(tmp_path):
    with kit_in(tmp_path) as kit:
        folder = kit.root / "hostile"
        for name, data in [
            *hostile_files._names(),
            *list(hostile_files._mislabelled(hostile_files.good_files()))[::6],
        ]:
            hostile_files._write(folder, name, data)
        hostile_files._specials(folder)
        report = kit.sync()
        assert [note for note in report.failures if not _is_sentence(note.sentence)] == []
        assert report.skipped >= 7
        names = {path.rpartition("/")[2] for path in kit.documents()}
        assert {"new\nline.txt", "🦆🔑.txt", "x" * 251 + ".txt", "%00%2e%2e.txt"} <= names
        sentences = [kit.catalog.document_text(row.id) for row in kit.catalog.documents()]
        assert sum(hostile_files.GOOD in text for text in sentences) >= 18
        assert kit.sync().embedded == 0


def outcome_of(data, name):
    try:
        return "text" if read_bytes(data, name).blocks else "nothing"
    except UnreadableDocument as error:
        return error.sentence


def test_damage_becomes_text_or_a_sentence():
    for name, data in hostile_files._damaged(hostile_files.good_files(), random.Random(3), 1):
        outcome = outcome_of(data, name.decode())
        assert outcome == "text" or _is_sentence(outcome), (name, outcome)


def test_a_row_of_many_columns_is_split_in_time_that_grows_with_its_length():
    counted = []

    def count(text):
        counted.append(len(text))
        return len(text.split())

    columns = 20_000
    data = b",".join(b"c%d" % n for n in range(columns)) + b"\n" + b"1," * columns + b"\n"
    parsed = read_bytes(data, "wide.csv")
    assert sum(1 for _ in split(parsed, 64, count)) > 100
    assert sum(counted) < 60 * len(parsed.text)


def test_a_heading_without_end_is_cut_in_one_go():
    counted = []

    def count(text):
        counted.append(len(text))
        return len(text.split())

    parsed = read_bytes(f"# {'word ' * 20_000}\n\nText.\n".encode(), "long.md")
    assert any(split(parsed, 64, count))
    assert sum(counted) < 60 * len(parsed.text)
