"""What a reranker changes, and what not: order, rights, the gate, words; and what becomes of its failures."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.documents.compressor import BaseDocumentCompressor
from pydantic import Field
from small_cross_encoder import save_synonyms
from small_home import OPEN_GATE, SmallHome, assert_backed

from brain.domain import Answer, Locator, Passage, Question, Source
from brain.evidence import FOR_ANY, EvidenceGate
from brain.reranking.cross_encoder import CrossEncoder
from brain.reranking.factory import RerankerChoice, open_reranker
from brain.reranking.reranker import PASSAGES, Reranked, Reranker
from brain.retrieval.fusion import Candidate, FusionWeights
from brain.retrieval.query import Query
from brain.retrieval.reordering import reordered

DOCUMENTS = {
    "pets.md": "# Animals\n\nA hound rests in the kennel behind the canteen.\n",
    "dog-walks.md": "# Dog walks\n\nWhere the dog is walked it is on a leash, as each dog sleeps badly.\n",
    "dog-food.md": "# Dog food\n\nThe dog food for the dog is ordered by the canteen.\n",
    "parking.md": "# Parking\n\nBicycles are parked in the yard.\n",
}
ASKED = "Where does the dog sleep?"
REST = {"longest_s": 0.2, "rest_s": 3600.0}


class Given(BaseDocumentCompressor):
    """A LangChain compressor that does with the documents as it is told, and notes what it was given."""

    does: Callable[[Sequence[Document]], Sequence[Document]]
    seen: list[list[Document]] = Field(default_factory=list)

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        self.seen.append(list(documents))
        return self.does(documents)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path).fill(DOCUMENTS)
    yield home
    home.close()


@pytest.fixture
def kennels(tmp_path: Path) -> Iterator[Reranker]:
    """A cross-encoder that is known to look for kennels where something sleeps."""
    folder = save_synonyms(tmp_path / "model", [("sleep", "kennel"), ("where", "behind")])
    with ExitStack() as closing:
        yield open_reranker(RerankerChoice(str(folder)), closing)


def ask(
    home: SmallHome,
    reranker: Reranker | None,
    question: str = ASKED,
    *spaces: str,
    gate: EvidenceGate = OPEN_GATE,
) -> Answer:
    brain = home.brain(gate=gate, reranker=reranker)
    return brain.invoke(Question(question, audience=frozenset(spaces or ("general",))))


def documents(answer: Answer) -> list[str]:
    return [passage.source.document for passage in answer.retrieved]


def step(answer: Answer) -> dict[str, object]:
    found = answer.trace.steps["reranker"]
    assert isinstance(found, dict)
    return found


def test_the_passage_that_the_cross_encoder_prefers_comes_first_and_the_trace_says_why(
    small: SmallHome, kennels: Reranker
) -> None:
    before, after = ask(small, None), ask(small, kennels)
    assert documents(before)[0] == "dog-walks.md"
    assert documents(after)[:2] == ["pets.md", "dog-walks.md"]
    assert set(documents(after)) == set(documents(before))
    assert "reranker" not in before.trace.steps
    assert step(after) == {"by": kennels.name, "passages": 4, "put in order": 4}
    first, second, *_ = after.trace.steps["candidates"]  # type: ignore[misc]
    assert (first["document"], first["reranker"], second["reranker"], second["before"]) == (
        "pets.md", 2.0, 1.0, 1
    )  # fmt: skip
    assert "reranker" in after.trace.timings_ms
    assert_backed(after)
    hits = small.brain(reranker=kennels).search(Question(ASKED), 1)
    assert [hit.source.document for hit in hits] == ["pets.md"]


def test_the_gate_judges_what_it_was_calibrated_on_and_a_refusal_asks_no_model(
    small: SmallHome, kennels: Reranker
) -> None:
    assert ask(small, kennels).trace.steps["evidence"] == ask(small, None).trace.steps["evidence"]
    unasked = Given(does=list)
    answer = ask(small, Reranker("any", unasked), gate=EvidenceGate(FOR_ANY, threshold=1.0))
    assert answer.refused
    assert not unasked.seen
    assert "reranker" not in answer.trace.steps


def test_it_is_given_what_the_asker_may_read_with_its_headings_and_not_too_much(
    small: SmallHome,
) -> None:
    small.add("secret.md", "# The dog\n\nThe dog sleeps in the vault.\n", "hr")
    small.fill({f"dogs/{n}.md": f"# Dog {n}\n\nDog number {n} is asleep.\n" for n in range(PASSAGES)})
    seen = Given(does=lambda given: list(reversed(given)))
    general = ask(small, Reranker("any", seen))
    (given,) = seen.seen
    assert len(given) == PASSAGES
    assert not any("vault" in document.page_content for document in given)
    assert any(document.page_content.startswith("Dog walks") for document in given)
    assert all(set(document.metadata) == {"passage"} for document in given)
    assert "secret.md" not in documents(general)
    ask(small, Reranker("any", seen), ASKED, "general", "hr")
    assert any("vault" in document.page_content for document in seen.seen[1])


def test_what_a_compressor_does_to_words_is_not_looked_at(small: SmallHome) -> None:
    def lies(given: Sequence[Document]) -> Sequence[Document]:
        return [Document(page_content="The dog sleeps nowhere.", metadata=doc.metadata) for doc in given]

    answer = ask(small, Reranker("any", Given(does=lies)))
    assert not answer.refused
    assert "nowhere" not in answer.text
    assert_backed(answer)


def test_what_is_left_out_follows_behind_and_strangers_and_repetitions_count_for_nothing(
    small: SmallHome,
) -> None:
    before = documents(ask(small, None))

    def last_alone(given: Sequence[Document]) -> Sequence[Document]:
        stranger = Document(page_content="?", metadata={"passage": 10**9})
        return [stranger, Document(page_content="?"), given[-1], given[-1]]

    after = ask(small, Reranker("any", Given(does=last_alone)))
    assert documents(after) == [before[-1], *before[:-1]]
    assert step(after)["put in order"] == 1


def broken(_: Sequence[Document]) -> Sequence[Document]:
    raise KeyError("of a provider's own")


def test_a_failure_leaves_the_order_is_told_and_is_not_waited_for_again(
    small: SmallHome, caplog: pytest.LogCaptureFixture
) -> None:
    fails = Given(does=broken)
    reranker = Reranker("any", fails, **REST)
    plain, first, second = ask(small, None), ask(small, reranker), ask(small, reranker)
    assert first.text == second.text == plain.text
    assert documents(first) == documents(plain)
    assert step(first)["failed"] == "The reranker does not answer."
    assert step(second)["failed"] == "It failed a moment ago. The reranker does not answer."
    assert len(fails.seen) == 1
    assert reranker.state().fault == "The reranker does not answer."
    assert [record.name for record in caplog.records if "of a provider's own" in record.getMessage()] == [
        "citewise.reranker"
    ]


def test_it_is_asked_again_after_its_rest_and_is_well_then(small: SmallHome) -> None:
    turns = iter([broken, list])
    reranker = Reranker("any", Given(does=lambda given: next(turns)(given)), rest_s=0.0)
    assert "failed" in step(ask(small, reranker))
    assert step(ask(small, reranker))["put in order"] == 4
    assert reranker.state().fault == ""
    assert reranker.state().seconds is not None


def test_one_that_hangs_gives_nothing_back_or_has_no_numbers_fails(small: SmallHome) -> None:
    over = threading.Event()

    def hangs(given: Sequence[Document]) -> Sequence[Document]:
        over.wait(60)
        return given

    class NoNumbers:
        def scores(self, question: str, texts: Sequence[str]) -> list[float]:
            return [float("nan")] * len(texts)

    try:
        for compressor, why in (
            (Given(does=hangs), "takes longer than 0.2 seconds"),
            (Given(does=lambda _: []), "gave no passage back"),
            (CrossEncoder(reader=NoNumbers()), "no numbers"),
        ):
            answer = ask(small, Reranker("any", compressor, **REST))
            assert why in str(step(answer)["failed"])
            assert not answer.refused
    finally:
        over.set()


def test_questions_at_once_share_one(small: SmallHome, kennels: Reranker) -> None:
    brain = small.brain(reranker=kennels)
    found = brain.batch([Question(ASKED)] * 8)
    assert {documents(answer)[0] for answer in found} == {"pets.md"}


def candidate(number: int, score: float, *, outdated: bool = False) -> Candidate:
    source = Source(f"{number}.md", "Rules", "general", "", Locator())
    return Candidate(Passage(number, "A rule.", source), 0.5, 0.5, score=score, outdated=outdated)


def test_scores_stay_with_the_places_and_what_no_longer_holds_steps_back() -> None:
    before = [
        candidate(1, 4.0),
        candidate(2, 3.8),
        candidate(3, 3.7, outdated=True),
        candidate(4, 1.0),
    ]
    after = reordered(before, [3, 2, 1], FusionWeights())
    assert [(c.passage.id, c.score) for c in after] == [(2, 3.8), (1, 3.7), (3, 3.5), (4, 1.0)]


def test_a_list_is_followed_over_from_the_passages_that_are_the_best_ones_then(small: SmallHome) -> None:
    steps = "".join(
        f"{number}. Turn the handle number {number} until it clicks.\n" for number in range(1, 60)
    )
    small.add("handles.md", f"# Handles\n\n{steps}")
    small.fill({f"dogs/{n}.md": f"# Dog {n}\n\nDog {n} turns the handle of the kennel.\n" for n in range(5)})
    found = small.retriever.find(Query.of("dog handle kennel"), ["general"])
    of_list = [c.passage.id for c in found.candidates if c.passage.source.document == "handles.md"]
    assert not found.beside
    after = small.retriever.reordered(found, Reranked("any", (), tuple(of_list)))
    assert {passage.source.document for passage in after.beside} == {"handles.md"}
