"""WebDAV's answers as they come: what servers write differently, and what must never pass for a list."""

import gzip

import pytest
from webdav_answers import FILE, FOLDER, PROPSTAT, Answers, listing, resource

from ingest.drives import DriveUnavailable, Entry, Unlisted
from ingest.remote.propfind import NoListing, resources

pytest.importorskip("webdav4", reason="webdav4 is not installed")
SELF = resource("/docs/", FOLDER)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "haha">'
    + "".join(
        f'<!ENTITY {name} "{"&" + before + ";" * 10}">' for before, name in zip("abc", "bcd", strict=True)
    )
    + ']><D:multistatus xmlns:D="DAV:">&d;</D:multistatus>'
)


@pytest.fixture
def server():
    answers = Answers()
    yield answers
    answers.close()


def found(server):
    return list(server.drive().list({}))


def paths(server):
    return {item.path for item in found(server) if isinstance(item, Entry)}


def test_hrefs_of_all_kinds_name_the_same_files(server):
    server.give(
        listing(
            resource(f"http://{server.address}/docs/whole%20address.md", FILE),
            SELF,
            resource("/docs/100%25.md", FILE),
            resource("/docs/sub", FOLDER),
        )
    )
    server.give(listing(resource("/docs/sub/", FOLDER), resource("/docs/sub/a.md", FILE)), path="/docs/sub")
    assert paths(server) == {"whole address.md", "100%.md", "sub/a.md"}


@pytest.mark.parametrize("prefix", ["d", ""], ids=["prefixed", "default namespace"])
def test_a_server_may_name_the_namespace_as_it_likes(server, prefix):
    body = listing(SELF, resource("/docs/a.md", FILE)).replace("xmlns:D", f"xmlns:{prefix}".rstrip(":"))
    server.give(
        body.replace("<D:", f"<{prefix}:".replace("<:", "<")).replace(
            "</D:", f"</{prefix}:".replace("/:", "/")
        )
    )
    assert paths(server) == {"a.md"}


def test_properties_that_a_server_could_not_tell_do_not_hide_the_true_ones(server):
    missing = PROPSTAT.format("<D:getcontentlength/>", "404 Not Found")
    server.give(
        listing(SELF, resource("/docs/a.md", FILE).replace("<D:propstat>", missing + "<D:propstat>", 1))
    )
    (entry,) = found(server)
    assert entry.size == 7


def test_a_resource_that_the_server_says_nothing_of_is_unlisted(server):
    server.give(
        listing(
            SELF, "<D:response><D:href>/docs/a.md</D:href><D:status>HTTP/1.1 403 No</D:status></D:response>"
        )
    )
    assert found(server) == [Unlisted("a.md", "the server says nothing of it")]


def test_an_answer_may_be_packed_and_in_another_encoding(server):
    latin = listing(SELF, resource("/docs/a.md", FILE + "<D:getetag>é</D:getetag>")).encode("latin-1")
    server.give(gzip.compress(latin), Content_Encoding="gzip", Content_Type="text/xml; charset=iso-8859-1")
    (entry,) = found(server)
    assert (entry.path, entry.etag) == ("a.md", "é")


def test_a_redirect_of_a_folder_is_followed(server):
    server.give("", status=301, Location="/docs/")
    server.give(listing(SELF, resource("/docs/a.md", FILE)), path="/docs/")
    assert paths(server) == {"a.md"}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (listing(SELF, resource("/docs/a.md", FILE))[:-20], "breaks off, or is no XML"),
        (listing(SELF, resource("/docs/a.md", FILE))[:300], "breaks off, or is no XML"),
        ("", "breaks off, or is no XML"),
        (LAUGHS, "declares a document type or entities"),
        ("<html><body>Sign in</body></html>", "is no listing"),
        (listing("<x>" * 80 + "</x>" * 80), "nested too deeply"),
    ],
    ids=["cut at the end", "cut in a resource", "empty", "billion laughs", "a page", "deep"],
)
def test_an_answer_that_is_no_whole_list_is_an_error(server, answer, says):
    server.give(answer)
    with pytest.raises(DriveUnavailable, match=says):
        found(server)


def test_a_line_that_ends_before_the_length_that_was_told_is_an_error(server):
    whole = listing(SELF, resource("/docs/a.md", FILE))
    server.give(whole, Content_Length=str(len(whole) + 5))
    with pytest.raises(DriveUnavailable, match="the connection was lost"):
        found(server)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (200, "its answer is no listing"),
        (401, "user or password is wrong"),
        (403, "permission denied"),
        (404, "is not there"),
        (405, "does not speak WebDAV"),
        (502, "HTTP status 502"),
    ],
)
def test_what_a_server_answers_instead_reaches_the_sentence(server, status, says):
    server.give(listing(SELF), status=status)
    with pytest.raises(DriveUnavailable, match=says):
        found(server)


def test_a_file_is_no_folder(server):
    server.give(listing(resource("/docs", FILE)))
    with pytest.raises(DriveUnavailable, match="it is a file"):
        found(server)


def test_a_folder_that_can_not_be_read_leaves_the_others(server):
    server.give(listing(SELF, resource("/docs/sub/", FOLDER), resource("/docs/a.md", FILE)))
    server.give(listing(SELF)[:-5], path="/docs/sub")
    assert {type(item) for item in found(server)} == {Entry, Unlisted}


def test_a_resource_without_end_is_not_gathered():
    asked = []

    def endless():
        yield b'<D:multistatus xmlns:D="DAV:"><D:response>'
        while len(asked) < 1000:
            asked.append(1)
            yield b"<D:x>" + b"x" * 60_000 + b"</D:x>"

    with pytest.raises(NoListing, match="more of one file"):
        list(resources(endless()))
    assert len(asked) < 1000
