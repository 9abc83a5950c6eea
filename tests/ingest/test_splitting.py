import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.domain import Locator
from brain.text.sentences import sentence_spans
from ingest.indexing.cut_document import Chunk
from ingest.indexing.splitting import PASSAGE_TOKENS, split
from ingest.parsed import Block, BlockKind, ParsedDocument


def tokens(text: str) -> int:
    """As a word-piece tokenizer counts: a token for every four letters of a word, one for each mark."""
    return sum(-(-len(found) // 4) for found in re.findall(r"\w+|[^\w\s]", text))


def document(*blocks: Block, title: str = "Handbook") -> ParsedDocument:
    return ParsedDocument(title, blocks, "text/markdown")


def cut(parsed: ParsedDocument, most: int = 40) -> tuple[Chunk, ...]:
    return tuple(split(parsed, most, tokens))


def heading(*path: str) -> Block:
    return Block(BlockKind.HEADING, path[-1], Locator(heading=path), len(path))


def block(kind: BlockKind, text: str, *path: str, **place: object) -> Block:
    return Block(kind, text, Locator(heading=path, **place))


def paragraph(text: str, *path: str, **place: object) -> Block:
    return block(BlockKind.PARAGRAPH, text, *path, **place)


def table(names: str, rows: list[str], *path: str, **place: object) -> list[Block]:
    return [
        block(BlockKind.TABLE_HEADER, names, *path, **place),
        *(block(BlockKind.TABLE_ROW, row, *path, **place) for row in rows),
    ]


WORDS = st.sampled_from(
    "leave Days thirty employee e.g. Dr. U.S. 3.5 (see) notice, period; contract. Ask? Yes! über 日本。 https://a.b/c".split()
)
LINES = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
LONG = st.builds(
    lambda word, times, gap: gap.join([word] * times), WORDS, st.integers(1, 150), st.sampled_from(["", " "])
)
NAMES = st.sampled_from(
    ["Leave", "Travel and meals", "A heading that has a good many words in it, all of them long", "IT"]
)
ROWS = st.lists(st.one_of(st.just(""), WORDS, LINES), min_size=2, max_size=5).map("\t".join).filter(str.strip)


@st.composite
def stretches(draw: st.DrawFn, path: tuple[str, ...], place: dict[str, object]) -> list[Block]:
    kind = draw(st.sampled_from(["paragraph", "list", "table", "code", "bare row"]))
    if kind == "table":
        return table(draw(ROWS), draw(st.lists(ROWS, max_size=6)), *path, **place)
    if kind == "list":
        items = draw(st.lists(LINES, min_size=1, max_size=5))
        return [block(BlockKind.LIST_ITEM, f"- {item}", *path, **place) for item in items]
    if kind == "code":
        code = draw(
            st.lists(st.sampled_from(["def f():", "    return 1", "\tx = 2", ""]), min_size=1, max_size=20)
        )
        return [block(BlockKind.CODE, "\n".join(code), *path, **place)]
    if kind == "bare row":
        return [block(BlockKind.TABLE_ROW, draw(ROWS), *path, **place)]
    return [paragraph(draw(st.one_of(LINES, LONG)), *path, **place)]


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    blocks: list[Block] = []
    path: tuple[str, ...] = ()
    place: dict[str, object] = {}
    for _ in range(draw(st.integers(0, 9))):
        match draw(st.integers(0, 5)):
            case 0 | 1:
                path = (*path[: draw(st.integers(0, 3))], draw(NAMES))
                blocks.append(Block(BlockKind.HEADING, path[-1], Locator(heading=path, **place), len(path)))
            case 2:
                number = draw(st.integers(1, 3))
                place = draw(
                    st.sampled_from(
                        [{}, {"slide": number}, {"sheet": f"S{number}", "row": 1}, {"part": f"p{number}"}]
                    )
                )
            case _:
                blocks += draw(stretches(path, place))
    return document(
        *blocks, title=draw(st.sampled_from(["", "Handbook", "A long title of a document that says much"]))
    )


def placed(parsed: ParsedDocument) -> list[tuple[int, Block]]:
    offset, found = 0, []
    for each in parsed.blocks:
        found.append((offset, each))
        offset += len(each.text) + 1
    return found


SIZES = st.sampled_from([24, 40, 80, 254])


@given(documents(), SIZES)
def test_passages_are_stretches_of_the_document_in_order(parsed, most):
    chunks = cut(parsed, most)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == parsed.text[chunk.start : chunk.end] and chunk.text.strip() for chunk in chunks)
    assert all(one.end <= other.start for one, other in pairwise(chunks))


@given(documents(), SIZES)
def test_no_passage_holds_more_than_the_embedder_reads(parsed, most):
    assert all(tokens(chunk.embedded_text) <= most for chunk in cut(parsed, most))


@given(documents(), SIZES)
def test_every_word_outside_headings_is_in_a_passage(parsed, most):
    covered = {at for chunk in cut(parsed, most) for at in range(chunk.start, chunk.end)}
    for offset, each in placed(parsed):
        if each.kind is not BlockKind.HEADING:
            inside = [offset + at for at, letter in enumerate(each.text) if not letter.isspace()]
            assert covered.issuperset(inside)


@given(documents(), SIZES)
def test_a_sentence_is_cut_only_where_no_passage_could_hold_it(parsed, most):
    chunks, text = cut(parsed, most), parsed.text
    least = min(most, PASSAGE_TOKENS) // 4  # the room that a passage has under any heading
    for offset, each in placed(parsed):
        if each.kind is BlockKind.HEADING:
            continue
        whole = each.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW) and tokens(each.text) <= least
        for start, end in [(0, len(each.text))] if whole else sentence_spans(each.text):
            if each.text[start:end].strip() and tokens(text[offset + start : offset + end]) <= least:
                assert any(c.start <= offset + start and offset + end <= c.end for c in chunks)


