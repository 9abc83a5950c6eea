"""Pages fetched from real servers on loopback: checks, limits, formats, and what a second run costs."""

import gzip
import ipaddress
import threading

import pytest
from web_server import web_server

from brain.errors import UnreadableDocument, UsageError
from ingest.addresses import AddressPolicy, AddressRefused
from ingest.drives import DriveUnavailable
from ingest.locate import readable_suffixes
from ingest.web.document import leads_to_sign_in
from ingest.web.fetching import FetchLimits, Response, fetch
from ingest.web.page import WebPage
from ingest.web.politeness import PoliteClient

ANY = AddressPolicy(allow_private=True)
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"""<html><head><title>Travel policy</title></head><body><nav>Home | About</nav>
<main><h1>Travel policy</h1><p>Trains are booked in second class.</p></main>
<footer>Imprint</footer></body></html>"""


def only(network, resolve=None):
    allowed = (ipaddress.ip_network(network),)
    return AddressPolicy(allowed=allowed, resolve=resolve) if resolve else AddressPolicy(allowed=allowed)


@pytest.fixture
def server():
    with web_server() as server:
        yield server


def page(url, policy=ANY, limits=None):
    return WebPage(url, readable_suffixes(), policy, limits)


def test_a_page_becomes_a_document_under_its_address(kit, server):
    server.pages["/travel"] = (200, HTML, PAGE)
    url = server.url("/travel")
    report = kit.sync(page(url + "#section"))
    assert (report.added, report.url) == (1, url)
    row = kit.catalog.find_document(url)
    assert (row.path, row.uri, row.title) == (url, url, "Travel policy")
    text = kit.catalog.document_text(row.id)
    assert "second class" in text
    assert "Imprint" not in text
    assert server.seen[0][1]["Host"] == f"127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize(
    "headers", [{"ETag": '"v1"'}, {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}], ids=["etag", "time"]
)
def test_an_unchanged_page_is_asked_for_on_condition_and_costs_nothing(kit, server, headers):
    server.pages["/"] = (200, HTML | headers, PAGE)
    kit.sync(page(server.url()))
    report = kit.sync(page(server.url()))
    assert (report.unchanged, kit.opened) == (1, [])
    assert {"If-None-Match", "If-Modified-Since"} & set(server.seen[1][1])
    server.pages["/"] = (
        200,
        HTML | {name: value.replace("1", "2") for name, value in headers.items()},
        PAGE + b" ",
    )
    assert kit.sync(page(server.url())).changed == 1


def test_a_page_without_any_mark_is_compared_by_content(kit, server):
    server.pages["/"] = (200, HTML, PAGE)
    kit.sync(page(server.url()))
    assert (kit.sync(page(server.url())).unchanged, kit.opened) == (1, [])
    server.pages["/"] = (200, HTML, PAGE.replace(b"second", b"first!"))  # of the same length
    assert kit.sync(page(server.url())).changed == 1


def test_a_page_that_is_gone_or_down_stays_indexed(kit, server):
    server.pages["/"] = (200, HTML, PAGE)
    kit.sync(page(server.url()))
    for status, words in ((404, "does not exist"), (403, "not open"), (500, "can't be read now")):
        server.pages["/"] = (status, HTML, b"")
        with pytest.raises(DriveUnavailable, match=words):
            kit.sync(page(server.url()))
    server.shutdown()
    server.server_close()
    with pytest.raises(DriveUnavailable, match="can't be reached"):
        kit.sync(page(server.url()))
    assert list(kit.documents()) == [server.url()]


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("text/plain; charset=iso-8859-1", "Caf\xe9 zum M\xfcller".encode("latin-1"), "Café zum Müller"),
        ("text/markdown", b"# Rules\n\nNo shoes.", "No shoes."),
        ("application/json", b'{"speed": "30 km/h"}', "30 km/h"),
        ("application/octet-stream", b"# Rules\n\nNo shoes.", "No shoes."),
        ("text/html", "<meta charset=utf-8><p>Grüße</p>".encode(), "Grüße"),
        ("text/html; charset=windows-1252", b"<meta charset=utf-8><p>Gr\xfc\xdfe aus Bonn</p>", "Grüße"),
    ],
)
def test_the_content_type_decides_how_a_page_is_read(kit, server, kind, body, words):
    server.pages["/doc.md"] = (200, {"Content-Type": kind}, body)
    assert kit.sync(page(server.url("/doc.md"))).added == 1
    assert words in kit.catalog.document_text(kit.catalog.find_document("doc.md").id)


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/setup.rst", "text/plain; charset=utf-8", b"Setup\n=====\n\n.. hidden\n\nNo shoes.\n"),
        ("/setup", "text/x-rst", b"Setup\n=====\n\n.. hidden\n\nNo shoes.\n"),
        ("/setup.adoc", "text/plain", b"= Setup\n\n// hidden\nNo shoes.\n"),
        ("/setup.org", "text/plain", b"* Setup\n# hidden\nNo shoes.\n"),
    ],
)
def test_documents_of_engineers_are_read_as_such_where_a_server_calls_them_plain_text(
    kit, server, path, kind, body
):
    server.pages[path] = (200, {"Content-Type": kind}, body)
    kit.sync(page(server.url(path)))
    (row,) = kit.catalog.documents()
    assert kit.catalog.document_text(row.id) == "Setup\nNo shoes.\n"


