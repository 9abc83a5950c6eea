import random
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from brain.catalog.rows import IndexedDocument, IndexedPassage
from brain.index.keyword_index import KeywordIndex, Unit
from brain.index.keyword_query import Weights
from brain.languages.german import GERMAN
from brain.text.dates import Day

NO_VECTOR = np.empty(0, dtype=np.float32)
PLAIN = Weights()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[KeywordIndex]:
    opened = KeywordIndex(tmp_path / "keyword.db")
    yield opened
    opened.close()


def passage(number: int, body: str, space: int = 1, title: str = "", heading: str = "") -> IndexedPassage:
    return IndexedPassage(number, space, number, title, heading, body, NO_VECTOR)


def search(index: KeywordIndex, *terms: str, limit: int = 10, unit: Unit = Unit.PASSAGE, space: int = 1):
    return index.search(unit, space, terms, limit, PLAIN)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6,000 passages whose words are as unevenly spread as those of a language."""
    path = tmp_path_factory.mktemp("many") / "keyword.db"
    choose = random.Random(7)
    words = [f"word{number}" for number in range(5000)]
    chances = [1 / (number + 3) for number in range(len(words))]
    texts = [choose.choices(words, chances, k=choose.randint(10, 60)) for _ in range(6000)]
    made = KeywordIndex(path)
    made.apply(passages=[passage(number, " ".join(text)) for number, text in enumerate(texts, 1)])
    made.close()
    return path


def test_the_best_rows_and_scores_are_those_of_plain_bm25(many: Path):
    index = KeywordIndex(many)
    choose = random.Random(8)
    connection = sqlite3.connect(many)
    same = asked = 0
    for _ in range(40):
        terms = [f"word{choose.choice((3, 30, 300, 3000)) + choose.randrange(100)}" for _ in range(6)]
        exact = connection.execute(
            "SELECT rowid, -rank FROM passages_1 WHERE passages_1 MATCH ? ORDER BY rank LIMIT 10",
            (" OR ".join(dict.fromkeys(terms)),),
        ).fetchall()
        found = search(index, *terms)
        assert found[0][0] == exact[0][0]
        # A word in a third of the rows is passed over, and would have added little.
        assert found[0][1] == pytest.approx(exact[0][1], rel=0.1)
        same += len({number for number, _ in found} & {number for number, _ in exact})
        asked += len(exact)
    connection.close()
    index.close()
    assert same / asked > 0.98


def test_a_word_in_every_row_is_passed_over_beside_rarer_ones_and_answered_alone(many: Path):
    index = KeywordIndex(many)
    rare = search(index, "word4900", limit=50)
    assert [number for number, _ in search(index, "word0", "word4900", limit=50)] == [n for n, _ in rare]
    assert len(search(index, "word0", limit=50)) == 50
    index.close()


def test_a_repeated_term_counts_once(index):
    index.apply(passages=[passage(1, "bike cellar"), passage(2, "bike"), passage(3, "house")])
    assert search(index, "bike", "bike", "cellar") == search(index, "cellar", "bike")


def test_a_row_put_twice_is_replaced_and_one_dropped_twice_is_gone(index):
    index.apply(passages=[passage(1, "old words"), passage(2, "other")])
    index.apply(passages=[passage(1, "new words")])
    assert search(index, "old") == []
    assert [number for number, _ in search(index, "new")] == [1]
    assert index.count(Unit.PASSAGE, 1) == 2
    for _ in range(2):
        index.apply(dropped_passages=[(1, 1), (1, 999), (77, 1)])
    assert index.ids(Unit.PASSAGE, 1) == {2}
    assert search(index, "new") == []


def test_documents_and_passages_do_not_meet(index):
    index.apply(
        passages=[passage(1, "bike"), passage(2, "cellar"), passage(3, "nothing")],
        documents=[
            IndexedDocument(1, 1, "Bikes", "Where Who", "bike\ncellar"),
            IndexedDocument(2, 1, "Else", "", "nothing"),
            IndexedDocument(3, 1, "Else", "", "nothing else"),
        ],
    )
    assert {number for number, _ in search(index, "bike", "cellar")} == {1, 2}
    assert [number for number, _ in search(index, "bike", "cellar", unit=Unit.DOCUMENT)] == [1]
    assert [number for number, _ in search(index, "who", unit=Unit.DOCUMENT)] == [1]
    index.apply(dropped_documents=[(1, 1)])
    assert search(index, "who", unit=Unit.DOCUMENT) == []
    assert len(search(index, "bike")) == 1


def test_searches_see_a_change_as_soon_as_it_is_applied_and_never_half_of_it(index):
    index.apply(
        passages=[passage(number, "constant other" if number % 2 else "constant") for number in range(40)]
    )
    faults: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found = index.search(Unit.PASSAGE, 1, ["moving"], 50, PLAIN)
            if len(found) not in (0, 10):
                faults.append(found)

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(20):
        rows = range(100 * turn + 100, 100 * turn + 110)
        index.apply(passages=[passage(number, f"moving {number}") for number in rows])
        assert {number for number, _ in index.search(Unit.PASSAGE, 1, ["moving"], 50, PLAIN)} == set(rows)
        index.apply(dropped_passages=[(1, number) for number in rows])
    done.set()
    reader.join()
    assert faults == []


def test_the_words_of_a_table_are_known_after_each_change_as_if_they_were_read_again(tmp_path: Path):
    choose = random.Random(11)
    stems = ["urlaub", "antrag", "frist", "büro", "zahlung", "schlüssel", "ausweis", "koffer"]
    endings = ["", "e", "en", "s", "es", "santrag", "sfrist"]
    index = KeywordIndex(tmp_path / "keyword.db")
    there: set[int] = set()
    index.apply(passages=[passage(1000, "Anfang")])
    first = index.vocabulary(Unit.PASSAGE, 1)
    assert first.has("anfang", GERMAN)
    for step in range(60):
        put = [
            passage(
                choose.randrange(8), " ".join(choose.choice(stems) + choose.choice(endings) for _ in range(3))
            )
            for _ in range(choose.randrange(3))
        ]
        put = list({row.id: row for row in put}.values())
        dropped = [number for number in there if choose.random() < 0.2] if step % 3 else [77]
        index.apply(passages=put, dropped_passages=[(1, number) for number in dropped])
        there = (there - set(dropped)) | {row.id for row in put}
        told = index.vocabulary(Unit.PASSAGE, 1)
        again = KeywordIndex(tmp_path / "keyword.db")
        read = again.vocabulary(Unit.PASSAGE, 1)
        assert list(told.words) == list(read.words)
        for word in ("urlaub", "buro", "frist", "ausweise"):
            assert told.forms(word, GERMAN) == read.forms(word, GERMAN)
            assert told.has(word, GERMAN) == read.has(word, GERMAN)
        again.close()
    index.close()


def days(*each: Day) -> list[tuple[Day, Day]]:
    return [(day, day) for day in each]


def test_passages_are_found_by_the_dates_in_them_however_they_are_written(index: KeywordIndex):
    index.apply(
        passages=[
            passage(1, "It rained.", heading="2026-03-04"),
            passage(2, "It rained on 4 March."),
            passage(3, "Closed from 2 to 6 March 2026."),
            passage(4, "Version 4.3.26 has 4 pumps."),
            passage(5, "4. März 2025: Regen"),
            passage(6, "It rained.", space=2, title="Log, March 4th, 2026"),
            passage(7, "It rained.")._replace(document="logs/2026-03-04.md"),
            passage(8, "04/03/2026: rain"),
        ]
    )
    assert index.dated(1, days(Day(2026, 3, 4))) == [1, 2, 3, 7, 8]
    assert index.dated(1, days(Day(0, 3, 4))) == [1, 2, 3, 5, 7, 8]
    assert index.dated(1, days(Day(2026, 4, 3))) == [8]
    assert index.dated(1, days(Day(2025, 3))) == [2, 5]
    assert index.dated(2, days(Day(2026, 3, 4), Day(2026, 4, 3))) == [6]
    assert index.dated(1, [(Day(2026, 3, 5), Day(9999, 12, 31))]) == [3, 8]
    assert index.dated(1, [(Day(0, 2, 20), Day(0, 3, 4))]) == [1, 2, 3, 5, 7, 8]
    assert index.dated(1, [(Day(2026, 3, 7), Day(2026, 3, 31))]) == []


def test_the_dates_of_a_passage_change_and_go_with_it(index: KeywordIndex):
    index.apply(passages=[passage(1, "On 4 March 2026"), passage(2, "On 4 March 2026")])
    index.apply(passages=[passage(1, "On 5 March 2026")], dropped_passages=[(1, 2)])
    assert index.dated(1, days(Day(2026, 3, 4))) == []
    assert index.dated(1, days(Day(2026, 3, 5))) == [1]


def test_words_that_stand_nowhere_are_not_remembered_without_end(
    index: KeywordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brain.index.keyword_query._REMEMBERED_ROWS", 1_000)
    index.apply(passages=[passage(1, "leave days")])
    for number in range(200):
        assert search(index, f"unheard{number}", "leave")
    assert len(index._postings._known) <= 1_000 / 40 + 2
