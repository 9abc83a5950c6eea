"""The one tree of errors: each carries the sentence for the person, and whether trying again helps.

CitewiseError
├── UsageError            wrong input; the sentence names it and the remedy
│   └── NeedsRestart      what was asked takes effect with the next start
├── HomeLocked            another process owns the home folder
├── NothingIndexed        there is no document to answer from
├── EmbedderMismatch      the catalog's vectors come from another embedder
├── WeightsUnavailable    model files can be neither fetched nor found
├── ModelUnavailable      a language model or endpoint does not answer
│   ├── ModelBusy         it answers others, and can't take one more
│   └── PromptRefused     it answers others, and does not take this prompt
├── NotReadyYet           what is needed is still being made; the sentence says how far it is
├── StorageFailed         disk full, database damaged, folder not writable
├── ServiceStopped        what a command was handed to ended before it
└── UnreadableDocument    one file that can't be read; recorded, the rest goes on
"""

from typing import ClassVar


class CitewiseError(Exception):
    """A failure that is told to a person in `sentence`; `detail` is for the admin's log only."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class UsageError(CitewiseError):
    """The person asked for something that can't be done as asked."""

    exit_code = 2


class NeedsRestart(UsageError):
    """What was asked can be done, but not by the process as it was started."""


class HomeLocked(CitewiseError):
    """Another process owns this home folder."""

    exit_code = 3
    retryable = True


class NothingIndexed(CitewiseError):
    """No document is indexed in the spaces that were asked."""

    exit_code = 4


class EmbedderMismatch(CitewiseError):
    """The vectors in the catalog were made by another embedder than the one that is set."""


class WeightsUnavailable(CitewiseError):
    """Model files can be neither fetched nor found in the cache."""

    retryable = True


class ModelUnavailable(CitewiseError):
    """A language model, embeddings endpoint or reranker does not answer."""

    retryable = True


class ModelBusy(ModelUnavailable):
    """The model is well, and has as many questions as it can take."""


class PromptRefused(ModelUnavailable):
    """The model is well, and what it was asked is too long for it, or nothing that it takes."""


class NotReadyYet(CitewiseError):
    """What is needed for it is still being made: it is worth another try in so many `seconds`."""

    retryable = True

    def __init__(self, sentence: str, *, detail: str = "", seconds: float) -> None:
        super().__init__(sentence, detail=detail)
        self.seconds = seconds


class StorageFailed(CitewiseError):
    """The disk is full, a database is damaged, or a folder can't be written."""


class ServiceStopped(CitewiseError):
    """The process that a command was handed to has ended."""

    retryable = True


class UnreadableDocument(CitewiseError):
    """One file can't be read: it is recorded as a failure and everything else goes on."""
