"""Builds the binary documents of the sample drive: `python samples/build_drive.py [--out DIR]`.

Each `sources/<path>.<format>.md` becomes `<path>.<format>`. The text documents of the drive (md, html,
csv, txt, eml) are their own sources and stand in `samples/drive` already. `--sources` builds another drive,
such as one of `benchmarks/drives`; text documents that stand there are copied. A second run gives the same
bytes. Needs the `dev` extra.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from drive_build.pages import write_pdf
from drive_build.sheets import write_xlsx
from drive_build.slides import write_pptx
from drive_build.source import SourceDocument, read_source
from drive_build.word import write_docx

HERE = Path(__file__).resolve().parent
WRITERS: dict[str, Callable[[SourceDocument, Path], None]] = {
    ".pdf": write_pdf,
    ".docx": write_docx,
    ".pptx": write_pptx,
    ".xlsx": write_xlsx,
}


def build(sources: Path, out: Path) -> Iterator[Path]:
    """Writes every document under `sources` to the same place under `out`, and yields it."""
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        target = out / path.relative_to(sources)
        target.parent.mkdir(parents=True, exist_ok=True)
        write = WRITERS.get(target.with_suffix("").suffix) if target.suffix == ".md" else None
        if write is None:
            target.write_bytes(path.read_bytes())
        else:
            target = target.with_suffix("")
            write(read_source(path), target)
        yield target


def main() -> None:
    """Builds `--sources` into `--out`, or the sample drive's into itself."""
    parser = argparse.ArgumentParser(description="Build the binary documents of the sample drive.")
    parser.add_argument(
        "--out", type=Path, default=HERE / "drive", help="folder to write to (default: samples/drive)"
    )
    parser.add_argument(
        "--sources", type=Path, default=HERE / "sources", help="what to build (default: samples/sources)"
    )
    given = parser.parse_args()
    out: Path = given.out
    for target in build(given.sources, out):
        print(f"{target.stat().st_size:>8}  {target.relative_to(out)}")


if __name__ == "__main__":
    main()
