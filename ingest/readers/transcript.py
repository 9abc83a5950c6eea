"""Transcripts and subtitles (`.vtt`, `.srt`): who said what, paragraph by paragraph, each with its time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.outline import Outline, folded

VTT, SRT = "text/vtt", "application/x-subrip"
_TIME = re.compile(
    r"^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d{1,3}\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,]\d"
)
# A tag ends at the latest where the next one begins: a line of `<v ` is read once.
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>\s][^<>]*)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>|\{\\an?\d\}")
_SPEAKER = re.compile(r"^\s*(?:[-–]\s*)?((?:[A-ZÀ-Ý][\w.'’-]*)(?: [A-ZÀ-Ý(][\w.'’)-]*){0,3}):\s+(?=\S)")
_UNREAD = ("NOTE", "STYLE", "REGION")
# One paragraph goes on until somebody else speaks, nobody does for so many seconds, or it is so long.
_PAUSE, _LONGEST = 3, 600
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？")


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is said from one second to another, and by whom, where that is known."""

    start: int
    end: int
    speaker: str
    text: str


def read_vtt(data: bytes, name: str) -> ParsedDocument:
    """A transcript in WebVTT, as meeting programs write it; the title may stand in its first line."""
    text = decode(data)
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    if not first.startswith("WEBVTT"):
        raise UnreadableDocument(f"{name} is no transcript in WebVTT: its first line is not WEBVTT.")
    return _read(text, name, VTT, real_title(first.removeprefix("WEBVTT").strip(" -–")))


def read_srt(data: bytes, name: str) -> ParsedDocument:
    """Subtitles in SubRip's format."""
    return _read(decode(data), name, SRT, None)


def _read(text: str, name: str, media_type: str, title: str | None) -> ParsedDocument:
    outline = Outline()
    for paragraph in _paragraphs(_cues(text)):
        first = paragraph[0]
        outline.place(part=_clock(first.start))
        words = " ".join(cue.text for cue in paragraph)
        outline.paragraph(f"{first.speaker}: {words}" if first.speaker else words)
    return ParsedDocument(title or title_from_name(name), tuple(outline.blocks), media_type)


def _cues(text: str) -> Iterator[_Cue]:
    speaker = ""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        at = next((place for place, line in enumerate(lines[:2]) if _TIME.match(line)), None)
        if at is None or lines[0].startswith(_UNREAD):
            continue
        found = _TIME.match(lines[at])
        assert found is not None
        start, end = _seconds(found[1], found[2], found[3]), _seconds(found[4], found[5], found[6])
        # Who speaks is told once, and stays until somebody else does.
        for line in lines[at + 1 :]:
            voice = _VOICE.search(line)
            words = unescape(_TAG.sub("", line))
            if voice is not None:
                speaker = folded(unescape(voice[1]))
            elif named := _SPEAKER.match(words):
                speaker, words = named[1], words[named.end() :]
            if words := folded(words):
                yield _Cue(start, end, speaker, words)


def _paragraphs(cues: Iterator[_Cue]) -> Iterator[list[_Cue]]:
    run: list[_Cue] = []
    for cue in cues:
        if run and cue.text == run[-1].text and cue.start <= run[-1].end + 1:
            run[-1] = _Cue(run[-1].start, cue.end, run[-1].speaker, cue.text)  # shown on, not said twice
            continue
        long = sum(len(one.text) for one in run) >= _LONGEST and run[-1].text.endswith(_SENTENCE_END)
        if run and (cue.speaker != run[-1].speaker or cue.start - run[-1].end >= _PAUSE or long):
            yield run
            run = []
        run.append(cue)
    if run:
        yield run


def _seconds(hours: str | None, minutes: str, seconds: str) -> int:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
