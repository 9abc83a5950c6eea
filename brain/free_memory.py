"""The processor's memory that this process may still take: of the machine, and of the group that it is in.

In a container or a systemd unit with a limit, the machine's free memory says nothing: beyond the limit the
kernel kills without a word. Files: https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.max,
memory.current, memory.stat) and cgroup-v1/memory.html (memory.limit_in_bytes, memory.usage_in_bytes). A limit
on the process itself (`ulimit -v`) counts too.
"""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import psutil

resource: ModuleType | None
try:
    import resource
except ImportError:  # not a Unix
    resource = None

_OF_VERSION_2 = ("memory.max", "memory.current", "inactive_file")
_OF_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def free_memory(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes; what groups can't be read are left out."""
    return min([int(psutil.virtual_memory().available), *_left_in_groups(groups, own), *_left_of_addresses()])


def _left_of_addresses() -> Iterator[int]:
    """What this process may still map, where its address space is limited."""
    if resource is not None:
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            yield max(0, limit - psutil.Process().memory_info().vms)


def _left_in_groups(groups: Path, own: Path) -> Iterator[int]:
    try:
        lines = own.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return  # not Linux
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            mount, names = groups, _OF_VERSION_2
        elif "memory" in controllers.split(","):
            mount, names = groups / "memory", _OF_VERSION_1
        else:
            continue
        group = mount / path.lstrip("/")
        for folder in (group, *(above for above in group.parents if above.is_relative_to(mount))):
            if (left := _left(folder, *names)) is not None:
                yield left


def _left(folder: Path, limit: str, taken: str, reclaimed: str) -> int | None:
    """What of the group's limit is left, files that are only cached not counted; None without a limit."""
    try:
        most, used = (int((folder / name).read_text("ascii")) for name in (limit, taken))
        told = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
        return max(0, most - used + int(told.get(reclaimed, 0)))
    except (OSError, ValueError):
        return None  # "max", or no such group here
