"""Rows of a table in a PDF: cells put under their columns, and whether the first row is a header."""

from ingest.readers.pdf_lines import Line


def table_cells(rows: list[Line]) -> tuple[list[list[str]], bool]:
    """The rows' cells, with empty ones where a column has none, and True if the first row is the header."""
    cells = _under_columns(rows)
    return cells, len(rows) > 1 and len(cells[0]) == len(cells[1]) and _is_header(rows, cells)


def _under_columns(rows: list[Line]) -> list[list[str]]:
    """Cells by the left edges that rows share; numbers set flush right share none, and stay as they are."""
    edges: list[float] = []
    for left in sorted(cell.left for row in rows for cell in row.cells):
        if not edges or left - edges[-1] > rows[0].size:
            edges.append(left)
    if len(edges) != max(len(row.cells) for row in rows):
        return [[cell.text for cell in row.cells] for row in rows]
    placed = []
    for row in rows:
        texts = [""] * len(edges)
        for cell in row.cells:
            column = max(number for number, edge in enumerate(edges) if edge <= cell.left + 0.1)
            texts[column] = cell.text
        placed.append(texts)
    return placed


def _is_header(rows: list[Line], cells: list[list[str]]) -> bool:
    """Bold over plain rows, or words alone over rows with figures."""
    if rows[0].bold != rows[1].bold:
        return rows[0].bold
    figures = [any(text[:1].isdigit() or text[:1] in ("$", "€", "£") for text in row) for row in cells]
    return not figures[0] and sum(figures[1:]) * 2 >= len(rows) - 1
