import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from chat_models import telling
from citing_rows import Knowing, knowing, rows
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from brain.answering.writing.prompt import REFUSAL
from brain.answering.writing.written import estimated
from brain.errors import ModelUnavailable, UsageError
from brain.evidence import FOR_ANY, EvidenceGate
from brain.tuning.judging.evaluation import Evaluated, evaluate, sample
from brain.tuning.judging.reply import scored
from brain.tuning.judging.reply_cache import CachedChat, ReplyCache
from brain.tuning.judging.writers import ExtractiveWriter, ModelWriter
from brain.tuning.rows import Row

HELD_OUT = rows(6, 3)


def model(name: str, chat: BaseChatModel, *, at_once: int = 1) -> ModelWriter:
    return ModelWriter(name, chat, few_shot=False, room=1700, count=estimated, at_once=at_once)


def told(row: Row) -> str:
    """A part of the prompt that no other row has: its prices."""
    return f"costs {20 + int(row.id[1:])} euros"


def right() -> Knowing:
    return knowing({told(row): row.answer for row in HELD_OUT})


def extractive(threshold: float = 0.25) -> ExtractiveWriter:
    collection = [passage for row in HELD_OUT for passage in row.passages]
    return ExtractiveWriter(DeterministicFakeEmbedding(size=16), EvidenceGate(FOR_ANY, threshold), collection)


def value(name: str, metric: str, *writers: object, held_out: tuple[Row, ...] = HELD_OUT) -> float | None:
    found = evaluate(held_out, writers, ours=name)  # type: ignore[arg-type]
    return found.comparison.figures[name][metric].value


def test_who_answers_cites_and_declines_rightly_has_full_marks():
    found = evaluate(HELD_OUT, [model("adapter", right())])
    figures = found.comparison.figures["adapter"]
    for metric in ("f1", "accuracy", "cite_p", "cite_r", "cite_f1", "refuse_p", "refuse_r", "refuse_f1"):
        assert figures[metric].value == 1.0, metric
    for metric in ("false_refusal", "answered_wrongly", "fabricated", "dropped", "silenced"):
        assert figures[metric].value == 0.0, metric
    assert (found.comparison.rows, found.comparison.answerable) == (9, 6)


def test_the_model_is_asked_as_in_use_about_the_rows_own_passages_in_their_order():
    chat = right()
    ModelWriter("few-shot", chat, few_shot=True, room=1700, count=estimated).reply(HELD_OUT[0])
    (messages,) = chat.asked
    assert [message.type for message in messages] == ["system", "human", "ai", "human", "ai", "human"]
    asked = str(messages[-1].text)
    places = [asked.index(f"[{number}] {p.context}") for number, p in enumerate(HELD_OUT[0].passages, 1)]
    assert places == sorted(places)
    assert asked.endswith(f"Question: {HELD_OUT[0].question}")


@pytest.mark.parametrize(
    ("said", "metric", "expected"),
    [
        ("The parking costs 20 euros a day [1].", "dropped", 1.0),  # passage 1 tells of bicycles
        ("The parking costs 20 euros a day [1].", "silenced", 1.0),
        ("The parking costs 20 euros a day [1].", "false_refusal", 0.0),  # nothing is left, yet not declined
        ("The parking costs 20 euros a day [1].", "cite_f1", 0.0),
        ("The parking costs 20 euros a day [7].", "fabricated", 1.0),
        ("The parking costs 20 euros a day.", "silenced", 1.0),
        ("The bicycles costs 20 euros a day [1].", "cite_f1", 0.0),  # true, but not what was asked
        ("The bicycles costs 20 euros a day [1].", "silenced", 0.0),
        (REFUSAL, "false_refusal", 1.0),
        (REFUSAL, "accuracy", 0.0),
    ],
)
def test_what_is_wrong_with_an_answer_shows_in_its_own_figure(said: str, metric: str, expected: float):
    chat = knowing({told(HELD_OUT[0]): said})
    assert value("adapter", metric, model("adapter", chat), held_out=HELD_OUT[:1]) == expected


