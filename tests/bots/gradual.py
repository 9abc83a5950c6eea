"""An answerer whose drafts grow sentence by sentence, as a language model's do: chats then show them."""

from collections.abc import Generator
from dataclasses import replace

from brain.answering.draft import Draft
from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.evidence import Evidence


class Gradually:
    """The documents' own sentences, one after the other."""

    def __init__(self) -> None:
        self._whole = ExtractiveAnswerer()

    def write(self, evidence: Evidence) -> Draft:
        return self._whole.write(evidence)

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        whole = self.write(evidence)
        for number in range(1, len(whole.sentences)):
            yield replace(whole, sentences=whole.sentences[:number])
        yield whole
