"""A listing whose server can't be kept waiting, kept on disk until it is asked for."""

import pickle
from collections.abc import Generator
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

from ingest.remote.source import Info, Piece, Rest


class Kept(Rest):
    """All of a long listing comes from the server first, a piece a call, and only then is it handed out.

    Between two pieces whole trees may be walked. Whoever left the answer to a request unread meanwhile would
    be cut off by the server, and would hold one of its few connections. A listing of one piece is handed out
    as it is; of a longer one the pieces are empty until it is complete.
    """

    def __init__(self, infos: Generator[Info, None, None]) -> None:
        super().__init__(infos)
        self._file: IO[bytes] | None = None  # without a name: nobody else can write what is unpickled
        self._pieces = 0
        self._complete = False

    def take(self) -> Piece:
        """The next piece. Raises what the library raises, again each time, and OSError for a full disk."""
        if not self._complete:
            piece = super().take()
            if self._file is None:
                if piece.rest is None:
                    return piece
                self._file = TemporaryFile(prefix="citewise-")  # noqa: SIM115  # lives as long as the listing
            try:
                self._keep(self._file, piece)
            except OSError as error:
                self._error = error
                self.close()
                raise
            return Piece((), self)
        assert self._file is not None
        some = pickle.load(self._file)
        self._pieces -= 1
        if self._pieces:
            return Piece(some, self)
        self._file.close()
        return Piece(some)

    def _keep(self, file: IO[bytes], piece: Piece) -> None:
        pickle.dump(piece.infos, file, pickle.HIGHEST_PROTOCOL)
        self._pieces += 1
        if piece.rest is None:
            self._complete = True
            file.seek(0)

    def close(self) -> None:
        """Nothing more of it is wanted."""
        super().close()
        if self._file is not None:
            with suppress(OSError):  # of a full disk, which was told
                self._file.close()
