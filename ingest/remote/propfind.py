"""WebDAV's answer of many resources (RFC 4918, 13), read as it comes: one resource at a time is in memory."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

_ANSWER, _RESOURCE = "{DAV:}multistatus", "{DAV:}response"
_PROPERTIES, _STATUS = "{DAV:}propstat", "{DAV:}status"
_DEEPEST = 64  # elements within elements; properties of genuine servers have ten or so
_LONGEST = 1024**2  # bytes of one resource; a genuine one has some thousand


class NoListing(Exception):
    """The answer is none, or breaks off, or is a hostile one; the text says which, to go after "it"."""


def resources(body: Iterable[bytes], encoding: str | None = None) -> Iterator[Element]:
    """Each `response` element, without the properties that the server could not tell.

    `encoding` is what the HTTP headers say, which goes before what the XML says of itself. Raises NoListing,
    also where the answer ends too early: a part of a list would make files look gone.
    """
    target = _Resources()
    with _in_words():
        parser = XMLParser(target=target, encoding=encoding, forbid_dtd=True)
    unread = 0
    for piece in body:
        with _in_words():
            parser.feed(piece)
        unread = 0 if target.found else unread + len(piece)
        if unread > _LONGEST:
            raise NoListing("tells more of one file than can be true")
        yield from target.take()
    with _in_words():
        parser.close()
    yield from target.take()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DefusedXmlException:
        raise NoListing("declares a document type or entities, which no genuine server does") from None
    except (ParseError, LookupError, ValueError) as error:  # the last two: of encodings
        raise NoListing("breaks off, or is no XML") from error


class _Resources:
    """What a parser tells what it reads: an element is built for each resource, and for nothing around it."""

    def __init__(self) -> None:
        self.found: list[Element] = []
        self._depth = 0
        self._builder: TreeBuilder | None = None

    def take(self) -> list[Element]:
        """The resources since the last time."""
        found, self.found = self.found, []
        return found

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if self._depth == 0 and tag != _ANSWER:
            raise NoListing("is no listing")
        if self._depth == 1 and tag == _RESOURCE:
            self._builder = TreeBuilder()
        if self._builder is not None:
            self._builder.start(tag, {})
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NoListing("is nested too deeply to be a listing")

    def data(self, text: str) -> None:
        """Some text of the element that was begun last."""
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._builder is None:
            return
        self._builder.end(tag)
        if self._depth == 1:
            self.found.append(_told(self._builder.close()))
            self._builder = None

    def close(self) -> None:
        """The answer ends; what a parser calls at last."""


def _told(resource: Element) -> Element:
    """The resource without properties whose status is not 200: an empty one would hide the true one."""
    for properties in resource.findall(_PROPERTIES):
        status = (properties.findtext(_STATUS) or "").split()
        if len(status) > 1 and status[1] != "200":
            resource.remove(properties)
    return resource
