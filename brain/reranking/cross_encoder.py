"""What reads pairs of question and passage, as a LangChain document compressor."""

import math
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.documents.compressor import BaseDocumentCompressor
from pydantic import ConfigDict

from brain.errors import ModelUnavailable


@runtime_checkable
class ReadsPairs(Protocol):
    """Tells how well each text answers a question; ModelUnavailable where it can't."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A number a text, in their order: the more the better."""
        ...


class CrossEncoder(BaseDocumentCompressor):
    """Gives all documents back, the best first, each with its `relevance_score`; equals stay in order."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    reader: ReadsPairs

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        """The documents in order; ModelUnavailable where their scores are no numbers."""
        scores = self.reader.scores(query, [document.page_content for document in documents])
        if not all(map(math.isfinite, scores)):
            raise ModelUnavailable("The reranker's scores are no numbers: its weights may be damaged.")
        ranked = sorted(zip(scores, documents, strict=True), key=lambda pair: -pair[0])
        return [
            Document(
                id=document.id,
                page_content=document.page_content,
                metadata={**document.metadata, "relevance_score": score},
            )
            for score, document in ranked
        ]
