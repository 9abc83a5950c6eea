from datetime import UTC, datetime

import pytest

from ingest.parsed import BlockKind
from ingest.readers import read_bytes
from ingest.readers.markup.markdown import _NOTE_MARK
from ingest.readers.markup.template_tags import without_tags
from ingest.readers.wrapping import margin_of


def blocks(text):
    return read_bytes(text.encode(), "page.md").blocks


def texts(text):
    return [block.text for block in blocks(text)]


def test_front_matter_gives_title_and_date_but_no_text():
    parsed = read_bytes(b'---\ntitle: "Leave types"\nlast_updated: 2024-03-05\n---\nSome text.\n', "leave.md")
    assert parsed.title == "Leave types"
    assert parsed.modified == datetime(2024, 3, 5, tzinfo=UTC)
    assert parsed.text == "Some text.\n"


def test_a_page_that_only_redirects_keeps_its_title():
    assert read_bytes(b"---\ntitle: Org chart\nredirect_to: /x/\n---\n", "o.md").text == "Org chart\n"


def test_title_is_the_first_heading_else_the_file_name():
    assert read_bytes(b"# Pay\n\nMonthly.", "a.md").title == "Pay"
    assert read_bytes(b"Monthly.", "how_we-pay.md").title == "how we pay"


def test_headings_make_a_path_that_closes_at_its_level():
    found = blocks("# A\n\n## B\n\ntext b\n\n### C\n\ntext c\n\n## D\n\ntext d\n")
    paths = {block.text: block.locator.heading for block in found}
    assert paths["text b"] == ("A", "B")
    assert paths["C"] == ("A", "B", "C")
    assert paths["text c"] == ("A", "B", "C")
    assert paths["text d"] == ("A", "D")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Use **bold** and *slanted* `code`.", "Use bold and slanted code."),
        ("See [the *form*](https://example.org/a 'T') now.", "See the form now."),
        ("Alleles HLA-A*02 and B*03 matter.", "Alleles HLA-A*02 and B*03 matter."),
        ("Set max_tokens_to_sample here.", "Set max_tokens_to_sample here."),
        (r"A \* star, 3 \< 4, C:\\temp", r"A * star, 3 < 4, C:\temp"),
        (r'data: "{\"city\": 1}"', r'data: "{\"city\": 1}"'),
        ("Write to <hr@example.org> or <your manager>.", "Write to hr@example.org or <your manager>."),
        ("AT&amp;T &copy; 2024", "AT&T © 2024"),
        ("Water is H<sub>2</sub>O.<!-- hidden -->", "Water is H2O."),
    ],
)
def test_marks_are_taken_off_and_words_kept(source, shown):
    assert texts(source) == [shown]


def test_lists_keep_marks_numbers_and_depth():
    found = blocks("- one\n- two\n  - deep\n\n3. three\n4. four\n")
    assert [block.text for block in found] == ["- one", "- two", "  - deep", "3. three", "4. four"]
    assert [block.level for block in found] == [0, 0, 1, 0, 0]
    assert {block.kind for block in found} == {BlockKind.LIST_ITEM}


def test_a_table_has_its_header_and_rows_parted_by_tabs():
    found = blocks("| Plan | Price |\n|---|---|\n| **Small** | 5 |\n| Large | |\n")
    assert [(block.kind, block.text) for block in found] == [
        (BlockKind.TABLE_HEADER, "Plan\tPrice"),
        (BlockKind.TABLE_ROW, "Small\t5"),
        (BlockKind.TABLE_ROW, "Large\t"),
    ]


def test_an_html_table_inside_markdown_is_a_table_too():
    found = blocks("Text.\n\n<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>\n")
    assert [block.text for block in found] == ["Text.", "A\tB", "1\t2"]


def test_code_keeps_lines_and_indents():
    found = blocks("```python\ndef f():\n    return '{% raw %}'\n```\n")
    assert found[0].kind is BlockKind.CODE
    assert found[0].text.startswith("def f():\n    return")


