"""Refuses archives that would unfold into more than a document can be, before anything unfolds them."""

import re
import zipfile
import zlib
from io import BytesIO

from brain.errors import UnreadableDocument

MAX_EXPANDED = 200 * 1024**2
MAX_RATIO = 100  # of what is unpacked to what is packed: beyond lie bombs
# A small archive can't hurt, whatever its ratio: blank sheets shrink a thousandfold.
_HARMLESS = 4 * 1024**2
_MAX_MEMBERS = 20_000
# Office formats forbid document types (ECMA-376 part 2), which are where entity bombs are declared. In a book
# a chapter may have one, as any web page.
_DOCUMENT_TYPE = re.compile(rb"<\s*!\s*(DOCTYPE|ENTITY)", re.I)
_ENTITY = re.compile(rb"<\s*!\s*ENTITY", re.I)


def check_archive(data: bytes, name: str, *, holds_pages: bool = False) -> None:
    """Raises UnreadableDocument for an archive that is damaged, encrypted or a bomb of size or entities.

    Where it `holds_pages`, they may name their document type.
    """
    forbidden = _ENTITY if holds_pages else _DOCUMENT_TYPE
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members, len(data), name)
            for member in members:
                # Old OpenDocument files name the type of their manifest, which nobody reads as XML.
                if member.filename == "META-INF/manifest.xml":
                    continue
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, member, name, forbidden)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        raise UnreadableDocument(
            f"{name} is damaged: open it in the program it comes from, save it again and add that.",
            detail=repr(error),
        ) from error
    except RuntimeError as error:
        raise UnreadableDocument(
            f"{name} is protected by a password: save a copy without the password and add that.",
            detail=repr(error),
        ) from error


def _check_sizes(members: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    # A member can't unfold beyond the size it declares: zipfile stops there and then fails its checksum.
    expanded = sum(member.file_size for member in members)
    if len(members) > _MAX_MEMBERS:
        raise UnreadableDocument(
            f"{name} holds {len(members):,} parts, more than a document may: it was not opened. If it is "
            "genuine, split it into smaller files.",
            detail=f"members={len(members)}",
        )
    if expanded > MAX_EXPANDED or (expanded > _HARMLESS and expanded > packed * MAX_RATIO):
        raise UnreadableDocument(
            f"{name} would unfold to {expanded / 1024**2:,.0f} MB, more than a document may: "
            "it was not opened. If it is genuine, split it into smaller files.",
            detail=f"expanded={expanded} packed={packed}",
        )


def _check_xml(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, forbidden: re.Pattern[bytes]
) -> None:
    with archive.open(member) as stream:
        head = stream.read(65_536)
    # UTF-16 parts are looked at without their zero bytes.
    if forbidden.search(head.replace(b"\0", b"")):
        raise UnreadableDocument(
            f"{name} declares XML entities, which no genuine Office file does: it was not opened.",
            detail=member.filename,
        )
