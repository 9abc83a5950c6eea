"""What was asked period by period as a picture: how many questions, and how they came out."""

from collections.abc import Sequence
from pathlib import Path

from brain.pictures import check_picture, save_picture
from brain.usage.domain import Outcome, Period

_COLOURS = {Outcome.ANSWERED: "#1f4e79", Outcome.UNSURE: "#7f9fc6", Outcome.NOT_FOUND: "#c8502d"}


def plot(found: Sequence[Period], path: Path, title: str) -> None:
    """Draw stacked bars, one a period, into a .png, .svg or .pdf file; raises UsageError or StorageFailed."""
    check_picture(path)
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    below = [0] * len(found)
    for outcome, colour in _COLOURS.items():
        heights = [period.given(outcome) for period in found]
        axes.bar(range(len(found)), heights, 0.8, bottom=below, label=outcome.value, color=colour)
        below = [a + b for a, b in zip(below, heights, strict=True)]
    every = max(1, len(found) // 10)  # so that the days do not run into each other
    axes.set_xticks(range(0, len(found), every), [period.start.isoformat() for period in found[::every]])
    axes.tick_params(axis="x", labelrotation=30)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("questions")
    axes.set_title(title, loc="left", fontsize=11)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, ncols=len(_COLOURS))
    save_picture(figure, path)
