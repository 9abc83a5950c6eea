"""The data card: what a citing set is made of, for programs and for people."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from brain.tuning.data.making import Made, Making, Split

PARTS = ("train", "validation", "held_out")
NO_VALIDATION = (
    "No rows are for stopping (few documents are better learnt from): a training does all its epochs and "
    "keeps the last adapter."
)
_NOT_MASKED = "People's names are not masked."


def card(made: Made, making: Making, when: str, version: str) -> dict[str, Any]:
    """The card for programs; the set's name and hash are added when it is saved."""
    return {
        "made": when,
        "version": version,
        "settings": making.as_dict(),
        "spaces": list(making.spaces),
        "documents": {
            "read": made.sampled,
            "train": len(made.train.documents),
            "validation": len(made.validation.documents),
            "held_out": len(made.held_out.documents),
        },
        "validation_documents": sorted(made.documents[d] for d in made.validation.documents),
        "held_out_documents": sorted(made.documents[d] for d in made.held_out.documents),
        "train": _side(made.train),
        "validation": _side(made.validation),
        "held_out": _side(made.held_out),
        "questions": len(made.questions),
        "questions_considered": made.asked,
        "dropped": dict(made.dropped.most_common()),
        "masked": dict(sorted(made.masked.items())) if making.mask else None,
    }


def _side(split: Split) -> dict[str, Any]:
    rows = split.rows
    many = len(rows) or 1
    return {
        "rows": len(rows),
        "by_kind": dict(Counter(row.kind for row in rows).most_common()),
        "by_role": dict(split.roles.most_common()),
        "answerable": sum(row.answerable for row in rows),
        "share_refused": round(sum(not row.answerable for row in rows) / many, 3),
        "passages_per_row": round(sum(len(row.passages) for row in rows) / many, 2),
        "two_citations": sum(len(row.gold) > 1 for row in rows),
    }


def card_text(values: dict[str, Any]) -> str:
    """The card for people, in Markdown; {NAME} and {HASH} are filled in when the set is saved."""
    parts, settings = [values[name] for name in PARTS], values["settings"]
    train, watched, test = parts
    spaces = ", ".join(values["spaces"])
    kinds = sorted({kind for part in parts for kind in part["by_kind"]})

    def line(said: str, cells: Iterable[str]) -> str:
        return f"| {said} | {' | '.join(cells)} |"

    lines = [
        "# Citing set {NAME}",
        "",
        f"{train['rows']:,} rows to learn from, {watched['rows']:,} to stop a training by and "
        f"{test['rows']:,} to test with, made by citewise {values['version']} "
        f"on {values['made']} from {values['documents']['read']:,} documents of: {spaces}. "
        "No outside service was used.",
        "",
        "**Whoever gets answers from an adapter that learnt this may be told words of these documents** "
        f"({spaces}), whatever they may read themselves.",
        "",
        "SHA-256 of train.jsonl, validation.jsonl and held_out.jsonl: `{HASH}`",
        "",
        "| | train | validation | held out |",
        "| --- | --- | --- | --- |",
        line("documents", (f"{values['documents'][name]:,}" for name in PARTS)),
        line("rows", (f"{part['rows']:,}" for part in parts)),
        line("answered", (f"{part['answerable']:,}" for part in parts)),
        line("to be declined", (f"{part['share_refused']:.0%}" for part in parts)),
        line("passages a row", (f"{part['passages_per_row']}" for part in parts)),
        *(line(kind, (f"{part['by_kind'].get(kind, 0):,}" for part in parts)) for kind in kinds),
        "",
        *([] if watched["rows"] else [NO_VALIDATION, ""]),
        f"Of {values['questions_considered']:,} questions these were left out:",
        "",
        *(f"- {why}: {count:,}" for why, count in values["dropped"].items()),
        "",
        "## Personal data",
        "",
        _masked(values["masked"]),
        "",
        "## Made with",
        "",
        *(
            f"- {name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}"
            for name, value in settings.items()
            if value != []
        ),
        "",
        "## Documents to stop by",
        "",
        *(f"- {path}" for path in values["validation_documents"]),
        "",
        "## Held-out documents",
        "",
        *(f"- {path}" for path in values["held_out_documents"]),
        "",
    ]
    return "\n".join(lines)


def _masked(masked: dict[str, int] | None) -> str:
    if masked is None:
        return "Nothing was masked (--no-mask)."
    found = ", ".join(f"{count:,} × {kind}" for kind, count in masked.items()) or "nothing was found"
    return f"Different values with a made-up stand-in each: {found}. {_NOT_MASKED}"