def test_silence_about_what_cannot_be_answered_is_no_refusal():
    """In use, the extractive answerer speaks then."""
    babble = knowing({told(row): "Purple elephants dance [1]." for row in HELD_OUT})
    unanswerable = HELD_OUT[6:]
    assert value("base", "refuse_r", model("base", babble), held_out=unanswerable) == 0.0
    assert value("base", "answered_wrongly", model("base", babble), held_out=unanswerable) == 1.0
    assert value("base", "refuse_r", model("base", right()), held_out=unanswerable) == 1.0


def test_a_declining_word_is_no_dropped_sentence():
    reply = model("base", right()).reply(HELD_OUT[-1])
    assert (reply.refused, reply.dropped) == (True, ())
    assert scored(HELD_OUT[-1], reply).value("dropped") is None


def test_the_extractive_writer_answers_from_the_right_passage_and_its_gate_declines():
    answers = [extractive().reply(row) for row in HELD_OUT]
    assert "20 euros" in answers[0].answer
    assert [{number for number, _ in reply.citations} for reply in answers[:6]] == [{2}] * 6
    assert all(reply.refused for reply in answers[6:])
    closed = [extractive(threshold=1.0).reply(row) for row in HELD_OUT]
    assert all(reply.refused for reply in closed)


def test_differences_are_ours_less_the_rivals():
    babble = knowing({told(row): "Purple elephants dance [1]." for row in HELD_OUT})
    found = evaluate(HELD_OUT, [model("base", babble), model("adapter", right())]).comparison
    gap = found.differences["base"]["f1"]
    assert (gap.value, gap.low, gap.high, gap.n) == (1.0, 1.0, 1.0, 6)
    assert set(found.differences) == {"base"}
    assert found.differences["base"]["silenced"].value == -1.0


def test_an_empty_split_is_told():
    with pytest.raises(UsageError, match="no held-out question"):
        evaluate((), [model("adapter", right())])


def test_several_at_once_say_the_same_in_the_same_order():
    one = evaluate(HELD_OUT, [model("adapter", right())]).replies["adapter"]
    many = evaluate(HELD_OUT, [model("adapter", right(), at_once=4)]).replies["adapter"]
    assert [reply.answer for reply in one] == [reply.answer for reply in many]


def letters(messages: Sequence[BaseMessage]) -> list[int]:
    """The tokens of a model that reads letter by letter."""
    return [ord(letter) for message in messages for letter in f"{message.type}: {message.text}"]


def keeping(
    folder: Path,
    chat: BaseChatModel,
    rows: Sequence[Row] = HELD_OUT,
    *,
    identity: str = "tiny",
    at_once: int = 1,
) -> Evaluated:
    """Evaluate `chat` with what is kept in the folder."""
    with closing(ReplyCache(folder / "adapter.jsonl", identity)) as kept:
        asked = CachedChat(model=chat, kept=kept, tokens=letters, failures=[])
        return evaluate(rows, [model("adapter", asked, at_once=at_once)])


def test_what_was_replied_before_is_not_asked_again(tmp_path: Path):
    first, second = right(), right()
    keeping(tmp_path, first, HELD_OUT[:4])
    found = keeping(tmp_path, second)
    assert (len(first.asked), len(second.asked)) == (4, 5)
    assert found.comparison.figures["adapter"]["f1"].value == 1.0


def test_replies_that_come_at_once_are_all_kept(tmp_path: Path):
    keeping(tmp_path, right(), at_once=4)
    chat = right()
    keeping(tmp_path, chat)
    assert chat.asked == []


def test_a_half_written_line_is_asked_again_and_another_models_replies_are_not_taken(tmp_path: Path):
    keeping(tmp_path, right())
    path = tmp_path / "adapter.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    chat = right()
    keeping(tmp_path, chat)
    assert len(chat.asked) == 1
    assert path.read_bytes().count(b"\n") == whole.count(b"\n")
    other = right()
    keeping(tmp_path, other, identity="another")
    assert len(other.asked) == 9


