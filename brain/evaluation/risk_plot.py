"""The risk–coverage curve as a picture, for reading off what a stricter or laxer gate would do."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from brain.errors import StorageFailed, UsageError
from brain.evaluation.risk_coverage import RiskCoverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FORMATS = (".png", ".svg", ".pdf")
_INK, _QUIET, _MARK = "#1f4e79", "#8a8f98", "#c8502d"


def check_picture(path: Path) -> None:
    """Refuse what `plot` could not draw into, before any work is done for it."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"{path} can't hold a picture; name a file that ends in {', '.join(_FORMATS)}.")
    if find_spec("matplotlib") is None:
        raise UsageError('Pictures need matplotlib; install it with `pip install "citewise[plots]"`.')


def plot(curve: RiskCoverage, path: Path, title: str = "Risk–coverage") -> None:
    """Draw the curve into a .png, .svg or .pdf file."""
    check_picture(path)
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.5), layout="constrained")
    _draw(figure.add_subplot(), curve, title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Letters stay letters in an SVG, for screen readers and searching.
        with rc_context({"svg.fonttype": "none"}):
            figure.savefig(path, dpi=160)
    except OSError as error:
        raise StorageFailed(f"{path} can't be written ({error.strerror}); choose another place.") from None


def _draw(axes: "Axes", curve: RiskCoverage, title: str) -> None:
    operating = curve.operating_point
    _draw_bounds(axes, curve)
    axes.hlines(
        operating.risk, 0, operating.coverage, colors=_QUIET, linestyles="dotted", label="random order"
    )
    coverage = [point.coverage for point in curve.points]
    risk = [point.risk for point in curve.points]
    axes.plot(
        [0, *coverage],
        [risk[0], *risk],
        color=_INK,
        linewidth=2,
        solid_joinstyle="round",
        label=f"by confidence (AURC {curve.aurc:.3f}; at best {curve.best_aurc:.3f})",
    )
    axes.plot(
        operating.coverage,
        operating.risk,
        "o",
        color=_MARK,
        markersize=8,
        zorder=5,
        label=f"now: answers {operating.coverage:.0%}, of which {operating.risk:.0%} wrong",
    )
    axes.set_title(f"{title} ({curve.questions} questions)", loc="left", fontsize=11)
    axes.set_xlabel("coverage: share of the questions that are answered")
    axes.set_ylabel("risk: share of the answers that are wrong")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, min(1.0, 1.15 * max(*risk, *(b.high for b in curve.beyond), 0.1)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)


def _draw_bounds(axes: "Axes", curve: RiskCoverage) -> None:
    if curve.beyond:
        axes.fill_between(
            [bound.coverage for bound in curve.beyond],
            [bound.low for bound in curve.beyond],
            [bound.high for bound in curve.beyond],
            color=_QUIET,
            alpha=0.22,
            linewidth=0,
            label="refused now: risk lies in here",
        )
