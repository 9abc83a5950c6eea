"""The risk–coverage curve as a picture, for reading off what a stricter or laxer gate would do."""

from pathlib import Path
from typing import TYPE_CHECKING

from brain.evaluation.risk_coverage import RiskCoverage
from brain.pictures import check_picture, save_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _QUIET, _MARK = "#1f4e79", "#8a8f98", "#c8502d"


def plot(curve: RiskCoverage, path: Path) -> None:
    """Draw the curve into a .png, .svg or .pdf file."""
    check_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.5), layout="constrained")
    _draw(figure.add_subplot(), curve)
    save_picture(figure, path)


def _draw(axes: "Axes", curve: RiskCoverage) -> None:
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
    axes.set_title(f"Risk–coverage ({curve.questions} questions)", loc="left", fontsize=11)
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
