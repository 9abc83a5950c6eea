"""Terms and what they mean, as rows of two cells where the meaning is short."""

from collections.abc import Sequence

from ingest.readers.outline import Outline

SHORT_MEANING = 300  # letters


def add_definition(outline: Outline, term: str, meaning: Sequence[str]) -> None:
    """Adds a term with the paragraphs that say what it means."""
    if len(meaning) == 1 and len(meaning[0]) <= SHORT_MEANING and term.strip():
        outline.row([term, meaning[0]])
        return
    for text in (term, *meaning):
        outline.paragraph(text)
