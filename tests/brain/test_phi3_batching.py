"""Questions that come at once are written at once, in one batch, and each gets what it would get alone."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("transformers", reason="the phi3 extra is not installed")

from small_home import SmallHome
from talking_phi3 import talking_phi3

from brain.answering.writing.written import Limits, WritingAnswerer
from brain.brain import Brain
from brain.domain import Question
from brain.phi3.opening import open_phi3

pytestmark = pytest.mark.filterwarnings("ignore")
TOPICS = {
    "leave": "Employees get thirty days of paid leave a year.",
    "parking": "Visitors park on level two for four euros a day.",
    "meals": "Meals are paid up to 75 euros a day on business trips.",
    "badges": "Lost badges are replaced by the reception within an hour.",
    "laptops": "Laptops are replaced every four years by the help desk.",
    "phones": "Phones are ordered in the portal by the team assistant.",
}


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_questions_at_once_are_one_batch_and_each_is_answered_as_alone(tmp_path: Path) -> None:
    home = SmallHome(tmp_path).fill(
        {f"{topic}.md": f"# {topic.title()}\n\n{text}" for topic, text in TOPICS.items()}
    )
    chat = open_phi3(str(talking_phi3(tmp_path / "phi3")), longest=24)
    brain = home.brain(WritingAnswerer(chat, "m", few_shot=False, limits=Limits(answer=24), count=chat.count))
    alone = {topic: written(brain, topic) for topic in TOPICS}
    assert len(set(alone.values())) == len(TOPICS)
    assert max(chat.generator.decoder.batches) == 1
    begun, all_there = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        all_there.wait(60)

    with ThreadPoolExecutor(len(TOPICS) + 1) as pool:
        held = pool.submit(chat.generator.between, hold)
        assert begun.wait(60)
        answers = {topic: pool.submit(written, brain, topic) for topic in TOPICS}
        until(lambda: len(chat.generator._waiting) == len(TOPICS))
        all_there.set()
        held.result()
        together = {topic: answer.result() for topic, answer in answers.items()}
    assert together == alone
    assert max(chat.generator.decoder.batches) >= len(TOPICS)
    chat.close()
    home.close()


def written(brain: Brain, topic: str) -> tuple[str, str]:
    """The answer, and what the model said of which nothing was backed."""
    answer = brain.invoke(Question(f"What do the documents say about {topic}?"))
    assert TOPICS[topic] in answer.text
    return answer.text, str(answer.trace.steps["check"])