def test_a_link_on_a_line_of_its_own_goes_on_with_the_sentence_around_it():
    wrapped = (
        "Whoever speaks to us from outside the company signs an agreement first.\n"
        "It is enough to fill in the form that is called\n"
        "[Gratuitous Services](https://example.org/a/long/address/of/a/form)\n"
        "in advance of the event. You will find more of it, in two versions, in the\n"
        "[Guide](https://example.org/g) or the\n"
        "[FAQ](https://example.org/f).\n"
    )
    assert texts(wrapped) == [
        "Whoever speaks to us from outside the company signs an agreement first. It is enough to fill in the "
        "form that is called Gratuitous Services in advance of the event. You will find more of it, in two "
        "versions, in the Guide or the FAQ."
    ]
    assert texts("Opening hours\n[Contact](https://example.org/c)\nDirections\n") == [
        "Opening hours", "Contact", "Directions",
    ]  # fmt: skip


def test_wrapped_lines_are_joined_and_separate_lines_kept_apart():
    wrapped = (
        "This paragraph was wrapped by its writer at about sixty letters\n"
        "so that every line is nearly as long as all the others are\n"
        "and the last one is short.\n"
    )
    assert texts(wrapped) == [" ".join(wrapped.split())]
    scraped = (
        "Define the tools with names and descriptions. " * 4 + "\nInclude a prompt.\n" + "Then go on. " * 14
    )
    assert len(texts(scraped)) == 3


def test_template_tags_leave_only_what_a_reader_sees():
    source = (
        '{% alert %}\nAsk in {% channel "people-ops" %} about [leave]({% page "leave/" %}).\n'
        "{% endalert %}\n\n{% comment %}\nsecret\n{% endcomment %}\n"
        "In code: `{% page %}` and {{ site.url }}done.\n"
    )
    assert texts(source) == ["Ask in people-ops about leave.", "In code: {% page %} and done."]


def test_what_stands_between_two_tags_of_a_line_is_kept():
    assert texts("{% if paid %}Shown.{% endif %}\n\n{% note %} First.\n\nSecond.\n{% endnote %}\n") == [
        "Shown.",
        "First.",
        "Second.",
    ]


@pytest.mark.parametrize(
    "opening",
    ["{% ", "{% a", "{{ ", "{% comment %}a ", "{% comment", "`` ``` ", "[^", "](", "[a](", "```\n````\n"],
)
def test_openings_that_nothing_closes_are_not_read_to_the_end_for_each_of_them(opening):
    text = opening * (100_000 // len(opening)) + "\n{%"
    assert margin_of(text) <= len(text)
    assert without_tags(text).endswith("{%")
    assert _NOTE_MARK.sub("", text)


def test_comments_of_unfenced_code_are_not_headings():
    found = blocks("# Guide\n\nText.\n\n# Call the service\ncall()\n# Again\ncall()\n")
    assert [block.text for block in found if block.kind is BlockKind.HEADING] == ["Guide"]
    assert "# Call the service" in [block.text for block in found]


def test_marks_of_footnotes_are_no_words_of_the_sentence():
    found = blocks("Refunds take ten days.[^1] Ask first.\n\n[^1]: In May twenty.\n\nUse `[^a-z]` here.\n")
    assert [block.text for block in found] == [
        "Refunds take ten days. Ask first.",
        "In May twenty.",
        "Use [^a-z] here.",
    ]


def test_front_matter_in_toml_gives_title_and_date():
    page = b'+++\ntitle = "Bike shed"\ndate = 2026-01-05\n+++\nIt has ten places.\n'
    parsed = read_bytes(page, "x.md")
    assert (parsed.title, parsed.text) == ("Bike shed", "It has ten places.\n")
    assert parsed.modified == datetime(2026, 1, 5, tzinfo=UTC)
