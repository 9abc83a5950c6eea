"""OneDrive and SharePoint through the real sync, against a small server of the documented endpoints."""

import logging
from dataclasses import replace

import pytest
from fake_cloud import Answer, running
from fake_graph import CLIENT, LIBRARY, PERSONAL, SECRET, TEMPAUTH, TENANT, Downloads, FakeGraph, tls_files
from sync_kit import kit_in

from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.cloud.graph_drive import A_NOTEBOOK, ELSEWHERE, MALWARE, open_drive
from ingest.cloud.rest import Patience
from ingest.credentials import Credentials
from ingest.drives import NOT_FOR_AUDIENCE, ChangeFeed, DriveUnavailable, Skipped
from ingest.locate import readable_suffixes
from ingest.options import DriveOptions

QUICK = Patience(attempts=4, unreachable=3, first=0.001, longest=5.0)
ROOT = f"root-{LIBRARY}"
SITE = "sharepoint://contoso.example/sites/HR"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("graph")


@pytest.fixture
def cloud(folder):
    tls = tls_files(folder)
    with running(Downloads(tls)) as downloads, running(FakeGraph(downloads, tls)) as graph:
        yield graph


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit


@pytest.fixture
def opened(cloud, folder):
    """How a run opens the drive; a keyword sets something in credentials.toml."""

    def drive(*readers, url=SITE, patience=QUICK, **table):
        values = {
            "tenant": TENANT,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "base_url": f"{cloud.origin}/v1.0",
            "login_url": cloud.origin,
            "ca_file": "ca.pem",
            **table,
        }
        credentials = Credentials(
            folder / "credentials.toml", {"sharepoint://": values, "onedrive://": values}
        )
        options = DriveOptions(readers=readers)
        return open_drive(url, readable_suffixes(), credentials, options, AddressPolicy(), patience)

    return drive


def kept_out(found):
    return {item.path: item.reason for item in found if isinstance(item, Skipped)}


def stored(kit):
    return sorted(kit.documents())


def test_a_library_is_followed_through_every_kind_of_change(cloud, kit, opened):
    policy = cloud.add("policy.md", content="# Leave\nThirty days of leave a year.")
    below = cloud.folder("2024")
    note = cloud.add("note.md", below, "# Note\nThe canteen opens at noon.")
    assert kit.sync(opened()).added == 2
    assert stored(kit) == ["2024/note.md", "policy.md"]
    assert kit.sync(opened()).unchanged == 2
    assert len(cloud.downloads.asked) == 2

    cloud.write(policy, "# Leave\nThirty-one days of leave a year.")
    assert kit.sync(opened()).changed == 1
    cloud.change(policy, name="leave.md")
    cloud.change(below, name="Archive")  # what is in it does not change, and is not told by delta
    report = kit.sync(opened())
    assert (report.moved, report.embedded) == (2, 0)
    assert stored(kit) == ["Archive/note.md", "leave.md"]
    cloud.move(note, ROOT)
    assert kit.sync(opened()).moved == 1

    cloud.delete(note)
    assert kit.sync(opened()).removed == 1
    cloud.restore(note, ROOT, "note.md")
    assert kit.sync(opened()).added == 1
    assert stored(kit) == ["leave.md", "note.md"]
    [document] = [row for row in kit.catalog.documents() if row.path == "note.md"]
    assert document.uri == cloud.items[note]["webUrl"]


def test_identity_and_mark_stay_the_same_through_renames_and_moves(cloud, opened):
    files = [cloud.add(f"{number}.md", content="text") for number in range(2)]
    before = {entry.identity: entry.etag for entry in opened().list({})}
    cloud.change(files[0], name="renamed.md")
    cloud.move(files[1], cloud.folder("below"))
    assert {entry.identity: entry.etag for entry in opened().list({})} == before
    assert set(before) == set(files)
    cloud.write(files[0], "other text")
    assert {entry.identity: entry.etag for entry in opened().list({})} != before


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (SITE, ["below/a.md", "b.md"]),
        (f"{SITE}/Documents", ["below/a.md", "b.md"]),
        (f"{SITE}/Shared%20Documents/below", ["a.md"]),
        (f"{SITE}/Archive", []),
        ("onedrive://anna@contoso.example", ["mine.md"]),
    ],
)
def test_an_address_names_a_site_a_library_a_folder_or_a_onedrive(cloud, opened, url, found):
    cloud.add("a.md", cloud.folder("below"), "text")
    cloud.add("b.md", content="text")
    cloud.add("mine.md", f"root-{PERSONAL}", "text")
    drive = opened(url=url)
    assert sorted(entry.path for entry in drive.list({})) == sorted(found)
    assert drive.url == url


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("sharepoint://contoso.example", UsageError, "names no site"),
        ("onedrive://anna", UsageError, "names no OneDrive"),
        (f"{SITE}/Nowhere", UsageError, "It has: Archive, Documents"),
        (f"{SITE}/Documents/a.md", UsageError, "is a single file"),
        (f"{SITE}/Documents/nowhere", DriveUnavailable, "check the spelling"),
        ("sharepoint://contoso.example/sites/Other", DriveUnavailable, "check the spelling"),
    ],
)
def test_an_address_that_names_nothing_is_told(cloud, opened, url, error, words):
    cloud.add("a.md", content="text")
    with pytest.raises(error, match=words):
        list(opened(url=url).list({}))


