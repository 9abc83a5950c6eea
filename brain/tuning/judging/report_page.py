"""A comparison as a page in Markdown: the verdict, the tables, and what the adapter got wrong."""

from collections.abc import Iterator, Mapping, Sequence

from brain.tuning.citing_set import plain_answer
from brain.tuning.judging.comparison import LOW_IS_GOOD, METRICS, Comparison, Figure
from brain.tuning.judging.evaluation import Evaluated
from brain.tuning.judging.reply import Reply, scored
from brain.tuning.judging.report import Report
from brain.tuning.promotion import Ground
from brain.tuning.rows import Row

EXAMPLES = 12
_LONGEST = 300


def page(report: Report, evaluated: Evaluated | None, grounds: Sequence[Ground], picture: str = "") -> str:
    """The page; `picture` is the path of the plot, as seen from the page.

    `evaluated` is None for a report on own questions.
    """
    of = f"questions of {_line(report.questions)}" if report.questions else "held-out questions"
    end_to_end = ("## In use", "", "The whole of citewise: what it retrieves, its gate, its fallback.", "")
    given = (
        "## Given the same passages",
        "",
        "Every writer got the same numbered passages, and none was helped out by another.",
        "",
    )
    lines = [
        f"# Evaluation of {report.run}",
        "",
        f"{report.given.rows} of {report.split} {of}, of which {report.given.answerable} are "
        f"answerable. Base model {_code(report.base_model)}, citewise {report.code}, {report.when}.",
        f"Adapter {_code(report.adapter[:12])}, data {_code(report.data[:12])}.",
        "",
        *([_line(report.note), ""] if report.note else []),
        *_verdict(grounds),
        "",
        *(end_to_end if report.questions else given),
        *tables(report.given),
    ]
    if picture:
        lines += ["", f"![The main figures with their intervals]({picture})"]
    if report.in_use:
        lines += ["", *end_to_end, *tables(report.in_use)]
    if evaluated:
        lines += ["", "## What the adapter got wrong", "", *_examples(evaluated)]
    return "\n".join(lines) + "\n"


def tables(found: Comparison) -> Iterator[str]:
    """The figures by writer, and the differences of `found.ours` from each rival, as Markdown tables."""
    yield from _table(found.figures, "{value}")
    if found.differences:
        yield ""
        yield f"{found.ours.capitalize()} less the rival, on the same questions; * where 0 is left out:"
        yield ""
        yield from _table(found.differences, "{value:+}")


def _table(tables: Mapping[str, Mapping[str, Figure]], form: str) -> Iterator[str]:
    names = list(tables)
    yield f"| metric | {' | '.join(names)} |"
    yield f"| --- |{' ---: |' * len(names)}"
    for metric in METRICS:
        if any(metric in table for table in tables.values()):
            told = f"{metric} (low is good)" if metric in LOW_IS_GOOD else metric
            cells = (_cell(tables[name].get(metric), signed="+" in form) for name in names)
            yield f"| {told} | {' | '.join(cells)} |"


def _cell(figure: Figure | None, *, signed: bool) -> str:
    if figure is None or figure.value is None:
        return "–"
    sign = "+" if signed else ""
    text = f"{figure.value:{sign}.3f}"
    if figure.low is None or figure.high is None:
        return text
    apart = " *" if signed and figure.leaves_out_zero else ""
    return f"{text} ({figure.low:{sign}.3f} to {figure.high:{sign}.3f}){apart}"


def _verdict(grounds: Sequence[Ground]) -> Iterator[str]:
    if all(ground.holds for ground in grounds):
        yield "**It may be promoted**: every condition holds."
    else:
        yield "**It may not be promoted**: a condition does not hold."
    yield ""
    for ground in grounds:
        yield f"- {'✓' if ground.holds else '✗'} {ground.sentence}"


def _examples(evaluated: Evaluated) -> Iterator[str]:
    replies = evaluated.replies.get(evaluated.comparison.ours, ())
    wrong = [
        (what, row, reply)
        for row, reply in zip(evaluated.rows, replies, strict=False)
        if (what := _fault(row, reply))
    ]
    if not wrong:
        yield "Nothing, by these metrics."
    else:
        yield f"{len(wrong)} of {len(replies)}; the first {min(EXAMPLES, len(wrong))}:"
    for what, row, reply in wrong[:EXAMPLES]:
        yield ""
        yield f"**{_line(row.question)}** ({what})"
        yield ""
        yield f"- expected: {_line(plain_answer(row))} {''.join(f'[{number}]' for number in row.gold)}"
        yield f"- wrote: {_line(reply.written) or '(nothing)'}"
        for sentence, why in reply.dropped[:3]:
            yield f"- dropped, as {why}: {_line(sentence)}"


def _fault(row: Row, reply: Reply) -> str:
    """What is wrong with a reply; empty where nothing is."""
    if not row.answerable:
        return "" if reply.refused else "not declined"
    if reply.refused:
        return "declined, though the passages answer"
    if reply.silenced:
        return "nothing of it was backed"
    if not scored(row, reply).correct:
        return "another answer"
    cited = {number for number, _ in reply.citations}
    return "" if cited & set(row.gold) else "cites other passages"


def _line(text: str) -> str:
    """One line of plain text: what a document or model writes must not become markup."""
    line = " ".join(text.split())
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return "".join(f"\\{letter}" if letter in "\\`*_<>[]|#!" else letter for letter in line)


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"
