"""The sample drive holds what it promises, its gold answers are in it, and it can be built again."""

import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DRIVE = SAMPLES / "drive"
DOCUMENTS = sorted(path for path in DRIVE.rglob("*") if path.is_file())
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()]
GOLD = [(question["id"], gold) for question in QUESTIONS for gold in question["gold"]]
SOURCES = SAMPLES / "sources"
BUILT = [path.relative_to(SOURCES).with_suffix("") for path in SOURCES.rglob("*.md")]


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@cache
def pages(path: Path) -> list[str]:
    """The words of a document, a string a page (or one string where there are no pages)."""
    match path.suffix:
        case ".pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                return [page.get_textpage().get_text_range() for page in pdf]
        case ".docx":
            word = docx.Document(str(path))
            rows = [" ".join(cell.text for cell in row.cells) for table in word.tables for row in table.rows]
            return ["\n".join([paragraph.text for paragraph in word.paragraphs] + rows)]
        case ".pptx":
            return ["\n".join(slide_lines(slide)) for slide in pptx.Presentation(str(path)).slides]
        case ".xlsx":
            return [
                "\n".join(" ".join(shown(cell) for cell in row) for row in sheet.iter_rows())
                for sheet in openpyxl.load_workbook(path).worksheets
            ]
        case _:
            return [path.read_text("utf-8")]


def slide_lines(slide) -> list[str]:
    lines = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            lines += [" ".join(cell.text for cell in row.cells) for row in shape.table.rows]
    if slide.has_notes_slide:
        lines.append(slide.notes_slide.notes_text_frame.text)
    return lines


def shown(cell) -> str:
    return f"{cell.value:,.2f}" if cell.number_format == "#,##0.00" else str(cell.value)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("rebuilt"))


def build(out: Path) -> Path:
    command = [sys.executable, str(SAMPLES / "build_drive.py"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


def test_drive_is_large_and_varied_enough():
    formats = Counter(path.suffix for path in DOCUMENTS)
    assert len(DOCUMENTS) >= 25
    assert set(formats) == {".md", ".html", ".docx", ".pdf", ".pptx", ".xlsx", ".csv", ".txt", ".eml"}
    assert min(formats.values()) >= 2


def test_drive_stays_small():
    sizes = {path.name: path.stat().st_size for path in DOCUMENTS}
    assert max(sizes.values()) <= 400_000
    assert sum(sizes.values()) <= 1_500_000


def test_long_documents_have_pages_and_headings():
    for name in ("hr/employee-handbook-2026.pdf", "engineering/runbooks/almanac-on-call.pdf"):
        with pypdfium2.PdfDocument(DRIVE / name) as pdf:
            assert len(pdf) >= 5
            assert len(list(pdf.get_toc())) > 20


def test_pdf_carries_the_date_of_its_source():
    with pypdfium2.PdfDocument(DRIVE / "hr/employee-handbook-2026.pdf") as pdf:
        assert pdf.get_metadata_value("CreationDate").startswith("D:20260108")


def test_questions_are_many_mixed_and_partly_unanswerable():
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) >= 60
    unanswerable = [question for question in QUESTIONS if not question["answerable"]]
    assert 0.18 <= len(unanswerable) / len(QUESTIONS) <= 0.25
    assert not any(question["answers"] or question["gold"] for question in unanswerable)
    assert all(question["answers"] and question["gold"] for question in QUESTIONS if question["answerable"])
    assert len({question["kind"] for question in QUESTIONS}) >= 9


def test_yes_no_answers_begin_with_that_word():
    for question in QUESTIONS:
        if "yes_no" in question:
            wrong = [
                answer for answer in question["answers"] if not answer.lower().startswith(question["yes_no"])
            ]
            assert not wrong, question["id"]


def test_every_document_is_asked_about():
    asked = {gold["doc"] for _, gold in GOLD}
    assert asked == {path.relative_to(DRIVE).as_posix() for path in DOCUMENTS}


@pytest.mark.parametrize(("identifier", "gold"), GOLD, ids=[f"{name}-{gold['doc']}" for name, gold in GOLD])
def test_gold_quote_stands_in_its_document(identifier, gold):
    found = [folded(page) for page in pages(DRIVE / gold["doc"])]
    quote = folded(gold["quote"])
    if gold["doc"].endswith(".pdf"):
        assert quote in found[gold["page"] - 1]
    else:
        assert quote in folded(" ".join(found))


def test_committed_documents_equal_a_fresh_build(rebuilt):
    built = {path.relative_to(rebuilt) for path in rebuilt.rglob("*") if path.is_file()}
    assert built == set(BUILT)
    for name in sorted(built):
        assert pages(rebuilt / name) == pages(DRIVE / name), name


def test_building_twice_gives_the_same_bytes(rebuilt, tmp_path):
    build(tmp_path)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (rebuilt / name).read_bytes(), name


def test_follow_ups_ask_for_what_the_drive_says():
    found = [json.loads(line) for line in (SAMPLES / "follow_ups.jsonl").read_text("utf-8").splitlines()]
    asked = [turn for talk in found for turn in talk["turns"] if "says" in turn]
    assert len(found) >= 25
    assert len(asked) >= 50
    assert {talk["kind"] for talk in found} == {"contrast", "aspect", "new subject"}
    for turn in asked:
        texts = " ".join(folded(" ".join(pages(DRIVE / doc))) for doc in turn["docs"]).lower()
        assert any(said.lower() in texts for said in turn["says"]), turn
