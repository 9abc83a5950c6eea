"""The log of a running citewise: one line an event, as key=value or JSON, to stderr and a rotating file."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal

from bots.terminal.streams import own_stderr

LogFormat = Literal["text", "json"]
LARGEST = 5_000_000  # bytes a file
KEPT = 3  # older files
_FIELDS = "fields"


def fields(event: str, **values: object) -> dict[str, Any]:
    """What a line says beside time and level, as `extra` of a logging call."""
    return {_FIELDS: {"event": event, **values}}


class Lines(logging.Formatter):
    """Formats any record as one line, whether it carries fields or a library's plain words."""

    def __init__(self, kind: LogFormat) -> None:
        super().__init__()
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; a traceback becomes a field."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: Mapping[str, object] = getattr(record, _FIELDS, None) or {"event": record.getMessage()}
        line = {"time": time, "level": record.levelname.lower(), "logger": record.name, **said}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        if self._kind == "json":
            return json.dumps(line, ensure_ascii=False, default=str)
        return " ".join(f"{name}={_value(value)}" for name, value in line.items())


def _value(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    plain = text and not any(letter.isspace() or letter in '"=' for letter in text) and text.isprintable()
    return text if plain else json.dumps(text, ensure_ascii=False)


@contextmanager
def logging_to(file: Path, kind: LogFormat) -> Iterator[None]:
    """Log to this process's stderr and to `file` while the block runs; a full disk stops no one."""
    root, own = logging.getLogger(), logging.getLogger("citewise")
    raising, logging.raiseExceptions = logging.raiseExceptions, False
    # Not the stream of the client whose command a line comes from: people are told in sentences.
    handlers: list[logging.Handler] = [logging.StreamHandler(own_stderr())]
    try:
        file.touch(mode=0o600, exist_ok=True)
        handlers.append(RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8"))
    except OSError as error:
        handlers[0].setFormatter(Lines(kind))
        root.addHandler(handlers[0])
        own.warning("no log file", extra=fields("no log file", file=file, reason=error.strerror))
        root.removeHandler(handlers[0])
    logging.getLogger("citewise.websocket").setLevel(logging.WARNING)  # not each connection
    before, excepthook = own.level, threading.excepthook
    for handler in handlers:
        handler.setFormatter(Lines(kind))
        root.addHandler(handler)
    own.setLevel(logging.INFO)
    threading.excepthook = _log_thread
    try:
        yield
    finally:
        threading.excepthook = excepthook
        logging.raiseExceptions = raising
        own.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _log_thread(arguments: threading.ExceptHookArgs) -> None:
    """A thread that nobody guards has ended by an error."""
    name = arguments.thread.name if arguments.thread else "?"
    if arguments.exc_value is not None:
        found = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
        logging.getLogger("citewise").error(
            "thread ended", exc_info=found, extra=fields("thread ended", thread=name)
        )