def test_what_is_no_file_is_skipped_with_the_reason(cloud, opened):
    cloud.add("Notes", content=None, package={"type": "oneNote"})
    cloud.add("elsewhere", content=None, remoteItem={"id": "x"})
    cloud.add("bad.md", content="text", malware={"description": "x"})
    assert kept_out(opened().list({})) == {"Notes": A_NOTEBOOK, "elsewhere": ELSEWHERE, "bad.md": MALWARE}


def test_three_thousand_files_come_in_pages_and_one_token_lasts(cloud, opened):
    below = cloud.folder("many")
    for number in range(3000):
        cloud.add(f"{number:04}.md", below, f"text {number}")
    found = list(opened().list({}))
    assert len({entry.identity for entry in found}) == 3000
    assert (cloud.count("/root/delta"), cloud.count("/token")) == (4, 1)


def test_the_download_host_never_sees_the_token(cloud, kit, opened):
    cloud.add("a.md", content="text of a")
    assert kit.sync(opened()).added == 1
    [download] = cloud.downloads.asked
    assert "Authorization" not in download.headers
    assert cloud.count("/content") == 1


def test_a_link_to_another_host_is_not_followed(cloud, opened):
    cloud.add("a.md", content="text")
    elsewhere = {"value": [], "@odata.nextLink": f"{cloud.downloads.origin}/v1.0/next"}
    cloud.fail(1, Answer(body=elsewhere), "/delta")
    with pytest.raises(DriveUnavailable, match="named a page on another host"):
        list(opened().list({}))
    assert cloud.downloads.asked == []


def test_a_token_that_expires_amid_the_listing_is_renewed(cloud, opened):
    for number in range(25):
        cloud.add(f"{number}.md", content="text")
    cloud.page_size = 10

    def expire(ask):
        if ask.params.get("token", "").startswith("0-10-") and cloud.count("/token") == 1:
            cloud.tokens.clear()

    cloud.orders.append(expire)
    assert len(list(opened().list({}))) == 25
    assert cloud.count("/token") == 2


@pytest.mark.parametrize(
    "storm",
    [
        Answer(429, {"error": {"code": "activityLimitReached"}}, {"Retry-After": "0"}),
        Answer(503, {"error": {"code": "serviceNotAvailable"}}, {"Retry-After": "0"}),
        Answer(509, {"error": {"code": "bandwidthLimitExceeded"}}),
        Answer(200, b"<html>Sign in to this network</html>"),
        Answer(body=b"{}", cut=0),
    ],
    ids=["429", "503", "509", "portal", "cut"],
)
def test_a_listing_that_fails_removes_nothing(cloud, kit, opened, storm):
    for number in range(25):
        cloud.add(f"{number}.md", content=f"text {number}")
    kit.sync(opened())
    cloud.page_size = 10
    cloud.fail(3, storm, "/delta")
    if storm.status != 200:
        assert kit.sync(opened()).unchanged == 25
    cloud.orders = [lambda ask: storm if "-20-" in ask.params.get("token", "") else None]
    with pytest.raises(DriveUnavailable):
        kit.sync(opened())
    assert len(stored(kit)) == 25


def test_a_listing_that_the_service_begins_anew_is_listed_anew(cloud, kit, opened):
    for number in range(25):
        cloud.add(f"{number}.md", content=f"text {number}")
    cloud.page_size = 10
    location = {"Location": f"{cloud.origin}/v1.0/drives/{LIBRARY}/root/delta?token=0"}
    gone = Answer(410, {"error": {"code": "resyncChangesApplyDifferences"}}, location)
    left = [gone]
    cloud.orders.append(lambda ask: left.pop() if left and "-10-" in ask.params.get("token", "") else None)
    assert kit.sync(opened()).added == 25
    cloud.orders = [lambda ask: gone if ask.path.endswith("/delta") else None]
    with pytest.raises(DriveUnavailable, match="keeps beginning"):
        kit.sync(opened())
    assert len(stored(kit)) == 25