@given(documents(), SIZES)
def test_a_passage_keeps_to_one_slide_sheet_part_and_chapter(parsed, most):
    for chunk in cut(parsed, most):
        inside = [
            each.locator
            for offset, each in placed(parsed)
            if each.kind is not BlockKind.HEADING
            and offset < chunk.end
            and offset + len(each.text) > chunk.start
        ]
        assert len({(at.slide, at.sheet, at.part) for at in inside}) <= 1
        assert len({at.heading[:1] for at in inside}) <= 1


@given(documents(), SIZES)
def test_splitting_again_gives_the_same_passages_and_keys(parsed, most):
    once, again = cut(parsed, most), cut(parsed, most)
    assert once == again
    keys = {(chunk.context, chunk.table_header, chunk.text): chunk.vector_key for chunk in once}
    assert len(set(keys.values())) == len(keys)


def test_an_empty_document_has_no_passage():
    assert cut(document()) == ()
    assert cut(document(paragraph("   "), paragraph(""))) == ()


def test_a_document_of_headings_alone_can_still_be_found():
    chunks = cut(document(heading("Leave"), heading("Leave", "Sick leave"), heading("Travel")))
    assert "Sick leave" in "\n".join(chunk.text for chunk in chunks)
    assert "Travel" in "\n".join(chunk.text for chunk in chunks)


def test_title_and_headings_stand_before_the_text_and_not_in_it():
    path = ("Leave", "Parental leave")
    chunk = cut(document(heading("Leave"), heading(*path), paragraph("Sixteen weeks are paid.", *path)))[0]
    assert chunk.context == "Handbook › Leave › Parental leave"
    assert chunk.text == "Sixteen weeks are paid."
    assert chunk.embedded_text == "Handbook › Leave › Parental leave\nSixteen weeks are paid."
    assert chunk.locator.heading == path


def test_a_heading_that_repeats_the_title_is_named_once():
    chunk = cut(document(heading("Handbook"), paragraph("Welcome to us all.", "Handbook")))[0]
    assert chunk.context == "Handbook"


