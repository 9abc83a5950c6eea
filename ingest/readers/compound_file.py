"""Compound files, in which Outlook and the old Office keep everything: which of them a file is."""

import io
import struct

from olefile import OleFileIO

# The stream or storage that each kind has at its root.
_KINDS = (
    ("__properties_version1.0", "msg"),
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
)
# What the library raises over damaged files, as random bytes in them showed.
_DAMAGED = (
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


def compound_kind(data: bytes) -> str:
    """`msg`, `xls`, `doc`, `ppt`, `encrypted` (any of today's Office behind a password), else `ole`."""
    try:
        with OleFileIO(io.BytesIO(data)) as file:
            return next((kind for name, kind in _KINDS if file.exists(name)), "ole")
    except _DAMAGED:
        return "ole"
