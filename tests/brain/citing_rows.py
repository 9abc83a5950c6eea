"""A small citing set: questions with numbered passages, some of which don't answer."""

from typing import Any

from chat_models import Telling
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from brain.answering.writing.prompt import REFUSAL
from brain.domain import Locator, Passage, Source
from brain.tuning.rows import Row

TOPICS = ("parking", "bicycles", "canteen", "library", "gym", "laundry", "garden", "workshop")


def passage(number: int, topic: str, price: int) -> Passage:
    source = Source(f"{topic}.md", topic.title(), "general", "", Locator())
    text = f"The {topic} costs {price} euros a day. Visitors ask at desk {price + 1} about the {topic}."
    return Passage(number, text, source, context=topic.title(), end=len(text))


def rows(answerable: int, unanswerable: int) -> tuple[Row, ...]:
    """Rows of three passages each; the second is the one that answers, where one does."""
    found = []
    for number in range(answerable + unanswerable):
        topic = TOPICS[number % len(TOPICS)]
        others = [name for name in TOPICS if name != topic]
        if number < answerable:
            topics, gold = (others[0], topic, others[1]), (2,)
            answer = f"The {topic} costs {number + 20} euros a day [2]."
        else:
            topics, gold, answer = (others[0], others[2], others[1]), (), REFUSAL
        passages = tuple(passage(place, name, number + 20) for place, name in enumerate(topics, 1))
        question = f"What does the {topic} cost?" if gold else "Which telescope shows the rings of Saturn?"
        found.append(Row(f"r{number}", question, passages, answer, gold, "heading", f"{topic}.md"))
    return tuple(found)


class Knowing(Telling):
    """Answers each row's question with what `answers` has for it; `asked` holds the prompts."""

    answers: dict[str, str]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.asked.append(messages)
        asked = str(messages[-1].text)
        said = next((answer for part, answer in self.answers.items() if part in asked), "")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


def knowing(answers: dict[str, str]) -> Knowing:
    return Knowing(pieces=[], asked=[], told=[], answers=answers)
