"""Sitemaps as drives, on real servers on loopback: what is read, what is asked for, what is never lost."""

import gzip

import pytest
from sitemap_sites import ANY, HTML, XML, asked, drive, html, index, site, urlset
from web_server import web_server

from ingest.drives import DriveUnavailable
from ingest.locate import open_drive
from ingest.web.sitemap import GONE


@pytest.fixture
def server():
    with web_server() as server:
        yield server


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


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_sitemap_in_text_is_one_address_a_line(kit, server, pack):
    site(server, {"/a": "", "/b": ""})
    text = f"\ufeff{server.url('/a')}\r\n\r\n  {server.url('/b')}\r\nhttp://elsewhere.test/c"
    path = "/sitemap.txt" if pack is bytes else "/sitemap-1.txt.gz"
    server.pages[path] = (200, {"Content-Type": "text/plain"}, pack(text.encode()))
    report = kit.sync(open_drive(server.url(path), policy=ANY))
    assert sorted(kit.documents()) == [server.url("/a"), server.url("/b")]
    assert report.skipped_by_reason == {"on another site than the sitemap": 1}
    server.pages[path] = (200, {}, pack(f"{server.url('/a')}\nSorry, try later\n".encode()))
    with pytest.raises(DriveUnavailable, match=r"its line 2 is no web address\. What is indexed stays"):
        kit.sync(open_drive(server.url(path), policy=ANY))
    assert len(kit.documents()) == 2


def test_an_index_may_name_sitemaps_in_text(kit, server):
    site(server, {"/a": ""})
    server.pages["/one.txt"] = (200, {}, server.url("/a").encode())
    server.pages["/sitemap.xml"] = (200, XML, index(server.url("/one.txt")))
    kit.sync(drive(server))
    assert sorted(kit.documents()) == [server.url("/a")]
