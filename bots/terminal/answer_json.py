"""Answers, passages and documents as JSON: the words and shapes that other programs rely on."""

from typing import TYPE_CHECKING, Any

from brain.domain import Answer, Passage, Source

if TYPE_CHECKING:
    from brain.catalog.rows import DocumentRow


def answer_json(answer: Answer) -> dict[str, Any]:
    """What `ask --json` prints."""
    return {
        "answer": answer.text,
        "refused": answer.refused,
        "reason": answer.refusal.reason.value if answer.refusal else None,
        "citations": [
            {
                "number": citation.number,
                "doc": citation.passage.source.document,
                "title": citation.passage.source.title,
                "uri": citation.passage.source.uri,
                "page": citation.passage.source.locator.page,
                "heading": _heading(citation.passage.source),
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "retrieved": [
            {"doc": passage.source.document, "score": round(passage.score, 6)} for passage in answer.retrieved
        ],
        "trace_id": answer.trace.id,
        "timings_ms": dict(answer.trace.timings_ms),
    }


def passage_json(passage: Passage) -> dict[str, Any]:
    """One hit of `search --json`."""
    source = passage.source
    return {
        "score": round(passage.score, 6),
        "doc": source.document,
        "title": source.title,
        "uri": source.uri,
        "space": source.space,
        "page": source.locator.page,
        "heading": _heading(source),
        "modified": source.modified.isoformat() if source.modified else None,
        "text": passage.text,
    }


def document_json(row: "DocumentRow") -> dict[str, Any]:
    """One document of `documents list --json`."""
    return {
        "id": row.id,
        "doc": row.path,
        "title": row.title,
        "space": row.space,
        "uri": row.uri,
        "media_type": row.media_type,
        "size": row.size,
        "version": row.version,
        "passages": row.passages,
        "modified": row.modified.isoformat() if row.modified else None,
        "indexed": row.indexed.isoformat(),
        "state": row.state.value,
        "left_out": list(row.left_out),
    }


def _heading(source: Source) -> str | None:
    return " › ".join(source.locator.heading) or None
