"""What a command that `citewise serve` runs is told of the terminal that it was called from."""

import fcntl
import os
import pty
import struct
import termios

from bots.serving.client import _size


def test_a_terminal_without_a_size_has_the_usual_one():
    ours, theirs = pty.openpty()
    try:
        assert os.get_terminal_size(theirs) == (0, 0)  # as under `script` or `docker exec -t` without one
        assert _size(theirs) == {"COLUMNS": "80", "LINES": "24"}
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
        assert _size(theirs) == {"COLUMNS": "132", "LINES": "50"}
    finally:
        os.close(ours)
        os.close(theirs)
