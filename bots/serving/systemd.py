"""Tells systemd how `citewise serve` is, where systemd started it (Type=notify).

A datagram to the socket that it named: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import contextlib
import socket

READY = "READY=1"
STOPPING = "STOPPING=1"
GOES_ON = "EXTEND_TIMEOUT_USEC=600000000"  # ten minutes from now, if it is still starting


def tell(address: str, *said: str) -> None:
    """Send it; nothing where no address was named, and systemd itself notices where nobody listens."""
    if not address:
        return
    named = f"\0{address[1:]}" if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.sendto("\n".join(said).encode(), named)
