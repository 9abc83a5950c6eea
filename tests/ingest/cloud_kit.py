"""What tests of cloud drives share: waits that take no time, and what they look at."""

from ingest.cloud.rest import Patience
from ingest.drives import Skipped

QUICK = Patience(attempts=4, unreachable=3, first=0.001, longest=5.0)


def kept_out(found):
    return {item.path: item.reason for item in found if isinstance(item, Skipped)}


def stored(kit):
    return sorted(kit.documents())
