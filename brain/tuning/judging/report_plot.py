"""The main figures of a comparison as bars with their 95 % intervals."""

from collections.abc import Mapping
from pathlib import Path

from brain.pictures import check_picture, save_picture
from brain.tuning.judging.comparison import Comparison, Figure

SHOWN = {
    "f1": "answers\n(f1)",
    "accuracy": "answers\n(accuracy)",
    "cite_f1": "citations\n(cite_f1)",
    "refuse_f1": "refusals\n(refuse_f1)",
}
_COLOURS = ("#8a8f98", "#b8c4d6", "#7f9fc6", "#1f4e79")
_WIDE = 0.8  # of a group of bars; 1 would touch the next


def plot(found: Comparison, path: Path, title: str) -> None:
    """Draw into a .png, .svg or .pdf file; raises UsageError or StorageFailed."""
    check_picture(path)
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    width = _WIDE / max(1, len(found.figures))
    for at, (name, figures) in enumerate(found.figures.items()):
        places = [group - _WIDE / 2 + (at + 0.5) * width for group in range(len(SHOWN))]
        values = [_shown(figures, metric).value or 0.0 for metric in SHOWN]
        below, above = zip(*(_reach(_shown(figures, metric)) for metric in SHOWN), strict=True)
        colour = _COLOURS[at % len(_COLOURS)]
        axes.bar(places, values, width, label=name, color=colour)
        axes.errorbar(places, values, (below, above), fmt="none", ecolor="#30343b", capsize=2, linewidth=1)
    axes.set_xticks(range(len(SHOWN)), list(SHOWN.values()))
    axes.set_ylim(0, 1.05)
    axes.set_title(f"{title} ({found.rows} unseen questions)", loc="left", fontsize=11)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, ncols=len(found.figures), loc="upper right")
    save_picture(figure, path)


def _shown(figures: Mapping[str, Figure], metric: str) -> Figure:
    return figures.get(metric, Figure())


def _reach(figure: Figure) -> tuple[float, float]:
    """How far the interval goes below and above the value."""
    if figure.value is None or figure.low is None or figure.high is None:
        return 0.0, 0.0
    return max(0.0, figure.value - figure.low), max(0.0, figure.high - figure.value)
