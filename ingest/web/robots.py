"""What a site's robots.txt allows citewise to read (RFC 9309)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from ingest.drives import DriveUnavailable
from ingest.web.fetching import ROBOT, FetchLimits
from ingest.web.politeness import PoliteClient

_LIMITS = FetchLimits(seconds=15.0, bytes=500 * 1024, cut=True)  # the size that RFC 9309 asks for

DISALLOWED = "not allowed by the site's robots.txt"


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for citewise: which addresses, how many seconds apart, and the sitemaps named there."""

    rules: Protego
    delay: float
    sitemaps: tuple[str, ...]

    def allows(self, url: str) -> bool:
        """Whether this address may be read."""
        return bool(self.rules.can_fetch(url, ROBOT))


def origin_of(url: str) -> str:
    """`https://host` or `https://host:8443`, in lower case and without a port that goes without saying."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme.lower()}://{host}{port}"


def read_robots(url: str, site: PoliteClient) -> Robots:
    """The rules of the site that `url` is on; the client's pace is set by them.

    No robots.txt (4xx) allows everything. One that can't be had (5xx, no connection) allows nothing for
    now: DriveUnavailable is raised, so that nothing is read and nothing is taken for gone.
    """
    origin = origin_of(url)
    response = site.get(f"{origin}/robots.txt", limits=_LIMITS)
    if response.status >= 500 or response.status in (304, 429):
        raise DriveUnavailable(
            f"{origin}/robots.txt can't be read now (the server answers {response.status}), so it is not "
            "known what may be read there. What is indexed stays; try again later."
        )
    text = response.body.decode("utf-8", "replace") if response.status == 200 else ""
    # A cut-off file may end within a rule, which would then forbid or allow something else.
    if len(response.body) >= _LIMITS.bytes:
        text = text.rpartition("\n")[0]
    rules = Protego.parse(text)
    delay = float(rules.crawl_delay(ROBOT) or 0.0)
    site.delay = delay
    return Robots(rules, delay, tuple(rules.sitemaps))
