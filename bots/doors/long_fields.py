"""Words that are too long for one input of a form stand in several, and are put together again."""

from collections.abc import Mapping
from dataclasses import replace

from bots.desk.cards import Field

_NUMBER = "+"  # parts a field's name from the number of its continuation


def inputs_of(field: Field, longest: int) -> list[Field]:
    """The field, and one more for each stretch of its words that goes beyond `longest` characters."""
    if not field.long or len(field.value) <= longest:
        return [field]
    first, *others = _stretches(field.value, longest)
    continued = [
        replace(
            field,
            name=f"{field.name}{_NUMBER}{number}",
            label=f"{field.label} (continued)",
            value=words,
            optional=True,
        )
        for number, words in enumerate(others, 1)
    ]
    return [replace(field, value=first), *continued]


def filled_in(inputs: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, each field whole again."""
    fields: dict[str, str] = {}
    for name in sorted(inputs, key=_place):
        whole, _, number = name.partition(_NUMBER)
        if not number:
            fields[whole] = inputs[name]
        elif inputs[name].strip():
            fields[whole] = f"{fields[whole].rstrip()}\n{inputs[name]}"
    return fields


def _place(name: str) -> tuple[str, int]:
    whole, _, number = name.partition(_NUMBER)
    return whole, int(number or 0)


def _stretches(text: str, longest: int) -> list[str]:
    """The text in stretches that end with a line where one does, else with a sentence or a word."""
    found = []
    while len(text) > longest:
        ends = (text.rfind(end, longest // 2, longest) for end in ("\n", ". ", " "))
        at = next((end for end in ends if end >= 0), longest - 1) + 1
        found.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*found, text]
