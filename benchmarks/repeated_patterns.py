"""Patterns whose repetition takes a reader too long: `python -m benchmarks.repeated_patterns [--only rst]`.

Every text format reads files that are one short pattern again and again: each sign, markup that is opened
and never closed, such things drawn at random. Wanted: none takes time by the square of its length. Each file
is read and cut; what takes `--slow` seconds of the processor is done again at half the size. A linear reader
takes half as long for it, one that is quadratic a quarter.
"""

import argparse
import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

_SIGNS = [chr(code) for code in range(33, 127)] + [
    "\t",
    " ",
    "a",
    "\u00a0",
    "é",
    "語",
    "ก",
    "\x0b",
    "\x1c",
    "\u2028",
]
_COMMON = [
    ":a", "a:", "\"\"", "\"\"\"", "''", "(a", "a)", "[a", "[a]", "](", "![", "[[", "]]", "[a](", "[a]: b",
    "{{", "}}", "{%", "%}", "**", "__", "*a ", "**a", "_a ", "``", "`a", "```", "~~", "~~~", "<a", "<a ",
    "</a>", "<!--", "-->", "<![CDATA[", "<?", "<b>", "<a href=", "&a", "&amp;", "&#", "|a", "|a|", "|-",
    "|:-", "+-", "+=", "- ", "1. ", "a. ", "> ", "# ", "* ", "== ", "=a", "\\", "\\a", "\\*", "http://a",
    "https://", "a@b", "a.b", "a. ", "A. ", "1,", "1.", "1-", "1 ", "a b  ", "a  ", "::", ".. ", ".. a:: ",
    ".. |a| ", ".. _a: ", "|a|_", "a_", "`a`_", ":a:", ":a:`", ":a:`b`", "a\\ ", "\n:a", "\n: ",
    "include::", "ifdef::a[]", "[[a]]", "<<a", "<<a>>", "{a}", "{a", "image:a[", "a::", "|===", "[source]",
    "+++", "pass:[", "((", "(((", "#+a", "#+begin_a", "#+end_a", ":a:\n", "[fn:", "[fn:1]", "<2020-01-01",
    "\\begin{a}", "$a", "$$", "\\(", "{\\a", "{\\", "}", "\\'", "\\u1", "\\par ", "\\trowd", "\\cell ",
    "{\\*\\a ", "\\bin9 ", "\\pict", "=?utf-8?q?", "?=", "=20", "--", "---", "--a", "a;", ";a", "a=",
    "a*0", "<a@", "a,", ",a", "(a)", "<v ", "<c>", "00:", "-->", "0:00:01.0 ", "{\\an", "if a ", "a\tb",
    "a   b", "…", "。", "?!", ".)", ".[1", "[1,", "A.B", "z. B. ", "No. ", "a-", "-a", "ab-\n",
]  # fmt: skip
_JOINS = ("", "\n")
_LONGEST_LINE = 3_000
_TOO_STEEP = 3.0
_LIMIT = 8.0  # seconds: what takes longer is told as that
_WRAPS: dict[str, tuple[str, str]] = {
    "md": ("", ""),
    "rst": ("", ""),
    "adoc": ("", ""),
    "org": ("", ""),
    "txt": ("", ""),
    "html": ("<!doctype html><body>", ""),
    "csv": ("a,b\n", ""),
    "json": ('{"a": [', ""),
    "jsonl": ("", ""),
    "vtt": ("WEBVTT\n\n00:01.000 --> 00:02.000\n", ""),
    "srt": ("1\n00:00:01,000 --> 00:00:02,000\n", ""),
    "rtf": ("{\\rtf1 ", "}"),
    "eml": ("From: a@example.org\nSubject: a\n\n", ""),
    "eml html": ("From: a@example.org\nContent-Type: text/html\n\n", ""),
    "eml from": ("Subject: a\nFrom: ", "\n\ntext\n"),
    "eml subject": ("From: a@example.org\nSubject: ", "\n\ntext\n"),
    "eml date": ("Subject: a\nDate: ", "\n\ntext\n"),
    "eml type": ("Subject: a\nContent-Type: text/plain; ", "\n\ntext\n"),
    "eml disposition": ("Subject: a\nContent-Disposition: attachment; ", "\n\ntext\n"),
    "eml headers": ("Subject: a\n", "\n\ntext\n"),
}
_JSON = {"json text": "json", "ipynb": "ipynb", "ipynb code": "ipynb"}


@dataclass(frozen=True)
class Timing:
    """How long one file took; `growth` is by how much when it got twice as long."""

    format: str
    pattern: str
    join: str
    seconds: float
    growth: float | None
    outcome: str


