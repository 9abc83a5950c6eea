"""Sitemaps as drives, on real servers on loopback: what is read, what is asked for, what is never lost."""

import gzip
import ipaddress
import time
from email.utils import formatdate

import pytest
from web_server import web_server

from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.credentials import Credentials
from ingest.drives import DriveUnavailable
from ingest.locate import open_drive, readable_suffixes
from ingest.options import DriveOptions
from ingest.politeness import PoliteClient, SiteBusy
from ingest.robots import read_robots
from ingest.sifting import LEFT_OUT
from ingest.sitemap import GONE, NOINDEX, TOO_MANY, Sitemap
from ingest.sitemap_file import NoSitemap, parse_sitemap

ANY = AddressPolicy(allow_private=True)
HTML = {"Content-Type": "text/html"}
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def server():
    with web_server() as server:
        yield server


def html(words):
    return f"<title>{words}</title><main><h1>{words}</h1><p>All about {words}.</p></main>".encode()


def urlset(*pages):
    """Of (address, lastmod) pairs."""
    urls = "".join(
        f"<url><loc>{url}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>" for url, date in pages
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def index(*urls):
    parts = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{parts}</sitemapindex>'.encode()
    )


def site(server, lastmods, **headers):
    """Pages /a, /b, … and their sitemap."""
    for path in lastmods:
        server.pages.setdefault(path, (200, HTML | headers, html(path.strip("/"))))
    pages = [(server.url(path), date) for path, date in lastmods.items()]
    server.pages["/sitemap.xml"] = (200, XML, urlset(*pages))


def drive(server, path="/sitemap.xml", policy=ANY, **options):
    return Sitemap(server.url(path), readable_suffixes(), policy, **options)


def asked(server):
    paths = [path for path, _ in server.seen if not path.endswith((".xml", ".gz"))]
    server.seen.clear()
    return sorted(paths)


def test_every_page_is_a_document_under_its_address_and_an_unchanged_lastmod_costs_no_request(kit, server):
    site(server, {"/a": "2024-01-01", "/b": "2024-01-02"})
    report = kit.sync(drive(server))
    assert (report.added, report.failed) == (2, 0)
    row = kit.catalog.find_document(server.url("/a"))
    assert (row.path, row.uri, row.title) == (server.url("/a"), server.url("/a"), "a")
    assert asked(server) == ["/a", "/b"]
    assert kit.sync(drive(server)).unchanged == 2
    assert asked(server) == []
    server.pages["/b"] = (200, HTML, html("bees"))
    site(server, {"/a": "2024-01-01", "/b": "2024-01-03"})
    assert kit.sync(drive(server)).changed == 1
    assert asked(server) == ["/b"]
    assert kit.found("bees") == {server.url("/b")}
    assert kit.sync(drive(server)).unchanged == 2
    assert asked(server) == []


@pytest.mark.parametrize(
    "mark", [{"ETag": '"v1"'}, {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}], ids=["etag", "time"]
)
def test_pages_without_lastmod_are_asked_for_on_condition(kit, server, mark):
    site(server, {"/a": "", "/b": ""}, **mark)
    assert kit.sync(drive(server)).added == 2
    server.seen.clear()
    assert (kit.sync(drive(server)).unchanged, kit.opened) == (2, [])
    conditions = [{"If-None-Match", "If-Modified-Since"} & set(h) for path, h in server.seen if path == "/a"]
    assert conditions == [{"If-None-Match"} if "ETag" in mark else {"If-Modified-Since"}]
    server.seen.clear()
    newer = {name: value.replace("1", "2") for name, value in mark.items()}
    server.pages["/a"] = (200, HTML | newer, html("ants"))
    assert kit.sync(drive(server)).changed == 1
    assert asked(server) == ["/a", "/b"]  # what the listing got was kept for reading


def test_a_lastmod_that_the_page_contradicts_is_not_trusted(kit, server):
    site(server, {"/a": "2014-01-01"}, **{"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"})
    kit.sync(drive(server))
    server.pages["/a"] = (200, HTML | {"Last-Modified": "Thu, 22 Oct 2015 07:28:00 GMT"}, html("ants"))
    assert kit.sync(drive(server)).changed == 1


def test_pages_without_any_mark_are_compared_by_content(kit, server):
    site(server, {"/a": ""})
    kit.sync(drive(server))
    assert (kit.sync(drive(server)).unchanged, kit.opened) == (1, [])
    server.pages["/a"] = (200, HTML, html("z"))
    assert kit.sync(drive(server)).changed == 1


def test_a_content_check_sees_what_no_mark_told(kit, server):
    site(server, {"/a": "2024-01-01"})
    kit.sync(drive(server))
    server.pages["/a"] = (200, HTML, html("z"))
    assert kit.sync(drive(server)).unchanged == 1
    assert kit.sync(drive(server), check_contents=True).changed == 1


