"""Sitemaps as drives: which pages are read at all, how fast they are asked for, and what is refused."""

import gzip
import ipaddress
import time
from email.utils import formatdate

import pytest
from sitemap_sites import ANY, HTML, XML, asked, drive, html, index, site, urlset
from web_server import web_server

from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.credentials import Credentials
from ingest.drives import DriveUnavailable
from ingest.locate import open_drive
from ingest.options import DriveOptions
from ingest.reconciling.sifting import LEFT_OUT
from ingest.web.politeness import PoliteClient, SiteBusy
from ingest.web.robots import read_robots
from ingest.web.sitemap import NOINDEX, TOO_MANY
from ingest.web.sitemap_file import NoSitemap, parse_sitemap


@pytest.fixture
def server():
    with web_server() as server:
        yield server


def test_pages_stay_on_the_site_and_in_the_folder_of_the_sitemap(server):
    port = server.server_address[1]
    pages = ["/docs/a", "/docsx/b", "/docs/../c", "/docs/%2e%2e/d", "/docs/e?x=1"]
    others = [f"http://user@127.0.0.1:{port}/docs/f", "ftp://127.0.0.1/docs/g", "http://[bad/docs/h"]
    others += [
        f"http://127.0.0.1:{port}@evil.test/docs/i",
        "http://127.0.0.1:1/docs/j",
        "javascript:alert(1)",
    ]
    body = urlset(*((server.url(path), "") for path in pages), *((url, "") for url in others))
    server.pages["/docs/sitemap.xml"] = (200, XML, body)
    listed = drive(server, "/docs/sitemap.xml").list({})
    assert [entry.path for entry in listed if hasattr(entry, "etag")] == [
        server.url("/docs/a"),
        server.url("/docs/e?x=1"),
    ]


def test_robots_rules_and_noindex_are_respected(kit, server):
    site(server, dict.fromkeys(["/open", "/closed", "/header", "/meta", "/other"], ""))
    assert kit.sync(drive(server)).added == 5
    server.pages["/robots.txt"] = (
        200,
        {},
        b"User-agent: *\nDisallow: /\n\nUser-agent: citewise\nDisallow: /clo*d\n",
    )
    server.pages["/header"] = (200, HTML | {"X-Robots-Tag": "citewise: noindex"}, html("header"))
    server.pages["/meta"] = (200, HTML, b"<meta content='nofollow, NOINDEX' name=robots>" + html("meta"))
    server.pages["/other"] = (200, HTML | {"X-Robots-Tag": "otherbot: noindex"}, html("none but text"))
    report = kit.sync(drive(server))
    assert report.skipped_by_reason == {"not allowed by the site's robots.txt": 1, NOINDEX: 2}
    assert sorted(kit.documents()) == [server.url("/open"), server.url("/other")]
    server.pages["/new"] = server.pages["/meta"]
    site(server, {"/open": "", "/other": "", "/new": ""})
    assert "noindex" in kit.sync(drive(server)).failures[0].sentence


def test_a_single_page_that_robots_forbid_or_hide_is_not_asked_for(kit, server):
    server.pages["/a"] = (200, HTML, html("ants"))
    page = open_drive(server.url("/a"), policy=ANY)
    kit.sync(page)
    server.seen.clear()
    server.pages["/robots.txt"] = (200, {}, b"User-agent: citewise\nDisallow: /a\n")
    with pytest.raises(UsageError, match="may not be read by robots"):
        kit.sync(page)
    server.pages["/robots.txt"] = (500, {}, b"")
    with pytest.raises(DriveUnavailable, match="it is not known what may be read"):
        kit.sync(page)
    assert (server.seen, list(kit.documents())) == ([], [server.url("/a")])
    server.pages["/robots.txt"] = (403, {}, b"")
    assert kit.sync(page).unchanged == 1


def test_of_an_endless_robots_file_the_first_500_kib_count(server):
    text = b"User-agent: *\nDisallow: /a\n" + b"# filling\n" * 60_000 + b"Disallow: /b\n"
    server.pages["/robots.txt"] = (200, {}, text)
    robots = read_robots(server.url(), PoliteClient(ANY))
    assert (robots.allows(server.url("/a")), robots.allows(server.url("/b"))) == (False, True)


def test_the_number_of_pages_is_limited_and_known_ones_come_first(kit, server):
    site(server, {"/a": "", "/b": ""})
    kit.sync(drive(server))
    site(server, {"/new1": "", "/new2": "", "/a": "", "/b": ""})
    report = kit.sync(drive(server, most_pages=3))
    assert report.skipped_by_reason == {TOO_MANY: 1}
    assert sorted(kit.documents()) == [server.url(path) for path in ("/a", "/b", "/new1")]


def test_a_page_that_two_files_list_is_one_page(kit, server):
    site(server, dict.fromkeys(["/a", "/b"], ""))
    server.pages["/sitemap.xml"] = (200, XML, index(server.url("/one.xml"), server.url("/two.xml")))
    server.pages["/one.xml"] = (200, XML, urlset((server.url("/a"), ""), (server.url("/a"), "")))
    server.pages["/two.xml"] = (200, XML, urlset((server.url("/a"), ""), (server.url("/b"), "")))
    for added, unchanged in ((2, 0), (0, 2)):
        report = kit.sync(drive(server))
        assert (report.added, report.unchanged, report.skipped) == (added, unchanged, 0)


