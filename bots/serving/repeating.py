"""What services have in common that look at something again and again on a thread of their own."""

import threading
from abc import ABC, abstractmethod

from bots.serving.services import ServiceStatus


class Repeating(ABC):
    """A service whose thread runs `_go_on` until it is told to end.

    `_found` is what it saw last, and `_well` whether that is well.
    """

    name: str

    def __init__(self, found: str) -> None:
        """`found` is told until the first look is done."""
        self._found = found
        self._well = True
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what is looked at may be missing or broken, which is no reason not to start."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go_on, args=(self._ending,), name=self.name, daemon=True)
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End; a look that is under way is waited for, up to `timeout` seconds."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def status(self) -> ServiceStatus:
        """What the last look found, and whether the service itself runs on."""
        running = self._thread is not None and self._thread.is_alive()
        return ServiceStatus(running, self._found, self._well)

    @abstractmethod
    def _go_on(self, ending: threading.Event) -> None:
        """Look, wait on `ending`, and look again, until it is set."""
