"""The readers over the public sets that the project is tuned on, where these lie beside the checkout."""

import json
import unicodedata
from pathlib import Path

import pytest

from ingest.parsed import BlockKind
from ingest.readers import read

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture(scope="module")
def data():
    if not DATA.is_dir():
        pytest.skip(f"the public data sets are not beside this checkout ({DATA})")
    return DATA


def squeezed(text):
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def test_every_block_of_the_pdfs_stands_in_their_text_on_its_page(data):
    for path in sorted((data / "northwind" / "docs").rglob("*.pdf")):
        place = path.relative_to(data / "northwind" / "docs")
        extract = (data / "northwind" / "text" / f"{place}.txt").read_text("utf-8")
        pages = [squeezed(page) for page in extract.split("\f")]
        parsed = read(path)
        astray = [
            block.text
            for block in parsed.blocks
            if squeezed(block.text) not in "".join(pages[block.locator.page - 1 : block.locator.page + 1])
        ]
        assert len(astray) <= len(parsed.blocks) // 500, astray
        lengths = (sum(len(squeezed(block.text)) for block in parsed.blocks), sum(map(len, pages)))
        assert lengths[0] == pytest.approx(lengths[1], rel=0.01)


def test_the_plans_have_titles_and_headings_that_part_them(data):
    plan = read(data / "northwind/docs/benefits/plans/Northwind_Standard_Benefits_Details.pdf")
    assert plan.title == "Contoso Electronics Northwind Health Standard Plan"
    headings = [block.text for block in plan.blocks if block.kind is BlockKind.HEADING]
    assert "Calendar Year Deductible" in headings
    assert max(len(heading) for heading in headings) < 150


def test_every_evidence_of_the_papers_stands_in_what_was_read(data):
    root = data / "covid-papers"
    questions = [json.loads(line) for line in (root / "questions.jsonl").read_text("utf-8").splitlines()][
        ::12
    ]
    texts = {}
    missing = []
    for question in questions:
        for gold in question["gold"]:
            if gold["doc"] not in texts:
                texts[gold["doc"]] = squeezed(read(root / "docs" / gold["doc"]).text)
            if squeezed(gold["quote"]) not in texts[gold["doc"]]:
                missing.append((gold["doc"], gold["quote"]))
    assert not missing
