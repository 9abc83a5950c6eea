"""Office files that the libraries can't open as they are, made such that they can.

Excel, Word and PowerPoint save in a strict form too, whose names for all things are others. And files from
many programs name pictures that are not in them, or styles without a name: Office opens those without a word.
"""

import io
import re
import zipfile
from collections.abc import Callable
from itertools import count
from posixpath import dirname, join, normpath
from urllib.parse import unquote

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*?/>")
_TARGET = re.compile(rb"""\sTarget=["']([^"']*)["']""")
_OUTSIDE = re.compile(rb"""\sTargetMode=["']External["']""")
_NAMELESS = re.compile(rb"<(?:\w+:)?cellStyle\b(?![^<>]*\sname=)")

_Mend = Callable[[str, bytes], bytes]


def openable(data: bytes) -> bytes:
    """The file with the usual names for things, and no relation to a part that it lacks."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.casefold() for name in archive.namelist()}
        relations = {name: archive.read(name) for name in archive.namelist() if name.endswith(".rels")}
    if any(map(_STRICT.search, relations.values())):
        data = _mended(data, lambda name, part: _transitional(part) if _is_xml(name) else part)

    def whole(name: str, part: bytes) -> bytes:
        return _without_missing(part, _folder(name), names) if name in relations else part

    if all(whole(name, part) == part for name, part in relations.items()):
        return data
    return _mended(data, whole)


def with_named_styles(data: bytes) -> bytes:
    """A workbook whose cell styles all have a name, which nothing that is read depends on."""
    numbers = count(1)

    def named(style: re.Match[bytes]) -> bytes:
        return style[0] + b' name="Style without a name %d"' % next(numbers)

    return _mended(data, lambda name, part: _NAMELESS.sub(named, part) if name == "xl/styles.xml" else part)


def _transitional(part: bytes) -> bytes:
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels", ".vml"))


def _folder(relations: str) -> str:
    """The folder that targets are counted from: that of the part whose relations these are."""
    return dirname(dirname(relations))


def _without_missing(relations: bytes, folder: str, names: set[str]) -> bytes:
    def kept(relation: re.Match[bytes]) -> bytes:
        target = _TARGET.search(relation[0])
        if target is None or _OUTSIDE.search(relation[0]):
            return relation[0]
        path = unquote(target[1].decode("utf-8", "replace")).partition("#")[0]
        place = normpath(join("/", folder, path)).lstrip("/")
        return relation[0] if not path or place.casefold() in names else b""

    return _RELATION.sub(kept, relations)


def _mended(data: bytes, mend: _Mend) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.infolist():
            new.writestr(member.filename, mend(member.filename, old.read(member)))
    return made.getvalue()
