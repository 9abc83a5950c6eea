"""Which names on a drive are never documents: hidden files, office locks, halves of a copy."""

HIDDEN = "hidden"
TEMPORARY = "a temporary or lock file"
UNKNOWN_FORMAT = "a format that can't be read"
SYSTEM = "a file of the operating system"

_SYSTEM_NAMES = frozenset(
    {".ds_store", "thumbs.db", "desktop.ini", "$recycle.bin", "system volume information"}
)
_TEMPORARY_STARTS = ("~$", ".~")
_TEMPORARY_ENDS = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".swp", "~")


def reason_to_skip(name: str) -> str | None:
    """Why a file or folder of this name is left alone, or None where it may be a document."""
    lower = name.lower()
    if lower in _SYSTEM_NAMES:
        return SYSTEM
    if lower.startswith(_TEMPORARY_STARTS) or lower.endswith(_TEMPORARY_ENDS):
        return TEMPORARY
    return HIDDEN if name.startswith(".") else None
