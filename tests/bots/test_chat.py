"""The conversation in the terminal: on a real pseudo-terminal, and over a pipe."""

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from command_kit import Run, bare_environment

pytestmark = pytest.mark.weights

FIRST = "How many days of annual leave do full-time employees get?"


def test_a_conversation_over_a_pipe(cli: Run, home: Path) -> None:
    lines = [
        FIRST,
        "and for part-timers?",
        "quotes",
        "1",
        "why",
        "documents vpn",
        "help",
        "",
        "7",
        "quit",
        FIRST,
    ]
    done = cli("chat", stdin="\n".join(lines) + "\n")
    assert done.code == 0, done.err
    assert done.err == ""
    said = dict(zip(lines, re.split(r"^› .*$", done.out, flags=re.MULTILINE)[1:], strict=False))
    assert "27 days" in said[FIRST]
    assert "[1] Leave" in said[FIRST]
    assert "[1] Leave" in said["and for part-timers?"]
    assert "“" in said["quotes"]
    assert "leave.md" in said["1"]
    (read_as,) = re.findall(r"Read as +(.*)", said["why"])
    assert {"annual", "leave", "part-timers"} <= set(re.findall(r"[\w-]+", read_as.lower()))
    assert "it/vpn.md" in said["documents vpn"]
    assert "leave.md" not in said["documents vpn"]
    assert "documents [words]" in said["help"]
    assert "no source 7" in done.out
    assert done.out.count("› ") - done.out.count(" › ") == len(lines) - 2


def test_thanks_leave_the_last_answer_where_it_was(here: Run, home: Path) -> None:
    done = here("chat", stdin=f"{FIRST}\nare you sure?\nthanks!\nquotes\n1\n")
    assert done.code == 0, done.err
    _, sure, thanks, quotes, source = re.split(r"^› .*$", done.out, flags=re.MULTILINE)[1:]
    assert "stand its sources" in sure
    assert "You're welcome" in thanks
    assert "“" in quotes
    assert "leave.md" in source


def test_words_before_the_first_question_have_an_answer_too(here: Run, home: Path) -> None:
    done = here("chat", stdin="why\nquotes\n1\ndocuments nowhere\n" + "x" * 5000 + "\n")
    assert done.code == 0
    assert "Nothing was asked yet" in done.out
    assert "nothing was asked yet" in done.out
    assert "no source 1" in done.out
    assert "No document fits" in done.out
    assert "4,000" in done.out


class Terminal:
    """The other end of a pseudo-terminal."""

    def __init__(self, descriptor: int, process: "subprocess.Popen[bytes]") -> None:
        self._descriptor = descriptor
        self.process = process
        self.seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end inside a letter

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C as a person does, again where nothing follows; the exit code.

        readline misses a signal that comes after it has shown its prompt and before it waits for a key.
        """
        for _ in range(8):
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(timeout=8)
        raise AssertionError("Ctrl-C ends nothing")

    def read_until(self, pattern: str, seconds: float = 60) -> str:
        """What came since the last call, up to where the pattern fits."""
        fresh = ""
        while not re.search(pattern, fresh):
            ready, _, _ = select.select([self._descriptor], [], [], seconds)
            assert ready, f"waited for {pattern!r}, and got {fresh!r}"
            fresh += self._decoder.decode(os.read(self._descriptor, 65536))
        self.seen += fresh
        return fresh


@contextmanager
def chatting(folder: Path, *words: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bots.cli", *(words or ("chat",))],
        cwd=folder,
        env=bare_environment(TERM="xterm-256color", COLUMNS="90"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        process.kill()
        process.wait(timeout=30)
        os.close(ours)


def test_a_conversation_on_a_terminal(home: Path) -> None:
    with chatting(home.parent) as terminal:
        terminal.read_until("› ")
        terminal.type(FIRST + "\n")
        answer = terminal.read_until(r"leave\.md[\s\S]*› ")
        assert "27 days" in answer
        assert "\x1b[" in answer, "a terminal gets colour"
        assert "file://" in answer, "and links"
        terminal.type("quotes\n")
        assert "“" in terminal.read_until("”[\\s\\S]*› ")
        terminal.type("\x04")  # the end of input, as "quit" does over a pipe
        assert terminal.process.wait(timeout=30) == 0
        assert "Traceback" not in terminal.seen


def test_interrupting_a_chat_is_quiet(home: Path) -> None:
    with chatting(home.parent) as terminal:
        terminal.read_until("› ")
        assert terminal.interrupt() == 130
        assert "Traceback" not in terminal.seen
