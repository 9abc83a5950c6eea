import json
from datetime import date, datetime

import pytest
from reader_samples import nested_json, workbook_file

from brain.errors import UnreadableDocument
from ingest.parsed import BlockKind
from ingest.readers import read_bytes, tabular


def shown(parsed):
    return [(block.kind.value, block.text) for block in parsed.blocks]


def test_every_sheet_s_rows_have_sheet_and_row():
    data = workbook_file(
        {
            "Prices": [["Price list 2024"], [], ["Item", "Price", "From"], ["Desk", 249.5, date(2024, 1, 2)]],
            "Stock": [["Item", "Count", "Left"], ["Desk", 12, True]],
        }
    )
    parsed = read_bytes(data, "price_list.xlsx")
    assert parsed.title == "price list"
    assert shown(parsed) == [
        ("paragraph", "Price list 2024"),
        ("table_header", "Item\tPrice\tFrom"),
        ("table_row", "Desk\t249.5\t2024-01-02"),
        ("table_header", "Item\tCount\tLeft"),
        ("table_row", "Desk\t12\tyes"),
    ]
    assert [(block.locator.sheet, block.locator.row) for block in parsed.blocks] == [
        ("Prices", 1),
        ("Prices", 3),
        ("Prices", 4),
        ("Stock", 1),
        ("Stock", 2),
    ]
    assert parsed.blocks[2].locator.label == "Prices, row 4"


def test_numbers_look_as_people_see_them():
    import openpyxl
    from reader_samples import _saved

    book = openpyxl.Workbook()
    book.active.append(["Share", "Cost", "Big", "When"])
    book.active.append([0.125, 19.5, 12345678901, datetime(2024, 3, 5, 14, 30)])
    book.active["A2"].number_format = "0.0%"
    book.active["B2"].number_format = '"$"#,##0.00'
    parsed = read_bytes(_saved(book), "n.xlsx")
    assert parsed.blocks[1].text == "12.5%\t$19.50\t12345678901\t2024-03-05 14:30"


def test_a_long_table_is_cut_with_a_warning(monkeypatch):
    monkeypatch.setattr(tabular, "MAX_ROWS", 50)
    data = "name,age\n" + "".join(f"person {number},{number}\n" for number in range(80))
    parsed = read_bytes(data.encode(), "people.csv")
    assert len(parsed.blocks) == 50
    assert parsed.warnings == ("Only the first 50 rows were read.",)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_quotes_and_row_numbers(separator):
    rows = [["Name", "Note"], ["Ada", f'says "yes{separator} no"\nand more'], ["Bo", "é"]]
    lines = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    parsed = read_bytes("\r\n".join(lines).encode("utf-8-sig"), "people.csv")
    assert shown(parsed) == [
        ("table_header", "Name\tNote"),
        ("table_row", "Ada\t" + " ".join(f'says "yes{separator} no" and more'.split())),
        ("table_row", "Bo\té"),
    ]
    assert [block.locator.row for block in parsed.blocks] == [1, 2, 3]


def test_a_table_without_names_has_no_header():
    parsed = read_bytes(b"1,2\n3,4\n5,6\n", "numbers.csv")
    assert {block.kind for block in parsed.blocks} == {BlockKind.TABLE_ROW}


def test_json_values_stand_behind_their_paths():
    places = b'[{"city": {"name": "Rome"}, "floors": [1, 2]}, {"city": "Oslo", "open": true}]'
    parsed = read_bytes(b'{"title": "Offices", "places": ' + places + b"}", "offices.json")
    assert parsed.title == "Offices"
    assert [block.text for block in parsed.blocks] == [
        "title: Offices",
        "places[1].city.name: Rome",
        "places[1].floors: 1, 2",
        "places[2].city: Oslo",
        "places[2].open: true",
    ]


def test_like_records_are_a_table_under_the_path_that_leads_to_them():
    places = b'[{"city": "Rome", "floors": [1, 2]}, {"city": "Oslo", "open": true}]'
    parsed = read_bytes(b'{"places": ' + places + b', "more": 5}', "offices.json")
    assert shown(parsed) == [
        ("heading", "places"),
        ("table_header", "city\tfloors\topen"),
        ("table_row", "Rome\t1, 2\t"),
        ("table_row", "Oslo\t\ttrue"),
        ("paragraph", "more: 5"),
    ]
    assert [block.locator.row for block in parsed.blocks[2:]] == [1, 2, None]
    assert parsed.blocks[2].locator.heading == ("places",)
    for data, name in ((places, "a.json"), (places[1:-1].replace(b"}, {", b"}\n{"), "a.jsonl")):
        assert shown(read_bytes(data, name)) == shown(parsed)[1:4]


def test_records_that_hold_texts_are_told_value_after_value():
    long = "It takes a while. " * 30
    data = json.dumps([{"question": "Why?", "answer": long}, {"question": "How?", "answer": "So."}]).encode()
    parsed = read_bytes(data, "faq.json")
    assert [(block.locator.row, block.text) for block in parsed.blocks] == [
        (1, "question: Why?"),
        (1, f"answer: {long.strip()}"),
        (2, "question: How?"),
        (2, "answer: So."),
    ]


def test_json_lines_have_row_numbers_and_a_json_file_may_hold_lines():
    data = b'{"q": "Why?"}\n\n{"q": "How?"}\n'
    for name in ("faq.jsonl", "faq.json"):
        parsed = read_bytes(data, name)
        assert [(block.locator.row, block.text) for block in parsed.blocks] == [
            (1, "q: Why?"),
            (3, "q: How?"),
        ]


def test_records_within_a_line_keep_the_line_s_number():
    orders = b'{"id": 1}\n{"id": 2, "items": [{"a": 1, "b": 2}, {"a": 3, "b": 4}], "note": "x"}\n{"id": 3}'
    blocks = read_bytes(orders, "orders.jsonl").blocks
    assert [(block.text, block.locator.row) for block in blocks] == [
        ("id: 1", 1),
        ("id: 2", 2),
        ("items", 2),
        ("a\tb", 2),
        ("1\t2", 2),
        ("3\t4", 2),
        ("note: x", 2),
        ("id: 3", 3),
    ]


def test_broken_and_bottomless_json_are_sentences():
    with pytest.raises(UnreadableDocument, match=r"x\.json is not valid JSON \(line 2\)"):
        read_bytes(b'{"a": 1,\n oops}', "x.json")
    for depth in (200, 200_000):
        with pytest.raises(UnreadableDocument, match=r"deep\.json is nested more than 100 levels"):
            read_bytes(nested_json(depth), "deep.json")
