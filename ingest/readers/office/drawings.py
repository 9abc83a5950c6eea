"""What charts and diagrams (SmartArt) say, in slides and in Word documents."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ingest.readers.office.cell_format import shown_number
from ingest.readers.outline import Outline

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# What a number format's quotes, colours and escapes hold is no code for a day or a year.
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DAY_NOUGHT, _LAST_DAY = date(1899, 12, 30), 2_958_465
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def add_chart(outline: Outline, chart: Any) -> None:
    """A chart's title, and its numbers as a table: a row for each category, a column for each series.

    `chart` is the root of the chart's XML: python-pptx knows neither 3-D columns nor stock charts.
    """
    title = chart.find(f"{_CHART}chart/{_CHART}title")
    if title is not None:
        outline.paragraph(" ".join(_lines(title)))
    for names, rows in chart_tables(chart):
        outline.row(["", *names], header=True)
        for cells in rows:
            outline.row(cells)


def chart_tables(chart: Any) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Each plot of a chart: the names of its series, and a row for each category or point."""
    for plot in chart.iterfind(f"{_CHART}chart/{_CHART}plotArea/*"):
        series = plot.findall(f"{_CHART}ser")
        labels = next(filter(None, map(_categories, series)), {})
        if not labels:
            yield from _points(series)
            continue
        values = [_cached(one, "val") for one in series]
        count = max([*labels, *(place for column in values for place in column)]) + 1
        rows = [
            [labels.get(place, ""), *(column.get(place, "") for column in values)] for place in range(count)
        ]
        yield [_name(one) for one in series], rows


def charts_in(element: Any, part: Any) -> Iterator[Any]:
    """The roots of the charts that an element of a part refers to."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for reference in element.iter(f"{_CHART}chart"):
        chart = part.related_parts.get(reference.get(f"{_RELATION}id"))
        if chart is not None:
            yield etree.fromstring(chart.blob, parser)


def diagram_texts(shape: Any) -> Iterator[str]:
    """The texts of a diagram's boxes; nothing for any other shape."""
    from lxml import etree

    for reference in shape.element.iter(f"{_DIAGRAM}relIds"):
        part = shape.part.related_part(reference.get(f"{_RELATION}dm"))
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for point in etree.fromstring(part.blob, parser).iter(f"{_DIAGRAM}pt"):
            if point.get("type", "node") in ("node", "asst") and (text := " ".join(_lines(point)).strip()):
                yield text


def _lines(element: Any) -> Iterator[str]:
    for paragraph in element.iter(f"{_TEXT}p"):
        yield "".join(text.text or "" for text in paragraph.iter(f"{_TEXT}t"))


def _name(series: Any) -> str:
    return " ".join(value.text or "" for value in series.iterfind(f"{_CHART}tx//{_CHART}v"))


def _categories(series: Any) -> dict[int, str]:
    """The categories by their place; of several levels (year, quarter) each is told with those above."""
    levels = series.findall(f"{_CHART}cat//{_CHART}lvl")
    if not levels:
        return _cached(series, "cat")
    labels: dict[int, str] = {}
    for level in levels:  # the innermost is the first
        words = {int(point.get("idx") or 0): _value(point) for point in level.iter(f"{_CHART}pt")}
        if not labels:
            labels = words
            continue
        for place in labels:
            begun = max((at for at in words if at <= place), default=None)
            if begun is not None:
                labels[place] = f"{words[begun]} {labels[place]}"
    return labels


def _points(series: list[Any]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The points of a chart without categories (XY, bubbles): a table for each series."""
    for one in series:
        across, up = (_cached(one, name) for name in ("xVal", "yVal"))
        if not up and (values := _cached(one, "val")):
            yield [_name(one) or "y"], [[str(place + 1), values[place]] for place in sorted(values)]
        rows = [[across[at], up[at]] for at in sorted(across.keys() & up.keys())]
        if rows:
            yield [_name(one) or "y"], rows


def _cached(series: Any, axis: str) -> dict[int, str]:
    """The values of one axis by their place, as they are shown."""
    found = series.find(f"{_CHART}{axis}")
    if found is None:
        return {}
    form = next((code.text or "" for code in found.iter(f"{_CHART}formatCode")), "")
    words: dict[int, str] = {}
    for point in found.iter(f"{_CHART}pt"):
        value = _value(point)
        number = _NUMBER.fullmatch(value)
        words[int(point.get("idx") or 0)] = (
            _shown(float(value), point.get("formatCode") or form) if number else value
        )
    return words


def _shown(value: float, form: str) -> str:
    if re.search("[dy]", _QUOTED.sub("", form), re.I) and 0 < value <= _LAST_DAY:
        return (_DAY_NOUGHT + timedelta(days=int(value))).isoformat()
    return shown_number(value, form)


def _value(point: Any) -> str:
    return point.findtext(f"{_CHART}v") or ""