def test_a_deep_heading_path_is_shortened_from_above():
    path = tuple(f"Chapter about matter number {number}" for number in range(8))
    chunk = cut(document(paragraph("The rule is short.", *path)))[0]
    assert chunk.text == "The rule is short."
    assert tokens(chunk.context) <= 10
    assert chunk.locator.heading == path
    roomy = cut(document(paragraph("The rule is short.", *path)), 120)[0]
    assert roomy.context.startswith("Handbook › ")
    assert roomy.context.endswith(path[-1])


def test_a_sentence_longer_than_any_passage_is_cut_between_words():
    words = [f"word{number}" for number in range(200)]
    parsed = document(paragraph(" ".join(words) + "."))
    chunks = cut(parsed)
    assert len(chunks) > 1
    assert " ".join(chunk.text for chunk in chunks).rstrip(".").split() == words


def test_a_word_longer_than_any_passage_is_cut_anywhere_but_whole_in_sum():
    parsed = document(paragraph("x" * 1000))
    assert "".join(chunk.text for chunk in cut(parsed)) == "x" * 1000


ROWS_OF_PLANS = [
    f"Plan {letter}\t{number}0 dollars\twith support" for number, letter in enumerate("ABCDEFGHIJKL", 1)
]


def test_a_tables_header_goes_with_every_passage_of_the_table():
    chunks = cut(document(*table("Name\tPrice\tSupport", ROWS_OF_PLANS, sheet="Plans")))
    assert len(chunks) > 2
    assert chunks[0].text.startswith("Name\tPrice\tSupport\nPlan A")
    assert {chunk.table_header for chunk in chunks} == {"Name\tPrice\tSupport"}
    assert [line for chunk in chunks for line in chunk.text.split("\n")][1:] == ROWS_OF_PLANS


def test_a_header_too_wide_to_be_repeated_leaves_the_passage_room():
    names = "\t".join(f"column number {number}" for number in range(30))
    chunks = cut(document(*table(names, ["a\tb", "c\td"])))
    assert all(tokens(chunk.embedded_text) <= 40 for chunk in chunks)
    assert "a\tb" in "\n".join(chunk.text for chunk in chunks)


def test_the_short_line_above_a_table_stands_over_its_rows():
    rows = table("Name\tPrice", ROWS_OF_PLANS[:2])
    assert cut(document(paragraph("Prices in euros:"), *rows))[-1].context == "Handbook › Prices in euros"
    prose = paragraph("All of these prices may change in the course of the year. " * 3)
    assert cut(document(prose, *rows))[-1].context == "Handbook"
    # What stands over another table, or in another place, is not what this one is called.
    apart = (
        paragraph("Prices"),
        paragraph("Anything else."),
        *rows,
        *table("Day\tHours", ["Monday\t9 to 5"]),
    )
    assert [chunk.context for chunk in cut(document(*apart))][-2:] == ["Handbook › Anything else", "Handbook"]
    assert (
        cut(document(paragraph("Prices", slide=1), *table("A\tB", ["1\t2"], slide=2)))[-1].context
        == "Handbook"
    )


def test_text_after_a_table_does_not_carry_its_header():
    parsed = document(*table("Name\tPrice", ROWS_OF_PLANS[:2]), paragraph("Prices exclude tax."))
    assert [(c.text.split("\n")[0], c.table_header) for c in cut(parsed)][-1] == ("Prices exclude tax.", "")


def test_small_sections_of_one_chapter_share_a_passage_with_their_headings():
    parsed = document(
        heading("Leave"),
        heading("Leave", "Sick"),
        paragraph("Call in.", "Leave", "Sick"),
        heading("Leave", "Unpaid"),
        paragraph("Ask HR.", "Leave", "Unpaid"),
    )
    chunks = cut(parsed)
    assert [chunk.text for chunk in chunks] == ["Call in.\nUnpaid\nAsk HR."]
    assert chunks[0].context == "Handbook › Leave"


