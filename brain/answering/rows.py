"""Table rows in words: `Plan: Gold; Price: $40`."""


def row_in_words(row: str, header: str) -> str:
    """A tab-separated row with its header's names; cells without a name or a value stand alone or drop out."""
    names = [name.strip() for name in header.split("\t")] if header else []
    cells = [cell.strip() for cell in row.split("\t")]
    if len(cells) < 2 or len(names) != len(cells):
        return ", ".join(cell for cell in cells if cell)
    first, *rest = zip(names, cells, strict=True)
    told = [f"{name}: {cell}" if name else cell for name, cell in rest if cell]
    subject = first[1] or first[0]
    return f"{subject} – {'; '.join(told)}" if told and subject else "; ".join(told) or subject
