from datetime import UTC, datetime

from ingest.parsed import BlockKind
from ingest.readers import read_bytes

PAGE = """<!DOCTYPE html><html><head><title>Pool &amp; gym</title>
<meta property="article:modified_time" content="2024-03-05T10:00:00Z"><style>p {color: red}</style></head>
<body><header>Logo Login</header><nav><ul><li>Home</li></ul></nav>
<h1>Sport</h1><p>The pool opens at <b>seven</b>,<br>the gym at&nbsp;six.</p>
<h2>Prices</h2>
<table><caption>All in euros</caption><thead><tr><th>What</th><th>Price</th></tr></thead>
<tr><td>Day</td><td>4<br>reduced 3</td></tr></table>
<ol start="3"><li>Bring a towel<ul><li>a dry one</li></ul></li><li><p>Shower first.</p></li></ol>
<pre>code  kept
  as is</pre>
<div>Loose words<div>inner block</div>after</div>
<script>var secret = 1;</script><footer>Imprint</footer></body></html>"""


def test_a_page_becomes_blocks_in_order_without_furniture():
    parsed = read_bytes(PAGE.encode(), "sport.html")
    assert parsed.title == "Pool & gym"
    assert parsed.modified == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "Sport"),
        ("paragraph", "The pool opens at seven,"),
        ("paragraph", "the gym at six."),
        ("heading", "Prices"),
        ("paragraph", "All in euros"),
        ("table_header", "What\tPrice"),
        ("table_row", "Day\t4 reduced 3"),
        ("list_item", "3. Bring a towel"),
        ("list_item", "  - a dry one"),
        ("list_item", "4. Shower first."),
        ("code", "code  kept\n  as is"),
        ("paragraph", "Loose words"),
        ("paragraph", "inner block"),
        ("paragraph", "after"),
    ]
    row = next(block for block in parsed.blocks if block.kind is BlockKind.TABLE_ROW)
    assert row.locator.heading == ("Sport", "Prices")


def test_an_article_keeps_a_header_that_holds_its_title():
    page = "<body><article><header><h1>Rules</h1><p>Since May.</p></header><p>Be kind.</p></article></body>"
    assert read_bytes(page.encode(), "r.html").text == "Rules\nSince May.\nBe kind.\n"


def test_the_main_part_is_preferred_where_it_holds_most_of_the_page():
    page = "<div>Menu one</div><main><p>" + "The real text. " * 9 + "</p></main><div>Other links</div>"
    assert "Menu" not in read_bytes(page.encode(), "m.html").text


def test_a_layout_table_is_not_read_as_a_table():
    page = "<table><tr><td><p>First.</p><p>Second.</p></td></tr></table>"
    assert [block.text for block in read_bytes(page.encode(), "l.html").blocks] == ["First.", "Second."]


def test_declared_and_undeclared_charsets():
    western = '<meta charset="iso-8859-1"><p>Übergröße für 5 €</p>'.encode("cp1252")
    assert "Übergröße für 5 €" in read_bytes(western, "w.html").text
    wide = "<html><p>naïve</p></html>".encode("utf-16")
    assert "naïve" in read_bytes(wide, "u.html").text


def test_entities_that_a_page_declares_are_not_unfolded():
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><p>&b;&b; end</p>'
    assert len(read_bytes(bomb.encode(), "b.html").text) < 200


def shown(html):
    return [(block.kind.value, block.text) for block in read_bytes(html.encode(), "x.html").blocks]


def test_cells_over_several_rows_and_columns_stand_in_each():
    head = "<tr><th rowspan=2>Region<th colspan=2>2025</tr><tr><th>Plan<th>Actual</tr>"
    body = "<tr><td rowspan=2>North<td>1<td>2</tr><tr><td>3<td>4</tr><tr><td>South<td colspan=2>closed</tr>"
    assert shown(f"<table>{head}{body}</table>") == [
        ("table_header", "Region\t2025 Plan\t2025 Actual"),
        ("table_row", "North\t1\t2"),
        ("table_row", "North\t3\t4"),
        ("table_row", "South\tclosed\tclosed"),
    ]


def test_a_cell_that_claims_to_be_endless_stands_in_the_rows_and_columns_there_are():
    rows = "<tr><td rowspan=65534 colspan=999999>x<td>1</tr><tr><td>2</tr>"
    assert len(shown(f"<table>{rows}</table>")) == 2