def test_small_sections_of_two_chapters_stay_apart():
    parsed = document(
        heading("Leave"), paragraph("Call in.", "Leave"), heading("Travel"), paragraph("Ask HR.", "Travel")
    )
    assert [(c.context, c.text) for c in cut(parsed)] == [
        ("Handbook › Leave", "Call in."),
        ("Handbook › Travel", "Ask HR."),
    ]


@pytest.mark.parametrize("places", [("slide", 1, 2), ("sheet", "A", "B"), ("part", "mail", "notes.txt")])
def test_slides_sheets_and_parts_stay_apart(places):
    name, one, other = places
    parsed = document(paragraph("Call in.", "X", **{name: one}), paragraph("Ask HR.", "X", **{name: other}))
    assert [getattr(chunk.locator, name) for chunk in cut(parsed)] == [one, other]


def test_a_passage_is_closed_at_a_blocks_end_once_it_is_nearly_full():
    first = " ".join(["Four word sentence here."] * 5)
    chunks = cut(document(paragraph(first), paragraph(first), paragraph(first)))
    assert [chunk.text for chunk in chunks] == [first] * 3


def test_passages_stay_short_even_where_the_embedder_reads_much():
    parsed = document(paragraph(" ".join(["Four word sentence here."] * 400)))
    assert max(tokens(chunk.embedded_text) for chunk in cut(parsed, 8000)) <= PASSAGE_TOKENS


def test_a_passage_over_two_pages_knows_where_the_second_begins():
    parsed = document(
        paragraph("The kiln is lit at six.", "Kiln", page=4),
        paragraph("It is out by nine.", "Kiln", page=5),
    )
    (chunk,) = cut(parsed, 60)
    second = chunk.text.index("It is out")
    assert chunk.locator.page == 4
    assert chunk.locator.at(0).page == 4
    assert chunk.locator.at(second).page == 5


def test_a_passage_of_several_rows_knows_each_row():
    parsed = document(*table("Bird\tPrice", ["Wren\t40", "Curlew\t90"], "Prices"))
    rows = [
        replace(b, locator=replace(b.locator, sheet="Prices", row=n)) for n, b in enumerate(parsed.blocks, 1)
    ]
    (chunk,) = cut(replace(parsed, blocks=tuple(rows)), 60)
    curlew = chunk.locator.at(chunk.text.index("Curlew"))
    assert curlew.label == f"Prices, row {len(rows)}"


def test_the_name_of_a_sheet_stands_above_its_rows_unless_nobody_gave_it_one():
    named, unnamed = (
        cut(document(*table("Name\tPrice", ["Gold\t40"], sheet=sheet), title="Fees"))[0]
        for sheet in ("Moorings", "Sheet1")
    )
    assert named.context == "Fees › Moorings"
    assert named.embedded_text.startswith("Fees › Moorings\n")
    assert unnamed.context == "Fees"


def test_short_sections_of_one_passage_keep_their_own_headings():
    """What is quoted is cited under the heading that it stands under, not under the first one."""
    parsed = document(
        heading("Sync"),
        heading("Sync", "4 March"),
        paragraph("The office moves.", "Sync", "4 March"),
        heading("Sync", "11 March"),
        paragraph("Lunch is paid.", "Sync", "11 March"),
    )
    (chunk,) = cut(parsed, 80)
    assert chunk.locator.heading == ("Sync", "4 March")
    places = [
        chunk.locator.at(chunk.text.index(words)).label for words in ("The office", "11 March", "Lunch")
    ]
    assert places == ["Sync › 4 March", "Sync › 11 March", "Sync › 11 March"]


def test_a_word_that_is_one_token_however_long_fills_a_passage():
    """Word-piece tokenizers call a word of more than a hundred letters unknown, and count it as one."""
    endless = paragraph("ACGT" * 25_000)
    found = tuple(split(document(endless), 200, lambda text: len(text.split())))
    assert "".join(chunk.text for chunk in found) == endless.text
    assert max(len(chunk.text) for chunk in found) <= 200 * 40
