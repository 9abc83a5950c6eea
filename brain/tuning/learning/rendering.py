"""A row of a citing set as the model will see it: the same prompt as in use, and the answer to learn."""

from collections.abc import Sequence

from langchain_core.messages import BaseMessage, HumanMessage

from brain.answering.writing.prompt import opening, prompt
from brain.phi3.chat import Prompts
from brain.tuning.learning.packing import Example
from brain.tuning.rows import Row


def render(row: Row, prompts: Prompts, longest: int) -> Example | None:
    """The row in up to `longest` tokens, its answer marked as what is learnt.

    Passages that don't fit are left out as in use, the last ones first; None where one that the answer
    cites would be among them.
    """

    def count(messages: Sequence[BaseMessage]) -> int:
        return len(prompts.tokens(messages))

    alone = [*opening(few_shot=False), HumanMessage(row.question)]
    room = longest - len(prompts.said(alone, row.answer))
    messages, given = prompt(row.question, row.passages, few_shot=False, tokens=room, count=count)
    if not given or len(given) < max(row.gold, default=0):
        return None
    asked, answered = prompts.tokens(messages), prompts.said(messages, row.answer)
    return Example((*asked, *answered), (*[False] * len(asked), *[True] * len(answered)))
