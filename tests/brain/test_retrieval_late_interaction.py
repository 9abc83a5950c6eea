import random
import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings
from small_home import SmallHome, fake_embedder

from benchmarks.word_counting import WORDS
from brain.catalog.documents.vectors import embedded_text
from brain.domain import Locator, Passage, Source
from brain.embedding.embedder import Embedder
from brain.embedding.factory import open_embedder
from brain.embedding.token_states import ReadsTokens, TokenStates
from brain.retrieval import hybrid, late_interaction
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.late_interaction import LateInteraction, compared
from brain.retrieval.query import Query, Rarity
from brain.text.analysis import analyse

# Words with one meaning have one direction; a passage of other words is at right angles to all of these.
MEANINGS = ("vacation holiday leave", "day days", "many number", "boss manager", "printer ink")


class WordReader(Embeddings):
    """Reads words apart by blanks; one direction for those of one meaning. Keeps what passages it read."""

    def __init__(self, meanings: Sequence[str] = MEANINGS) -> None:
        self.read: list[str] = []
        self._meanings = meanings
        self._lock = threading.Lock()

    def token_states(self, texts: Sequence[str]) -> list[TokenStates]:
        with self._lock:
            self.read += texts
        return [self._states(text) for text in texts]

    def question_states(self, question: str) -> TokenStates:
        return self._states(question)

    def _states(self, text: str) -> TokenStates:
        vectors, places, at = [], [], 0
        for word in text.split():
            at = text.index(word, at)
            bare = word.strip(".,?:-").lower()
            meaning = next(
                (n for n, same in enumerate(self._meanings) if bare in same.split()), len(MEANINGS)
            )
            vectors.append(np.eye(len(MEANINGS) + 1, dtype=np.float32)[meaning])
            places.append((at, at + len(word)))
            at += len(word)
        size = (-1, len(MEANINGS) + 1)
        return TokenStates(np.array(vectors, np.float32).reshape(size), np.array(places).reshape(-1, 2))

    def telling(self, question: TokenStates) -> np.ndarray:
        known = 1.0 - question.vectors[:, -1]
        return known / max(known.sum(), 1)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._states(text).vectors.sum(axis=0).tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def passage(text: str, context: str = "", number: int = 1) -> Passage:
    return Passage(number, text, Source("a.md", "A", "general", "file:///a.md", Locator()), context=context)


TWO = passage("The printer is old. Staff get thirty days of leave.", context="Rules › Leave")


def test_the_sentence_that_means_the_same_is_the_likest():
    likeness = LateInteraction(WordReader()).likeness("How many vacation days?", [TWO])[TWO.id]
    assert len(likeness) == len(analyse(TWO).sentences) == 2
    assert likeness[1].by_token > likeness[0].by_token
    assert likeness[1].by_token == pytest.approx(2 / 3)  # vacation and days, but no number of them
    assert likeness[1].mean == pytest.approx(6 / 24)  # of 4 times 6 pairs


def test_each_question_token_takes_its_likest_of_the_sentence_not_of_what_stands_above_it():
    reader = WordReader()
    asked, read = reader.token_states(["vacation printer", embedded_text(TWO.context, "", TWO.text)])
    likest, mean = compared(asked, read, TWO)
    assert likest.tolist() == [[0, 1], [1, 0]]  # "Leave" in the heading is not the first sentence's
    assert mean.shape == (2,)


def test_a_row_is_read_with_its_columns_and_nothing_else_is():
    table = replace(
        passage("Permanent\t30\nSee the printer room.", context="Rules"), table_header="Staff\tHoliday"
    )
    reader = WordReader()
    asked, read = reader.token_states(["vacation", embedded_text("Rules", table.table_header, table.text)])
    likest, _ = compared(asked, read, table)
    assert likest.tolist() == [[1, 0]]


def test_a_sentence_of_which_nothing_was_read_is_like_nothing():
    asked = WordReader().token_states(["vacation"])[0]
    cut = WordReader().token_states(["The printer is"])[0]
    likest, mean = compared(asked, cut, passage("The printer is old. Vacation days are thirty."))
    assert likest[:, 1].tolist() == [0]
    assert mean[1] == 0


@pytest.mark.parametrize("question", ["", "???"])
def test_a_question_without_words_is_like_nothing(question):
    likeness = LateInteraction(WordReader()).likeness(question, [TWO])[TWO.id]
    assert [one.by_token for one in likeness] == [0, 0]


def test_passages_are_read_once_and_the_oldest_forgotten(monkeypatch):
    tokens = 4
    one = tokens * (2 * (len(MEANINGS) + 1) + 16)  # bytes: numbers of 16 bits, and two places of 64 a token
    monkeypatch.setattr(late_interaction, "REMEMBERED_BYTES", 2 * one)
    reader = WordReader()
    reading = LateInteraction(reader)
    first, second, third = (passage(f"Leave is {n} days.", number=n) for n in (1, 2, 3))
    once = reading.likeness("leave", [first, second])
    assert reading.likeness("leave", [first, second]) == once
    assert reader.read == [first.text, second.text]
    reading.likeness("leave", [third])
    reading.likeness("leave", [second])  # still known
    reading.likeness("leave", [first])  # forgotten
    assert reader.read[2:] == [third.text, first.text]