def test_pages_that_are_gone_leave_and_failing_ones_stay(kit, server):
    site(server, dict.fromkeys(["/a", "/b", "/c", "/d", "/e"], ""))
    with web_server("127.0.0.2") as other:
        other.pages["/login"] = (200, HTML, html("Sign in"))
        kit.sync(drive(server))
        server.pages["/a"] = (404, HTML, b"")
        server.pages["/b"] = (500, HTML, b"")
        server.pages["/c"] = (302, {"Location": other.url("/login")}, b"")
        server.pages["/d"] = (302, {"Location": "/login?next=/d"}, b"")
        server.pages["/login?next=/d"] = (200, HTML, html("Sign in"))
        report = kit.sync(drive(server))
    assert (report.removed, report.failed, report.skipped_by_reason) == (1, 0, {GONE: 1})
    assert {part.path for part in report.unlisted} == {server.url(path) for path in ("/b", "/c", "/d")}
    assert sorted(kit.documents()) == [server.url(path) for path in ("/b", "/c", "/d", "/e")]
    assert kit.found("sign") == set()
    site(server, dict.fromkeys(["/b", "/c", "/d"], ""))  # /e has left the sitemap
    assert kit.sync(drive(server)).removed == 1


def test_new_pages_that_fail_are_tried_again_and_missing_ones_are_no_failures(kit, server):
    server.pages["/a"] = (503, HTML, b"")
    site(server, {"/a": "2024-01-01", "/b": "2024-01-01", "/c": ""})
    del server.pages["/b"]
    report = kit.sync(drive(server))
    assert (report.added, report.failed, report.skipped) == (1, 1, 1)
    assert "answers 503" in report.failures[0].sentence
    server.pages["/a"] = (200, HTML, html("ants"))
    assert kit.sync(drive(server)).failed == 0
    assert kit.found("ants") == {server.url("/a")}


def test_a_site_that_fails_loses_nothing(kit, server):
    site(server, {"/a": "", "/b": ""})
    kit.sync(drive(server))
    good = server.pages["/sitemap.xml"]
    for answer, words in [
        ((500, XML, b""), "answers 500"),
        ((404, XML, b""), "no sitemap at"),
        ((200, HTML, html("Sign in")), "is not a sitemap"),
        ((302, {"Location": "http://127.0.0.2:1/"}, b""), "can't be reached"),
        ((200, XML, urlset()), "is empty now"),
        ((200, XML, good[2][:-30]), "is not a sitemap"),
        ((200, XML, index(server.url("/part.xml"))), None),
    ]:
        server.pages["/sitemap.xml"] = answer
        if words is None:  # a part that can't be had: nothing is known of any page
            report = kit.sync(drive(server))
            assert (report.removed, len(report.unlisted)) == (0, 1)
        else:
            with pytest.raises(DriveUnavailable, match=words):
                kit.sync(drive(server))
    server.pages["/sitemap.xml"] = good
    server.pages["/robots.txt"] = (503, {}, b"")
    with pytest.raises(DriveUnavailable, match=r"robots\.txt can't be read now"):
        kit.sync(drive(server))
    assert len(kit.documents()) == 2


def test_a_sitemap_is_found_through_robots_and_followed_through_an_index(kit, server):
    for name in ("/docs/a", "/docs/b", "/blog/c"):
        server.pages[name] = (200, HTML, html(name))
    one = urlset((server.url("/docs/a"), ""), (server.url("/blog/c"), ""))
    two = gzip.compress(urlset((server.url("/docs/b#part"), ""), ("http://elsewhere.test/docs/x", "")))
    server.pages["/maps/one.xml"] = (200, XML, one)
    server.pages["/maps/two.xml.gz"] = (200, {"Content-Type": "application/gzip"}, two)
    parts = index(server.url("/maps/one.xml"), server.url("/maps/two.xml.gz"), "http://elsewhere.test/s.xml")
    server.pages["/all.xml"] = (200, XML, parts)
    robots = f"User-agent: *\nDisallow:\nSitemap: {server.url('/all.xml')}\n"
    server.pages["/robots.txt"] = (200, {}, robots.encode())
    found = open_drive(f"sitemap+{server.url('/docs/')}", policy=ANY)
    report = kit.sync(found)
    assert sorted(kit.documents()) == [server.url("/docs/a"), server.url("/docs/b")]
    assert report.url == f"sitemap+{server.url('/docs/')}"
    assert report.skipped_by_reason == {
        "outside of the sitemap's folder": 1,
        "on another site than the sitemap": 2,
    }


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
    server.pages["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 7\n")
    read_robots(server.url(), client)
    for _ in range(3):
        client.get(server.url("/a"))
    assert [round(wait) for wait in waits] == [7, 14]
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
    ],
    ids=["entities", "bomb", "cut", "no gzip", "deep", "page", "empty", "long"],
)
def test_hostile_sitemaps_are_refused(body, words):
    with pytest.raises(NoSitemap, match=words):
        parse_sitemap(body)