def test_words_over_figures_name_the_columns_where_nothing_is_marked():
    rows = "<tr><td>Kind<td>Cost<td>Time</tr><tr><td>Post<td>5 euros<td>3 days</tr>"
    assert shown(f"<table>{rows}</table>")[0] == ("table_header", "Kind\tCost\tTime")
    words = "<tr><td>Ann<td>Rome<td>Sales</tr><tr><td>Bob<td>Oslo<td>Dev</tr>"
    assert {kind for kind, _ in shown(f"<table>{words}</table>")} == {"table_row"}


def test_a_term_and_its_short_meaning_are_one_row():
    short = (
        "<dt>SLA</dt><dd>The time to answer.</dd><dt>RPO</dt><dt>Recovery point</dt><dd>What is lost.</dd>"
    )
    long = "<dt>Steps</dt><dd><ul><li>One</ul></dd>"
    assert shown(f"<dl>{short}{long}</dl>") == [
        ("table_row", "SLA\tThe time to answer."),
        ("table_row", "RPO, Recovery point\tWhat is lost."),
        ("paragraph", "Steps"),
        ("list_item", "- One"),
    ]


def test_marks_of_footnotes_are_no_words_of_the_sentence():
    link, mark = '<a class="footnote-ref" href="#1"><sup>1</sup></a>', '<sup class="reference">[2]</sup>'
    page = f"<p>Ten days.{link} Ask {mark}first.</p>"
    assert shown(page) == [("paragraph", "Ten days. Ask first.")]


def test_what_stands_between_terms_is_read_and_hidden_meanings_are_not():
    terms = "Terms of<dt>Leave</dt><dd>30 days</dd><div><dt>Pay</dt><dd>Monthly</dd></div>"
    secret = "<dt>Sick</dt><dd hidden>Old words</dd><dd>From day one</dd>"
    assert shown(f"<dl>{terms}{secret}</dl>") == [
        ("paragraph", "Terms of"),
        ("table_row", "Leave\t30 days"),
        ("table_row", "Pay\tMonthly"),
        ("table_row", "Sick\tFrom day one"),
    ]
    assert shown("<dl><dt>Leave</dt><p>A note.</p><dd>30 days</dd></dl>") == [
        ("paragraph", "Leave"),
        ("paragraph", "A note."),
        ("paragraph", "30 days"),
    ]


def test_terms_within_each_other_without_end_are_read():
    assert shown(f"<dl><dt>a</dt>{'<div><dt>b</dt>' * 3_000}<dd>c</dd></dl>") != []


def test_links_that_sphinx_calls_references_are_words_of_the_sentence():
    link = '<a class="reference internal" href="leave.html">the leave policy</a>'
    assert shown(f"<p>See {link} first.</p>") == [("paragraph", "See the leave policy first.")]


def test_raised_figures_make_no_other_number():
    page = "<h2>50<sup>1</sup> euros</h2><p>H<sub>2</sub>O, 10<sup>-6</sup> and 1<sup>st</sup>.</p>"
    assert shown(page) == [("heading", "50¹ euros"), ("paragraph", "H2O, 10⁻⁶ and 1st.")]


def test_raised_figures_within_each_other_without_end_are_read():
    assert shown(f"<p>{'<sup>' * 20_000}1{'</sup>' * 20_000}</p>") != []


def test_without_columns_a_wide_cell_is_one_cell():
    rows = "<tr><th>Name<td colspan=3>Anna Lind</tr><tr><th>Born<td>1 May<td>1980<td>Rome</tr>"
    assert shown(f"<table>{rows}</table>") == [
        ("table_row", "Name\tAnna Lind"),
        ("table_row", "Born\t1 May\t1980\tRome"),
    ]


def test_a_heading_over_all_columns_is_what_the_table_is_called():
    title, names = "<tr><th colspan=2>Prices 2026</tr>", "<tr><th>Item<th>Price</tr>"
    rows = "<tr><td>Desk<td>100</tr><tr><td>Lamp<td>20</tr>"
    expected = [("paragraph", "Prices 2026"), ("table_header", "Item\tPrice"), ("table_row", "Desk\t100")]
    assert shown(f"<table>{title}{names}{rows}</table>")[:3] == expected
    assert shown(f"<table>{title}{names.replace('th', 'td')}{rows}</table>")[:3] == expected


def test_a_raised_figure_where_a_number_belongs_keeps_no_page_from_being_read():
    items, table = (
        "<ol start='²'><li>Bring a towel</li></ol>",
        "<table><tr><td colspan='²'>Day</td></tr></table>",
    )
    page = f"<h1>Pool</h1>{items}{table}"
    parsed = read_bytes(page.encode(), "sport.html")
    assert [block.text for block in parsed.blocks] == ["Pool", "1. Bring a towel", "Day"]
