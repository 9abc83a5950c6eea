"""What the object stores have in common: buckets, whose keys look like paths."""

from typing import Any, ClassVar

from brain.errors import UsageError
from ingest.remote.place import Place
from ingest.remote.source import Info


class Bucket:
    """A bucket, or the keys in it that begin with a prefix. Paths begin with the bucket's name."""

    one_at_a_time: ClassVar[bool] = False
    whole: ClassVar[bool] = True  # an object is there when all of it is

    def __init__(self, place: Place) -> None:
        """Raise UsageError for an address with a port: it names no server."""
        if place.port:
            raise UsageError(
                f"{place.url}: write the server as endpoint into {place.kept_in}, and name "
                f"{place.scheme}://{place.host} alone."
            )
        self._place = place
        self.url = place.url
        self.root = f"{place.host}/{place.path}".rstrip("/")
        self.secrets = place.hidden

    def info(self, files: Any, path: str) -> Info:
        """What the store says of the object now."""
        found: Info = files.info(path, refresh=True)
        return found

    def open(self, files: Any, path: str, chunk: int) -> Any:
        """The object, by ranges; S3's are asked for under the condition of its ETag."""
        return files.open(path, "rb", block_size=chunk, cache_type="none")

    def link(self, path: str) -> str:
        """The drive's own address: links of consoles are no stable ones, and signed ones would be keys."""
        return self._place.link(path)
