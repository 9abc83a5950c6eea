"""What goes wrong with an index, as opposed to the truth that it's made from."""

from brain.errors import StorageFailed


class IndexDamaged(StorageFailed):
    """An index doesn't hold what the catalog says, or can't be read: it must be made again from there."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The search index is damaged ({reason}). No document is lost: run `citewise rebuild`.",
            detail=reason,
        )
        self.reason = reason