def formats() -> tuple[str, ...]:
    """What `--only` may name."""
    return (*_WRAPS, *_JSON)


def file_of(form: str, pattern: str, join: str, size: int) -> tuple[str, bytes]:
    """A file's name and content of about `size` characters."""
    unit = pattern + join
    text = unit * (size // len(unit))
    if join == "" and form.startswith("rst") and "\n" not in unit:  # longer lines are refused at once
        text = "\n".join(text[at : at + 90_000] for at in range(0, len(text), 90_000))
    if form in _JSON:
        return f"a.{_JSON[form]}", _in_json(form, text)
    head, tail = _WRAPS[form]
    return f"a.{form.split()[0]}", f"{head}{text}{tail}".encode()


def _in_json(form: str, text: str) -> bytes:
    import json

    if form == "json text":
        return json.dumps({"a": text, "b": [text[:100]]}).encode()
    kind = "code" if form.endswith("code") else "markdown"
    cell = {"cell_type": kind, "source": [text], "metadata": {}, "outputs": []}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def patterns(seed: int, drawn: int) -> Iterator[tuple[str, str]]:
    """What is repeated, and what stands between."""
    chance = random.Random(seed)
    signs = [sign for sign in _SIGNS if not sign.isalnum() or sign in "a1é語ก"]
    for pattern in dict.fromkeys([*_COMMON, *signs]):
        for join in _JOINS:
            yield pattern, join
    for _ in range(drawn):
        yield "".join(chance.choices([*_SIGNS, *_COMMON], k=chance.randint(2, 4))), chance.choice(_JOINS)


def _work(pipe: Connection) -> None:
    """Reads and cuts what it is sent, and tells how long that took and what came of it."""
    from benchmarks.word_counting import WORDS
    from brain.errors import UnreadableDocument
    from ingest.indexing.splitting import split
    from ingest.indexing.storable import storable
    from ingest.readers import read_bytes

    while True:
        name, data = pipe.recv()
        signal.setitimer(signal.ITIMER_PROF, _LIMIT)  # ends the process, whatever it is doing
        began = time.process_time()
        try:
            parsed = storable(read_bytes(data, name))
            read = time.process_time() - began
            for _ in split(parsed, 254, WORDS):
                pass
            outcome = f"read in {read:.1f} s"
        except UnreadableDocument as error:
            outcome = error.sentence[:60]
        spent = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send((spent, outcome))


class _Reader:
    """A process that reads, ended where it takes too long."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def time(self, name: str, data: bytes) -> tuple[float, str]:
        """Seconds of the processor, and what came of it."""
        self._pipe.send((name, data))
        try:
            spent, outcome = self._pipe.recv()
        except EOFError:
            self._process.join()
            self._begin()
            return _LIMIT, "took too long"
        return float(spent), str(outcome)


def timings(
    forms: list[str], size: int, slow: float, seed: int, drawn: int, told: Callable[[Timing], None]
) -> list[Timing]:
    """What took longer than `slow` seconds."""
    reader = _Reader()
    found = []
    for form in forms:
        for pattern, join in patterns(seed, drawn):
            spent, outcome = reader.time(*file_of(form, pattern, join, size))
            if spent < slow:
                continue
            half, _ = reader.time(*file_of(form, pattern, join, size // 2))
            growth = spent / max(half, 0.001)
            if spent < _LIMIT and growth < _TOO_STEEP:
                continue
            if spent < _LIMIT:  # once more, since others may have been at work
                spent = min(spent, reader.time(*file_of(form, pattern, join, size))[0])
                growth = spent / max(half, 0.001)
                if growth < _TOO_STEEP:
                    continue
            found.append(Timing(form, pattern, join, round(spent, 2), round(growth, 1), outcome))
            told(found[-1])
        print("done", form, flush=True)
    return found


def main() -> None:
    """Read all, print what was slow, and say so if something grows by the square."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(formats()), help="formats, with commas between")
    parser.add_argument("--size", type=int, default=16_000)
    parser.add_argument("--slow", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drawn", type=int, default=60, help="patterns drawn at random, for each format")
    chosen = parser.parse_args()

    def told(timing: Timing) -> None:
        print(
            f"{timing.format:15} {timing.pattern!r:22} {timing.join!r:7}"
            f" {timing.seconds:6.2f} s  x{timing.growth}  {timing.outcome}",
            flush=True,
        )

    found = timings(chosen.only.split(","), chosen.size, chosen.slow, chosen.seed, chosen.drawn, told)
    print(f"{len(found)} take time by the square of their length." if found else "None is too steep.")


if __name__ == "__main__":
    main()
