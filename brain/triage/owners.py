"""Who should take a ticket: whoever an admin named, else who solved the like of it, else who helps there."""

from collections import Counter
from collections.abc import Mapping, Sequence

from brain.catalog.tickets.cases import Case, CategoryRow
from brain.domain import Answer
from brain.triage.domain import Owner


def owner_of(
    category: str,
    categories: Sequence[CategoryRow],
    similar: Sequence[Case],
    answer: Answer,
    support: Mapping[str, str],
) -> Owner | None:
    """The owner and why, or None where nothing tells of one.

    `category` is what a person chose, or else what was found (or empty). `similar` are the earlier cases that
    are like the ticket, the nearest first; `support` tells who helps with each space.
    """
    named = next((row.owner for row in categories if row.name == category), "")
    if named:
        return Owner(named, f"owns {category}", category)
    solved = [case for case in similar if case.resolved_by]
    if solved:
        # Of those who solved as many, whoever solved the nearest: Counter keeps the order of first seeing.
        person, _ = Counter(case.resolved_by for case in solved).most_common(1)[0]
        numbers = [str(case.id) for case in solved if case.resolved_by == person]
        cases = f"case {numbers[0]}" if len(numbers) == 1 else f"cases {', '.join(numbers)}"
        return Owner(person, f"resolved {cases}, like this one")
    for citation in answer.citations:
        space = citation.passage.source.space
        if principal := support.get(space):
            return Owner(principal, f"helps with {space}, which the answer is from")
    return None