def test_half_a_download_never_becomes_a_document(cloud, kit, opened):
    text = "# Half\n" + "This sentence is whole. " * 200
    file = cloud.add("half.md", content=text)
    cloud.downloads.fail(99, Answer(body=text.encode(), cut=2000))
    assert (report := kit.sync(opened())).added == 0
    assert "can't be reached" in report.failures[0].sentence
    assert len(cloud.downloads.asked) == QUICK.unreachable
    cloud.downloads.orders.clear()
    assert kit.sync(opened()).added == 1
    drive = opened()
    [entry] = drive.list({})
    cloud.delete(file)
    with pytest.raises(FileNotFoundError), drive.fetch(entry):
        pass


def test_changes_are_told_by_the_delta_link(cloud, opened):
    drive = opened()
    assert isinstance(drive, ChangeFeed)
    first = drive.changes("")
    assert first.any
    second = drive.changes(first.cursor)
    assert not second.any
    cloud.add("a.md", content="text")
    third = opened().changes(second.cursor)
    assert third.any
    assert not opened().changes(third.cursor).any
    cloud.delete(next(iter(set(cloud.content))))
    assert opened().changes(third.cursor).any
    for unknown in ("nonsense", "b!other x", f"{LIBRARY} {cloud.origin}/v1.0/drives/{LIBRARY}/nowhere"):
        assert opened().changes(unknown).any
    with pytest.raises(DriveUnavailable, match="another host"):
        opened().changes(f"{LIBRARY} {cloud.downloads.origin}/x")


def test_a_cursor_that_the_service_forgot_is_a_yes_and_a_new_one(cloud, opened):
    cursor = opened().changes("").cursor
    cloud.add("a.md", content="text")
    cloud.oldest_token = 10_000
    told = opened().changes(cursor)
    cloud.oldest_token = 0
    assert told.any
    assert not opened().changes(told.cursor).any


def granted_to(**identity):
    return {"id": "1", "roles": ["read"], "grantedToV2": identity}


ANNA = granted_to(user={"id": "1", "email": "Anna@contoso.example"})
ANNA_IN_SHAREPOINT = granted_to(siteUser={"loginName": "i:0#.f|membership|anna@contoso.example"})
HR = granted_to(group={"id": "2", "email": "hr@contoso.example"})
VISITORS = granted_to(siteGroup={"displayName": "HR Visitors"})
STAFF = granted_to(siteUser={"loginName": "c:0-.f|rolemanager|spo-grid-all-users/tenant"})
ANYBODY = {"id": "4", "roles": ["read"], "link": {"scope": "anonymous", "type": "view"}}
ORGANIZATION = {"id": "5", "roles": ["read"], "link": {"scope": "organization", "type": "view"}}
BY_LINK = {
    "id": "6", "roles": ["write"], "link": {"scope": "users"},
    "grantedToIdentitiesV2": [{"user": {"email": "anna@contoso.example"}}],
}  # fmt: skip
EXISTING = {"id": "7", "roles": ["read"], "link": {"scope": "existingAccess"}}
EXPIRED = {**ANNA, "expirationDateTime": "2020-01-01T00:00:00Z"}
NO_EXPIRY = {**ANNA, "expirationDateTime": "0001-01-01T00:00:00Z"}
PROTECTED = {**ANYBODY, "hasPassword": True}


@pytest.mark.parametrize(
    ("reader", "allowed", "denied"),
    [
        (
            "user:anna@contoso.example",
            [ANNA, ANNA_IN_SHAREPOINT, ANYBODY, ORGANIZATION, STAFF, BY_LINK, NO_EXPIRY],
            [HR, VISITORS, EXISTING, EXPIRED, PROTECTED, {**ANNA, "roles": ["sp.limited"]}],
        ),
        ("group:hr@contoso.example", [HR, ORGANIZATION], [ANNA, VISITORS]),
        ("domain:contoso.example", [ORGANIZATION, STAFF, ANYBODY], [ANNA, HR]),
        ("user:guest@elsewhere.example", [ANYBODY], [ORGANIZATION, STAFF]),
        ("anyone", [ANYBODY], [ORGANIZATION, STAFF, ANNA, PROTECTED]),
        ("sharepoint-group:HR Visitors", [VISITORS], [HR, ORGANIZATION]),
    ],
)
def test_a_reader_is_let_in_by_name_or_by_what_includes_it(cloud, opened, reader, allowed, denied):
    for number, permission in enumerate([*allowed, *denied]):
        cloud.permissions[cloud.add(f"{number:02}.md", content="text")] = [permission]
    found = list(opened(reader, organization_domains=["contoso.example"]).list({}))
    out = [f"{number:02}.md" for number in range(len(allowed), len(allowed) + len(denied))]
    assert kept_out(found) == dict.fromkeys(out, NOT_FOR_AUDIENCE)


