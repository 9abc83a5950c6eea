"""Pictures of figures: where they can be drawn into, and writing them."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from brain.errors import StorageFailed, UsageError
from brain.extras import need_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMATS = (".png", ".svg", ".pdf")


def check_picture(path: Path) -> None:
    """Refuse what can't be drawn into, before any work is done for it: raises UsageError."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"{path} can't hold a picture; name a file that ends in {', '.join(_FORMATS)}.")
    if find_spec("matplotlib") is None:
        raise UsageError(f"A picture needs matplotlib, which comes with {need_extra('plots')}.")


def save_picture(figure: "Figure", path: Path) -> None:
    """Write a figure into a .png, .svg or .pdf file; raises StorageFailed."""
    from matplotlib import rc_context

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Letters stay letters in an SVG, for screen readers and searching.
        with rc_context({"svg.fonttype": "none"}):
            figure.savefig(path, dpi=160)
    except OSError as error:
        raise StorageFailed(f"{path} can't be written ({error.strerror}); choose another place.") from error