def test_a_row_is_asked_again_where_its_prompt_is_another_and_only_there(tmp_path: Path):
    keeping(tmp_path, right())
    chat = right()
    renamed = replace(HELD_OUT[1], id="other", answer="The bicycles costs nothing [2].", kind="faq")
    keeping(tmp_path, chat, (replace(HELD_OUT[0], question="How much is parking?"), renamed, *HELD_OUT[2:]))
    assert len(chat.asked) == 1  # what is right about a row is not in its prompt


def test_other_rules_in_the_prompt_are_another_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keeping(tmp_path, right())
    monkeypatch.setattr("brain.answering.writing.prompt.RULES", "Answer in verse.")
    chat = right()
    keeping(tmp_path, chat)
    assert len(chat.asked) == len(HELD_OUT)


def test_what_is_kept_is_checked_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert keeping(tmp_path, right()).comparison.figures["adapter"]["dropped"].value == 0.0
    monkeypatch.setattr("brain.answering.writing.written.backing", lambda *_: "a stricter check")
    chat = right()
    figures = keeping(tmp_path, chat).comparison.figures["adapter"]
    assert chat.asked == []
    assert (figures["dropped"].value, figures["f1"].value) == (1.0, 0.0)


def test_what_a_model_could_not_say_is_neither_kept_nor_forgotten(tmp_path: Path):
    def fail() -> None:
        raise ModelUnavailable("It is gone.")

    with closing(ReplyCache(tmp_path / "adapter.jsonl", "tiny")) as kept:
        asked = CachedChat(model=telling(fail), kept=kept, tokens=letters, failures=[])
        with pytest.raises(ModelUnavailable):
            evaluate(HELD_OUT[:1], [model("adapter", asked)])
        assert [type(failure) for failure in asked.failures] == [ModelUnavailable]
    chat = right()
    keeping(tmp_path, chat, HELD_OUT[:1])
    assert len(chat.asked) == 1


def test_progress_is_told_row_by_row():
    progress: list[tuple[str, int, int]] = []
    evaluate(HELD_OUT[:3], [model("adapter", right())], progress=lambda *told: progress.append(told))
    assert progress == [("adapter", done, 3) for done in range(4)]


_DIES = """
import sys, os
sys.path[:0] = [{tests!r}]
from pathlib import Path
import test_tuning_evaluation as t
chat = t.right()
class Dying(type(chat)):
    def _generate(self, *given, **more):
        if len(self.asked) == 3:
            os.kill(os.getpid(), 9)
        return super()._generate(*given, **more)
dying = Dying(pieces=[], asked=[], told=[], answers=chat.answers)
t.keeping(Path(sys.argv[1]), dying)
"""


def test_a_killed_evaluation_goes_on(tmp_path: Path):
    code = _DIES.format(tests=str(Path(__file__).parent))
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], env={**os.environ}, check=False)
    assert killed.returncode == -9
    chat = right()
    keeping(tmp_path, chat)
    assert len(chat.asked) == 6


def test_a_reply_survives_its_file(tmp_path: Path):
    said = 'x\u2028y\n"z"'
    for _ in range(2):
        with closing(ReplyCache(tmp_path / "replies" / "base.jsonl", "tiny")) as kept:
            if kept.get("a") is None:
                kept.add("a", said)
            assert (kept.get("a"), kept.get("b")) == (said, None)


def test_a_sample_is_always_the_same_whatever_the_order():
    drawn = sample(HELD_OUT, 4)
    assert len(drawn) == 4
    assert {row.id for row in sample(HELD_OUT[::-1], 4)} == {row.id for row in drawn}
    assert [row for row in HELD_OUT if row in drawn] == list(drawn)
    assert sample(HELD_OUT, None) == sample(HELD_OUT, 99) == HELD_OUT
