"""A model's text taken apart: its sentences, and the numbers of the passages that each one cites."""

import re
from dataclasses import dataclass

from brain.answering.draft import Form
from brain.answering.extracting.cleaning import ended, without_marks
from brain.text.sentences import sentence_spans

_NUMBERS = r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]"
_MARKS = re.compile(_NUMBERS)
_AFTER_STOP = re.compile(rf"([.!?…]+[\"'”’)]*)[ \t]*((?:{_NUMBERS}[ \t]*)+)(?=\s|$)")
_OPEN_MARK = re.compile(r"\s*\[[\d\s,;]*$")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"(\*\*|__|`|~~)(?=\S)(.+?)(?<=\S)\1")
_VERDICT = re.compile(r"^(?:yes|no)\s*[,:;–—-]\s*", re.IGNORECASE)  # what follows must stand by itself
_REFUSAL = re.compile(
    r"^\W*(?:not in the (?:documents|passages)|i (?:do not|don['’]t) know"
    r"|i (?:can ?not|can['’]t|am unable to|['’]?m unable to) (?:answer|find|say|help)"
    r"|(?:the|these|none of the) (?:\w+ )?(?:passages?|documents?|context) do(?:es)?(?: not|n['’]t)\b"
    r"|(?:there is )?no information|unanswerable|(?:i['’]m sorry|sorry|as an ai)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a model's, without its marks; `cited` are passages' numbers, from 1."""

    text: str
    cited: tuple[int, ...]
    form: Form = Form.PROSE


def claims(written: str, *, complete: bool) -> list[Claim]:
    """The sentences; while the text is not `complete`, only those that can't change any more."""
    text = written if complete else _OPEN_MARK.sub("", written)
    text = _AFTER_STOP.sub(lambda found: f" {found[2].strip()}{found[1]} ", _EMPHASIS.sub(r"\2", text))
    found: list[Claim] = []
    for start, end in sentence_spans(text):
        if not complete and not text[end:].strip():
            break
        line = text[text.rfind("\n", 0, start) + 1 : end]
        sentence = text[start:end]
        cited = tuple(int(n) for mark in _MARKS.findall(sentence) for n in re.findall(r"\d+", mark))
        item = _ITEM.match(line) is not None and len(line.strip()) == len(sentence)
        said = ended(_VERDICT.sub("", without_marks(sentence)))
        if re.search(r"\w", said):
            found.append(Claim(said, tuple(dict.fromkeys(cited)), Form.ITEM if item else Form.PROSE))
    return found


def declines(written: str) -> bool:
    """Whether the text says that it can't answer; one that cites something does answer."""
    return not _MARKS.search(written) and _REFUSAL.match(written.strip()) is not None
