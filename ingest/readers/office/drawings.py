"""What charts and diagrams (SmartArt) of a presentation say."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.office.cell_format import shown_number

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def chart_tables(chart: Any) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Each plot of a chart: the names of its series, and a row for each category or point."""
    for plot in chart.plots:
        labels = [str(category) for category in plot.categories]
        if not labels:
            yield from _points(plot)
            continue
        series = [(one.name, list(one.values), _form(one)) for one in plot.series]
        if labels and series:
            rows = [
                [label, *(_number(values, place, form) for _, values, form in series)]
                for place, label in enumerate(labels)
            ]
            yield [name for name, _, _ in series], rows


def diagram_texts(shape: Any) -> Iterator[str]:
    """The texts of a diagram's boxes; nothing for any other shape."""
    from lxml import etree

    for reference in shape.element.iter(f"{_DIAGRAM}relIds"):
        part = shape.part.related_part(reference.get(_RELATION))
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for point in etree.fromstring(part.blob, parser).iter(f"{_DIAGRAM}pt"):
            paragraphs = (
                "".join(text.text or "" for text in paragraph.iter(f"{_TEXT}t"))
                for paragraph in point.iterfind(f"{_DIAGRAM}t/{_TEXT}p")
            )
            if point.get("type", "node") in ("node", "asst") and (text := " ".join(paragraphs).strip()):
                yield text


def _points(plot: Any) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The points of a chart without categories (XY, bubbles): a table for each series."""
    for one in plot.series:
        across, up = (_cached(one, name) for name in ("xVal", "yVal"))
        rows = [[across[at], up[at]] for at in sorted(across.keys() & up.keys())]
        if rows:
            yield [one.name or "y"], rows


def _cached(series: Any, axis: str) -> dict[int, str]:
    """The values of one axis by their place, as they are shown."""
    found = series._element.find(f"{_CHART}{axis}")
    if found is None:
        return {}
    form = next((code.text or "" for code in found.iter(f"{_CHART}formatCode")), "")
    words: dict[int, str] = {}
    for point in found.iter(f"{_CHART}pt"):
        value = point.findtext(f"{_CHART}v") or ""
        number = re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", value)
        words[int(point.get("idx") or 0)] = shown_number(float(value), form) if number else value
    return words


def _form(series: Any) -> str:
    found = series._element.find(f"{_CHART}val/{_CHART}numRef/{_CHART}numCache/{_CHART}formatCode")
    return found.text or "" if found is not None else ""


def _number(values: list[Any], place: int, form: str) -> str:
    value = values[place] if place < len(values) else None
    return "" if value is None else shown_number(float(value), form)