def test_a_format_that_can_not_be_read_is_a_failure_with_a_sentence(kit, server):
    server.pages["/film"] = (200, {"Content-Type": "video/mp4"}, b"....")
    report = kit.sync(page(server.url("/film")))
    assert report.failed == 1
    assert "video/mp4" in report.failures[0].sentence


def test_private_addresses_are_refused_by_default(server):
    server.pages["/"] = (200, HTML, PAGE)
    for url in (server.url(), server.url(host="localhost"), server.url(host="[::ffff:127.0.0.1]")):
        with pytest.raises(AddressRefused, match="CITEWISE_ALLOW_PRIVATE_URLS"):
            fetch(url, AddressPolicy())
    assert server.seen == []


def test_a_redirect_is_followed_and_checked_again(server):
    with web_server("127.0.0.2") as inner:
        inner.pages["/secret"] = (200, HTML, b"metadata")
        server.pages["/good"] = (302, {"Location": "/final"}, b"")
        server.pages["/final"] = (200, HTML, PAGE)
        server.pages["/evil"] = (302, {"Location": inner.url("/secret")}, b"")
        server.pages["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
        server.pages["/loop"] = (302, {"Location": "/loop"}, b"")
        policy = only("127.0.0.1/32")
        assert fetch(server.url("/good"), policy).url == server.url("/final")
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
            fetch(server.url("/evil"), policy)
        with pytest.raises(UsageError, match="only http"):
            fetch(server.url("/file"), policy)
        with pytest.raises(DriveUnavailable, match="redirects more than 3 times"):
            fetch(server.url("/loop"), policy, FetchLimits(redirects=3))
        assert inner.seen == []


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked(server):
    server.pages["/"] = (200, HTML, PAGE)
    with web_server("127.0.0.2") as inner:
        answers = [("127.0.0.1",), ("127.0.0.2",)]

        def rebinding(host, port):
            assert host == "rebind.test"
            return answers.pop(0)

        url = server.url(host="rebind.test")
        assert fetch(url, only("127.0.0.1/32", rebinding)).body == PAGE
        assert len(answers) == 1  # asked once: nothing resolved the name a second time
        assert server.seen[0][1]["Host"].startswith("rebind.test:")
        with pytest.raises(AddressRefused):
            fetch(url, only("127.0.0.1/32", rebinding))
        assert inner.seen == []


def test_a_dead_address_gives_way_to_the_next_one(server):
    server.pages["/"] = (200, HTML, PAGE)
    policy = AddressPolicy(allow_private=True, resolve=lambda host, port: ("127.0.0.9", "127.0.0.1"))
    assert fetch(server.url(host="two.test"), policy).status == 200


def test_proxies_from_the_environment_are_not_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.pages["/"] = (200, HTML, PAGE)
    assert fetch(server.url(), ANY).body == PAGE


def test_too_large_pages_are_given_up_before_they_fill_memory(server):
    limits = FetchLimits(bytes=100_000)
    server.pages["/said"] = (200, HTML, b"x" * 200_000)
    bomb = gzip.compress(b"x" * 20_000_000)
    server.pages["/bomb"] = (200, HTML | {"Content-Encoding": "gzip"}, bomb)
    assert len(bomb) < limits.bytes
    for path in ("/said", "/bomb"):
        with pytest.raises(UnreadableDocument, match="larger than"):
            fetch(server.url(path), ANY, limits)


@pytest.mark.parametrize(
    ("asked", "came", "signs_in"),
    [
        ("/handbook", "/login?next=/handbook", True),
        ("/handbook", "/wp-login.php", True),
        ("/handbook", "/auth/realms/staff", True),
        ("/handbook", "/oauth2/authorize", True),
        ("/handbook", "/users/sign_in", True),
        ("/handbook", "/author/jane/handbook", False),
        ("/handbook", "/blog-in-depth/catalog-index/designing", False),
        ("/help/login", "/en/help/login", False),
    ],
)
def test_a_page_that_leads_to_sign_in_is_told_from_one_that_moved(asked, came, signs_in):
    response = Response(f"https://example.org{came}", 200, {}, b"")
    assert leads_to_sign_in(f"https://example.org{asked}", response) == signs_in


def test_a_single_page_that_begins_to_ask_for_a_login_keeps_its_text(server, kit):
    server.pages["/page"] = (200, HTML, PAGE)
    drive = WebPage(server.url("/page"), {".html"}, ANY)
    kit.sync(drive)
    before = kit.documents()
    server.pages["/login"] = (200, HTML, b"<p>Please sign in with your account.</p>")
    server.pages["/page"] = (302, {"Location": "/login"}, b"")
    with pytest.raises(DriveUnavailable, match="perhaps to sign in"):
        kit.sync(drive)
    assert kit.documents() == before
    assert kit.found("sign") == set()


def test_what_is_packed_twice_or_otherwise_than_asked_is_not_unpacked(server):
    twice = gzip.compress(gzip.compress(bytes(300_000_000), 1), 9)
    assert len(twice) < 50_000
    for packed, body in (("gzip, gzip", twice), ("zstd", b"any"), ("br", b"any")):
        server.pages["/"] = (200, HTML | {"Content-Encoding": packed}, body)
        with pytest.raises(UnreadableDocument, match=f"packed as {packed}, which was not asked for"):
            fetch(server.url(), ANY)
    assert server.seen[-1][1]["Accept-Encoding"] == "gzip"


def test_a_packed_page_is_read_whole_or_not_at_all(server):
    packed = HTML | {"Content-Encoding": "gzip"}
    server.pages["/"] = (200, packed, gzip.compress(PAGE * 5000))
    assert fetch(server.url(), ANY).body == PAGE * 5000
    server.pages["/"] = (200, packed, gzip.compress(PAGE)[:-10])
    with pytest.raises(DriveUnavailable, match="in part only"):
        fetch(server.url(), ANY)
    server.pages["/"] = (200, packed, b"no gzip at all")
    with pytest.raises(DriveUnavailable, match="damaged gzip"):
        fetch(server.url(), ANY)


def test_a_server_that_drips_or_hangs_is_given_up(server):
    done = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not done.wait(0.02):
            handler.wfile.write(b"X-Slow: yes\r\n")

    server.pages["/"] = drip
    try:
        with pytest.raises(DriveUnavailable, match=r"within 0\.3 seconds"):
            fetch(server.url(), ANY, FetchLimits(seconds=0.3))
    finally:
        done.set()


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {"Retry-After": "²"}),
        (429, {"Retry-After": "0"}),
        (503, {"Retry-After": "Mon, 01 Jan 0001 00:00:00 +0100"}),
        (429, {"Retry-After": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}),
        (429, {"Retry-After": "Mon, 01 Jan 2030 00:00:00 +99999999999999999999"}),
        (302, {"Location": "http://127.0.0.1:99999/"}),
        (302, {"Location": f"http://{'a' * 300}.example/"}),
    ],
)
def test_what_a_hostile_server_says_ends_in_a_sentence(server, status, headers):
    server.pages["/"] = (status, headers, b"")
    with pytest.raises((DriveUnavailable, UsageError)):
        PoliteClient(ANY, wait=lambda seconds: None).get(server.url())


@pytest.mark.parametrize(
    "url",
    ["http://user:secret@example.org/", "gopher://example.org/", "http://", "http://exa mple.org:99999/"],
)
def test_addresses_that_are_no_pages_are_refused(url):
    with pytest.raises((UsageError, DriveUnavailable)) as refused:
        fetch(url, AddressPolicy(resolve=lambda host, port: ()))
    assert "secret" not in refused.value.sentence