def test_patterns_choose_pages_and_readers_are_refused(server, tmp_path):
    site(server, {"/docs/a": "", "/docs/b.pdf": "", "/blog": ""})
    options = DriveOptions(include=("docs/*",), exclude=("*.pdf",))
    listed = list(drive(server, options=options).list({}))
    assert [entry.path for entry in listed if hasattr(entry, "etag")] == [server.url("/docs/a")]
    assert [entry.reason for entry in listed if hasattr(entry, "reason")] == [LEFT_OUT] * 2
    for url in (server.url("/sitemap.xml"), f"sitemap+{server.url()}", server.url("/page")):
        with pytest.raises(UsageError, match="who may read"):
            open_drive(
                url,
                policy=ANY,
                options=DriveOptions(readers=("group:hr",)),
                credentials=Credentials(tmp_path),
            )


def test_a_page_that_leads_into_the_house_fails_alone(kit, server):
    with web_server("127.0.0.2") as inner:
        inner.pages["/secret"] = (200, HTML, html("secret"))
        site(server, {"/a": "", "/evil": ""})
        server.pages["/evil"] = (302, {"Location": inner.url("/secret")}, b"")
        policy = AddressPolicy(allowed=(ipaddress.ip_network("127.0.0.1/32"),))
        report = kit.sync(drive(server, policy=policy))
        assert (report.added, report.failed, inner.seen) == (1, 1, [])
        assert "private address" in report.failures[0].sentence
        server.pages["/robots.txt"] = (302, {"Location": inner.url("/secret")}, b"")
        with pytest.raises(UsageError, match="private address"):
            kit.sync(drive(server, policy=policy))
        assert inner.seen == []


def test_the_site_sets_the_pace(server):
    waits = []
    client = PoliteClient(ANY, wait=waits.append)
    server.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 25\n")
    read_robots(server.url(), client)
    for _ in range(3):
        client.get(server.url("/a"))
    first, second = waits  # less what the requests took
    assert 15 < first <= 25 < second <= 50
    client.delay = 0.0
    waits.clear()

    answers = [(503, {"Retry-After": "3"}), (429, {"Retry-After": "2"}), (200, {})]

    def busy(handler):
        status, headers = answers.pop(0)
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            handler.send_header(name, value)
        handler.end_headers()

    server.pages["/busy"] = busy
    client = PoliteClient(ANY, wait=waits.append)
    with pytest.raises(SiteBusy):  # after one wait it is still busy
        client.get(server.url("/busy"))
    assert waits == [3.0]
    with pytest.raises(SiteBusy):  # and is not even asked until it had its rest
        client.get(server.url("/busy"))
    assert len(answers) == 1
    assert PoliteClient(ANY).get(server.url("/busy")).status == 200
    answers.append((429, {"Retry-After": formatdate(time.time() + 5000, usegmt=True)}))
    client = PoliteClient(ANY, wait=waits.append)
    with pytest.raises(SiteBusy, match="not to be called for 3"):
        client.get(server.url("/busy"))


def test_what_a_listing_asks_for_is_bounded_by_the_pace(kit, server):
    site(server, {f"/p{number}": "" for number in range(6)}, ETag='"v1"')
    kit.sync(drive(server))
    server.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 0.01\n")
    server.seen.clear()
    assert kit.sync(drive(server, options=DriveOptions(every=1))).unchanged == 6
    assert len(asked(server)) == 6
    server.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 0.5\n")
    assert kit.sync(drive(server, options=DriveOptions(every=1))).unchanged == 6
    assert len(asked(server)) == 2


LAUGHS = '<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (LAUGHS.encode(), "declares a document type"),
        (gzip.compress(bytes(60 * 1024**2)), "unfolds to more than 50 MB"),
        (gzip.compress(urlset(("http://a.test/", "")))[:-9], "ends too early"),
        (b"\x1f\x8bnothing", "damaged gzip"),
        (b"<urlset>" + b"<a>" * 100_000, "nested too deeply"),
        (b"<html><body>404</body></html>", "is not a sitemap"),
        (b"", "is not a sitemap"),
        (urlset(*[("http://a.test/", "")] * 50_001), "more than the 50,000"),
        (b"http://a.test/\n" * 50_001, "more than the 50,000"),
        (b"http://a.test/\n<urlset></urlset>", "line 2 is no web address"),
        (b"http://a.test/\xff", "is not UTF-8"),
    ],
    ids=[
        "entities",
        "bomb",
        "cut",
        "no gzip",
        "deep",
        "page",
        "empty",
        "long",
        "long text",
        "mixed text",
        "no UTF-8",
    ],
)
def test_hostile_sitemaps_are_refused(body, words):
    with pytest.raises(NoSitemap, match=words):
        parse_sitemap(body)