def test_links_for_the_organization_count_only_for_the_domains_that_are_named(cloud, opened):
    cloud.permissions[cloud.add("a.md", content="text")] = [ORGANIZATION]
    assert kept_out(opened("user:anna@contoso.example").list({})) == {"a.md": NOT_FOR_AUDIENCE}


def test_a_permission_that_is_withdrawn_takes_the_document_out(cloud, kit, opened):
    files = [cloud.add(f"{name}.md", content=f"text of {name}") for name in "ab"]
    cloud.permissions |= {file: [HR] for file in files}
    assert kit.sync(opened("group:hr@contoso.example")).added == 2
    cloud.permissions[files[0]] = []
    report = kit.sync(opened("group:hr@contoso.example"))
    assert report.skipped_by_reason == {NOT_FOR_AUDIENCE: 1}
    assert stored(kit) == ["b.md"]


@pytest.mark.parametrize("hierarchical", [True, False])
def test_permissions_are_asked_for_in_batches_or_once_for_a_folder(cloud, opened, hierarchical):
    """What is inherited is concluded only where the service says that it shows where sharing begins."""
    cloud.hierarchical = hierarchical
    cloud.permissions[ROOT] = [HR]
    board = cloud.folder("board")
    cloud.permissions[board] = [ANNA]
    for number in range(200):
        cloud.add(f"{number:03}.md", content="text")
    cloud.add("secret.md", board, "text")
    found = opened("group:hr@contoso.example").list({})
    assert kept_out(found) == {"board/secret.md": NOT_FOR_AUDIENCE}
    assert cloud.count("/$batch") == (2 if hierarchical else 11)


def test_a_throttled_part_of_a_batch_is_asked_again(cloud, opened):
    for number in range(30):
        cloud.permissions[cloud.add(f"{number:02}.md", content="text")] = [HR]
    cloud.fail(12, Answer(429, {}, {"Retry-After": "0"}), "/permissions")
    assert kept_out(opened("group:hr@contoso.example").list({})) == {}
    cloud.fail(999, Answer(429, {}, {"Retry-After": "1"}), "/permissions")
    with pytest.raises(DriveUnavailable, match="slow down"):
        list(opened("group:hr@contoso.example", patience=replace(QUICK, attempts=2)).list({}))


def test_permissions_that_cannot_be_seen_keep_a_file_out(cloud, opened, caplog):
    cloud.permissions[cloud.add("a.md", content="text")] = None
    assert kept_out(opened("group:hr@contoso.example").list({})) == {"a.md": NOT_FOR_AUDIENCE}
    assert "1 files are kept out, since who may read them is not shown" in caplog.text


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "accessDenied", "Sites.Selected"),
        (403, "notAllowed", "is locked"),
        (401, "InvalidAuthenticationToken", "belong to the same cloud"),
        (400, "invalidRequest", "refuses to list"),
    ],
)
def test_each_refusal_is_a_sentence_with_the_remedy(cloud, opened, status, code, words):
    cloud.fail(9, Answer(status, {"error": {"code": code, "message": "m"}}), "/sites")
    with pytest.raises(DriveUnavailable, match=words):
        list(opened().list({}))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("client_secret", "wrong", "the client secret is wrong"),
        ("client_id", "other", "no such app in this tenant"),
        ("tenant", "nowhere.example", "There is no tenant"),
    ],
)
def test_a_sign_in_that_fails_says_what_to_correct(cloud, opened, name, value, words):
    with pytest.raises(DriveUnavailable, match=words):
        list(opened(**{name: value}).list({}))


def test_an_app_may_sign_in_with_a_certificate(cloud, opened):
    cloud.add("a.md", content="text")
    assert len(list(opened(certificate="app.pem").list({}))) == 1
    with pytest.raises(UsageError, match="both the private key and the certificate"):
        opened(certificate="tls.key")


def test_no_secret_is_shown_stored_or_logged(cloud, kit, opened, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.add("a.md", content="text")
    drive = opened()
    kit.sync(drive)
    cloud.fail(99, Answer(500, b"no"), "/delta")
    with pytest.raises(DriveUnavailable) as error:
        kit.sync(drive)
    shown = caplog.text + repr(vars(drive)) + error.value.sentence + error.value.detail
    shown += (kit.folder / "catalog.db").read_bytes().decode("latin-1")
    for secret in [*cloud.tokens, SECRET, TEMPAUTH]:
        assert secret not in shown
