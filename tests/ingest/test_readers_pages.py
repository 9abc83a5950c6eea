"""Web pages as sites make them: content with its headings, without menus; and plain pages, untouched."""

import pytest
from page_samples import SAMPLES

from ingest.readers import read_bytes


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_content_is_read_with_its_headings_and_furniture_is_not(sample):
    parsed = read_bytes(sample.html.encode(), "page.html")
    for sentence, heading in sample.wanted.items():
        paths = [block.locator.heading for block in parsed.blocks if sentence in block.text]
        assert heading in paths, sentence
    assert [words for words in sample.unwanted if words in parsed.text] == []
    rows = [block.text for block in parsed.blocks if block.kind.value.startswith("table")]
    assert [row for row in sample.rows if row not in rows] == []


LINKS = "".join(f'<li><a href="/{n}">Chapter {n}</a></li>' for n in range(9))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (f"<h1>Manual</h1><ul>{LINKS}</ul>", "Chapter 8"),  # a page of links that names nothing
        (f"<div class=content><h1>Index</h1><ul class=toc-list>{LINKS}</ul></div>", "Index"),
        ("<div class='cookie-policy'><h1>Cookies</h1><p>We keep them a year.</p></div>", "a year"),
        ("<div class=menu><h2>Canteen</h2><p>Monday: soup and bread.</p></div>", "soup"),
        ("<footer><h1>All there is</h1><p>Really.</p></footer>", "Really"),
        ("<div id=newsletter>" + "<p>Our news of May, in full length.</p>" * 30 + "</div>", "May"),
        ("<nav><h1>Ways</h1><p>Take bus 5 to the end.</p></nav><p>Then walk.</p>", "Then walk."),
        ("<div class=sidebar><p>Only this.</p></div>", "Only this."),
        ("<div role=dialog><p>Only this and nothing more.</p></div>", "Only this"),
        ("<main><p>Short.</p></main><p>" + "A long text beside it. " * 9 + "</p>", "beside it"),
        ("<p><span aria-hidden=true>a² + b²</span> holds.</p>", "a² + b²"),
    ],
)
def test_a_plain_page_loses_nothing_that_is_its_content(page, words):
    assert words in read_bytes(f"<html><body>{page}</body></html>".encode(), "page.html").text


def test_a_page_without_any_content_but_links_is_still_read():
    page = f"<html><body><div class=menu><ul>{LINKS}</ul></div></body></html>"
    assert "Chapter 3" in read_bytes(page.encode(), "page.html").text


def test_quotes_stand_verbatim_where_furniture_was_between():
    page = "<p>Doors open at <a class=hash-link href=#a>#</a>nine.</p>"
    assert read_bytes(page.encode(), "page.html").text == "Doors open at nine.\n"


@pytest.mark.parametrize("opening", ["<div>", "<div class=menu>", "<ul><li>", "<b>", "<table><tr><td>"])
def test_a_page_nested_without_end_is_read_as_text(opening):
    assert "deep" in read_bytes(f"<html><body>{opening * 3000}deep".encode(), "page.html").text
