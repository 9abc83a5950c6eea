"""`citewise tune data --preview`: rows as a model sees them, what is to be said in green, the rest dimmed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.terminal.console import err, inert, out, print_json
from brain.errors import CitewiseError, UsageError
from brain.extras import need_extra
from brain.tuning.citing_set import CitingSet
from brain.tuning.data.preview import Shown, as_text

if TYPE_CHECKING:
    from rich.console import Console

    from bots.terminal.invocation import Invocation
    from brain.tuning.rows import Row

_LEARNT = "bold green"
_GIVEN = "dim"


def show(call: "Invocation", count: int, name: str | None, part: str, model: Path | None) -> None:
    """Show rows of a part (train, validation or held-out) of the set of that name, or of the newest one."""
    with call.citewise() as citewise:
        tuning = citewise.home.tuning
    kept = CitingSet.open(tuning / "data" / name) if name else CitingSet.newest(tuning)
    parts = {"train": kept.train(), "validation": kept.validation(), "held-out": kept.held_out()}
    if not kept.has_validation:
        del parts["validation"]
    if not parts.get(part):
        raise UsageError(f"The citing set {kept.name} has no rows in its part {part}.")
    shown, why = _shown(spread(parts[part], count), model)
    if call.as_json:
        print_json(
            {
                "folder": str(kept.folder),
                "tokens": not why,
                "note": why,
                "parts": {name: len(rows) for name, rows in parts.items()},
                "part": part,
                "rows": [_json(one) for one in shown],
            }
        )
        return
    if why:
        err().print(why)
    console = out()
    said = {"train": "to learn from", "validation": "to stop a training by", "held-out": "to test with"}
    counts = ", ".join(f"{len(rows):,} {said[name]}" for name, rows in parts.items())
    console.print(f"{inert(kept.name)}: rows {counts}. Shown: those {said[part]}.\n")
    for one in shown:
        _print(console, one, "learnt" if part == "train" else "expected")


def spread(rows: Sequence["Row"], count: int) -> list["Row"]:
    """So many rows, evenly from the whole set."""
    count = min(count, len(rows))
    return [rows[(2 * at + 1) * len(rows) // (2 * count)] for at in range(count)]


def _shown(rows: Sequence["Row"], model: Path | None) -> tuple[list[Shown], str]:
    if model is None:
        return [
            as_text(row) for row in rows
        ], "Text only; name a model's folder with --model to see its tokens."
    if not model.is_dir():
        raise UsageError(f"There is no folder {model}: name one that holds a model's tokenizer.")
    try:
        from brain.tuning.data.token_preview import in_tokens
    except ImportError:
        return [as_text(row) for row in rows], (f"Text only: seeing tokens needs {need_extra('phi3')}.")
    try:
        return in_tokens(rows, model), ""
    except CitewiseError as error:
        return [as_text(row) for row in rows], f"Text only: {error.sentence}"


def _json(one: Shown) -> dict[str, Any]:
    return {
        "id": one.row.id,
        "kind": one.row.kind,
        "origin": one.row.origin,
        "question": one.row.question,
        "answer": one.row.answer,
        "tokens": one.tokens,
        "learnt_tokens": one.learnt_tokens,
        "pieces": [{"text": text, "learnt": learnt} for text, learnt in one.pieces],
    }


def _print(console: "Console", one: Shown, legend: str) -> None:
    from rich.text import Text

    plain = not console.is_terminal or console.no_color or console.color_system is None
    size = f", {one.learnt_tokens:,} of {one.tokens:,} tokens {legend}" if one.tokens else ""
    console.print(
        Text(f"{inert(one.row.id)} · from {inert(one.row.origin) or 'no document'}{size}", style="cyan")
    )
    if plain:
        console.print(Text(f"{legend}: between ⟦ and ⟧; given: the rest"))
    else:
        console.print(Text.assemble((legend, _LEARNT), "  ", ("given", _GIVEN)))
    body = Text()
    for text, learnt in one.pieces:
        clean = inert(text)
        if plain:
            body.append(f"⟦{clean}⟧" if learnt else clean)
        else:
            body.append(clean, style=_LEARNT if learnt else _GIVEN)
    console.print(body)
    console.print()