def test_what_is_remembered_stays_below_its_bound(monkeypatch):
    monkeypatch.setattr(late_interaction, "REMEMBERED_BYTES", 2_000)
    reading = LateInteraction(WordReader())
    draw = random.Random(0)
    for number in range(60):  # of unlike lengths, some again and again, the longest above the bound alone
        length = 90 if number % 9 == 0 else 1 + number % 20
        reading.likeness("leave", [passage("leave " * length, number=number)] * draw.randint(1, 2))
        kept = reading._known.values()
        assert sum(k.vectors.nbytes + k.characters.nbytes for k in kept) == reading._bytes <= 2_000
    assert len(reading._known) > 1


def test_a_passage_that_was_changed_is_read_anew():
    reader = WordReader()
    reading = LateInteraction(reader)
    reading.likeness("vacation", [TWO])
    for changed in (replace(TWO, text="Leave is over."), replace(TWO, context="Rules › Printers")):
        found = reading.likeness("vacation", [changed])
        assert found == LateInteraction(WordReader()).likeness("vacation", [changed])
    assert len(reader.read) == 3


def test_another_embedder_knows_nothing_of_what_one_has_read():
    reading = LateInteraction(WordReader())
    reading.likeness("vacation", [TWO])
    other = LateInteraction(WordReader(("vacation printer",)))
    assert other.likeness("vacation", [TWO])[TWO.id][0].by_token == 1
    assert reading.likeness("vacation", [TWO])[TWO.id][0].by_token == 0


@pytest.mark.weights
def test_what_is_remembered_tells_the_same_as_what_was_just_read():
    model = open_embedder("minilm").embeddings
    assert isinstance(model, ReadsTokens)
    reading = LateInteraction(model)
    first = reading.likeness("How many vacation days?", [TWO])
    assert reading.likeness("How many vacation days?", [TWO]) == first
    exact = model.token_states([embedded_text(TWO.context, "", TWO.text)])[0]
    asked = model.token_states(["How many vacation days?"])[0]
    likest, mean = compared(asked, exact, TWO)
    assert [one.by_token for one in first[TWO.id]] == pytest.approx(model.telling(asked) @ likest, abs=1e-4)
    assert [one.mean for one in first[TWO.id]] == pytest.approx(mean, abs=1e-4)


def test_passages_of_the_same_text_are_read_once():
    reader = WordReader()
    same = [passage("Leave is 3 days.", number=n) for n in (1, 2)]
    found = LateInteraction(reader).likeness("leave", same)
    assert found[1] == found[2]
    assert reader.read.count("Leave is 3 days.") == 1


def test_threads_share_what_was_read():
    reader = WordReader()
    reading = LateInteraction(reader)
    passages = [passage(f"Leave is {n} days. The boss knows.", number=n) for n in range(40)]
    alone = {p.id: LateInteraction(WordReader()).likeness("vacation boss", [p])[p.id] for p in passages}
    wrong: list[int] = []

    def ask() -> None:
        for one in passages:
            if reading.likeness("vacation boss", [one])[one.id] != alone[one.id]:
                wrong.append(one.id)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_few_passages_are_read_and_none_that_lies_far_behind():
    behind = (0.0, 0.2, hybrid.BEHIND, hybrid.BEHIND + 0.01, 0.3, 0.4)
    candidates = sorted(
        (
            Candidate(passage(f"Leave is {n} days.", number=n), 0.0, 0.5, score=3.0 - less)
            for n, less in enumerate(behind)
        ),
        key=lambda candidate: -candidate.score,
    )
    query = Query.of("leave")
    for held, read in (((0, 1, 4, 5, 2, 3), {0, 1, 4, 5}), ((0, 1, 2, 3), {0, 1, 2}), ((), set())):
        some = tuple(c for c in candidates if c.passage.id in held)
        found = Retrieved(query, Rarity.counted(query, 6, {}), some, {})
        assert set(hybrid.compared(found, LateInteraction(WordReader())).likeness) == read


def test_an_answer_may_use_none_of_the_words_of_the_question(tmp_path):
    text = "# Being away\n\nThe printer room is closed. Staff get thirty days of leave. Bring your badge.\n"
    reader = Embedder("words/6", 6, 200, WordReader(), WORDS)
    home = SmallHome(tmp_path, reader).fill({"away.md": text})
    answer = home.ask("How many vacation days?")
    assert answer.text.startswith("Staff get thirty days of leave.")
    assert answer.trace.timings_ms["compare"] >= 0
    home.close()


def test_an_embedder_that_cannot_be_read_leaves_the_words(tmp_path):
    home = SmallHome(tmp_path, fake_embedder()).fill({"away.md": "Staff get thirty days of leave."})
    found = home.find("days of leave")
    assert found.likeness == {}
    assert "compare" not in found.timings_ms
    home.close()
