"""Google Drive through the real sync, against a small server of the documented endpoints."""

import io
import logging
import sys
from dataclasses import replace

import httpx
import pytest
from docx import Document
from fake_cloud import Answer, running
from fake_google_drive import ACCOUNT, DOC, FOLDER, FORM, SHEET, SHORTCUT, FakeGoogleDrive
from sync_kit import kit_in

from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.cloud.audience import Gate, readers
from ingest.cloud.google_drive import A_SHORTCUT, NO_DOCUMENT, open_drive
from ingest.cloud.google_files import EXPORTS, grant
from ingest.cloud.rest import Patience
from ingest.credentials import Credentials
from ingest.drives import NOT_FOR_AUDIENCE, ChangeFeed, DriveUnavailable, Skipped, Unlisted
from ingest.locate import open_drive as open_any
from ingest.locate import readable_suffixes
from ingest.options import DriveOptions

QUICK = Patience(attempts=4, unreachable=3, first=0.001, longest=5.0)


@pytest.fixture
def cloud():
    with running(FakeGoogleDrive()) as server:
        yield server


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit


class Place:
    """A folder of the fake, and how to open it anew, as each run does."""

    def __init__(self, cloud, folder, root):
        self.cloud, self.root = cloud, root
        self.key = cloud.key_file(folder)
        self.credentials = Credentials(folder / "credentials.toml", {"gdrive://": self.table()})

    def table(self, **more):
        origin = self.cloud.origin
        return {
            "key_file": self.key.name,
            "base_url": f"{origin}/drive/v3",
            "token_url": f"{origin}/token",
            "export_url": origin,
            **more,
        }

    def open(self, *readers, patience=QUICK, **table):
        credentials = replace(self.credentials, tables={"gdrive://": self.table(**table)})
        options = DriveOptions(readers=readers)
        policy = AddressPolicy()
        return open_drive(
            f"gdrive://{self.root}", readable_suffixes(), credentials, options, policy, patience
        )

    def listed(self, *readers):
        return [*self.open(*readers).list({})]


@pytest.fixture
def place(cloud, tmp_path):
    return Place(cloud, tmp_path, cloud.folder("Handbook"))


@pytest.fixture
def shared(cloud, tmp_path):
    members = [{"id": "p-hr", "type": "group", "emailAddress": "hr@x.org", "role": "reader"}]
    return Place(cloud, tmp_path, cloud.shared_drive("0ASHARED", members))


def word(heading: str, text: str) -> bytes:
    document, file = Document(), io.BytesIO()
    document.add_heading(heading, level=1)
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def paths(found):
    return sorted(item.path for item in found)


def kept_out(found):
    return {item.path: item.reason for item in found if isinstance(item, Skipped)}


def stored(kit):
    return sorted(kit.documents())


def test_a_folder_is_followed_through_every_kind_of_change(cloud, kit, place):
    top = place.root
    policy = cloud.add("policy.md", top, "# Leave\nThirty days of leave a year.")
    below = cloud.folder("2024", top)
    note = cloud.add("note.md", below, "# Note\nThe canteen opens at noon.")
    assert kit.sync(place.open()).added == 2
    assert stored(kit) == ["2024/note.md", "policy.md"]

    assert kit.sync(place.open()).unchanged == 2
    assert cloud.count(note) == 1  # downloaded once, by the first run

    cloud.write(policy, "# Leave\nThirty-one days of leave a year.")
    assert kit.sync(place.open()).changed == 1
    cloud.change(policy, name="leave.md")
    cloud.change(below, name="Archive")
    report = kit.sync(place.open())
    assert (report.moved, report.embedded) == (2, 0)
    assert stored(kit) == ["Archive/note.md", "leave.md"]
    cloud.change(note, parents=[top])
    assert kit.sync(place.open()).moved == 1
    assert stored(kit) == ["leave.md", "note.md"]

    cloud.change(note, trashed=True)
    assert kit.sync(place.open()).removed == 1
    cloud.change(note, trashed=False)
    assert kit.sync(place.open()).added == 1
    cloud.delete(note)
    assert kit.sync(place.open()).removed == 1
    assert stored(kit) == ["leave.md"]


def test_identity_and_mark_stay_the_same_through_renames_and_moves(cloud, place):
    file = cloud.add("a.md", place.root, "text")
    doc = cloud.add("Plan", place.root, b"docx", DOC)
    before = {entry.identity: entry.etag for entry in place.listed()}
    other = cloud.folder("other", place.root)
    for one in (file, doc):
        cloud.change(one, name="renamed.md" if one == file else "Renamed plan", parents=[other], version="9")
    after = {entry.identity: entry.etag for entry in place.listed()}
    assert before == after
    assert set(before) == {file, doc}
    assert cloud.count("/export") == 0


def test_google_documents_are_exported_with_their_headings(cloud, kit, place):
    doc = cloud.add("Handbook", place.root, word("Expenses", "Send receipts within a month."), DOC)
    cloud.add("Survey", place.root, b"", FORM)
    drive = place.open()
    assert kit.sync(drive).added == 1
    assert stored(kit) == ["Handbook.docx"]
    [document] = kit.catalog.documents()
    assert document.uri == f"https://docs.google.com/document/d/{doc}/edit?usp=drivesdk"
    passage = next(
        iter(kit.catalog.passages(kit.open_index().keyword("general", ["receipts"], 1)[0][:1]).values())
    )
    assert passage.source.locator.heading == ("Expenses",)
    assert kept_out(place.listed()) == {"Survey": NO_DOCUMENT}
    assert kit.sync(place.open()).unchanged == 1
    assert cloud.count("/export") == 1
    cloud.write(doc, word("Expenses", "Send receipts within a week of the trip."))
    assert kit.sync(place.open()).changed == 1


def test_a_document_over_the_export_limit_comes_by_its_link_or_fails_with_the_remedy(cloud, kit, place):
    doc = cloud.add("Big", place.root, b"", DOC, huge=True)
    cloud.exports[doc] = word("Big", "A long story of many pictures.")
    assert kit.sync(place.open()).added == 1

    cloud.export_by_link = False
    other = cloud.add("Bigger", place.root, b"", SHEET, huge=True)
    report = kit.sync(place.open())
    assert [note.path for note in report.failures] == ["Bigger.xlsx"]
    assert "larger than the 10 MB that Google exports" in report.failures[0].sentence
    assert kit.sync(place.open()).remembered == 1
    cloud.write(other, b"smaller")
    cloud.change(other, huge=False)
    assert kit.sync(place.open()).failures[0].sentence != report.failures[0].sentence  # it was tried anew


def test_the_token_does_not_go_where_an_export_link_leads(cloud, kit, place):
    doc = cloud.add("Big", place.root, b"", DOC, huge=True)
    with running(FakeGoogleDrive()) as stranger:
        link = f"{stranger.origin}/{doc}"
        cloud._links = lambda file: dict.fromkeys((export.mime for export in EXPORTS.values()), link)
        assert kit.sync(place.open()).failed == 1
        assert stranger.asked == []


def test_names_that_no_file_system_allows_become_unique_stable_paths(cloud, place):
    top = place.root
    first = cloud.add("Report.md", top, "one")
    second = cloud.add("Report.md", top, "two")
    cloud.add("24/25 budget.md", top, "slash")
    twins = [cloud.folder("Minutes", top) for _ in range(2)]
    for twin in twins:
        cloud.add("may.md", twin, twin)
    before = {entry.identity: entry.path for entry in place.listed()}
    assert len(set(before.values())) == len(before) == 5
    assert before[first] == "Report.md"
    assert before[second].startswith("Report (")
    assert "24\N{FULLWIDTH SOLIDUS}25 budget.md" in before.values()
    cloud.add("Report.md", top, "three")
    after = {entry.identity: entry.path for entry in place.listed()}
    assert after.items() > before.items()


def test_shortcuts_and_files_in_two_folders_are_listed_once(cloud, place):
    inside = cloud.folder("inside", place.root)
    target = cloud.add("target.md", inside, "text")
    cloud.add("link.md", place.root, b"", SHORTCUT, shortcutDetails={"targetId": target})
    outside = cloud.folder("outside")
    cloud.add("secret.md", outside, "text")
    cloud.add("way out", place.root, b"", SHORTCUT, shortcutDetails={"targetId": outside})
    both = cloud.add("both.md", inside, "text")
    cloud.change(both, parents=[inside, place.root])
    found = place.listed()
    assert sorted(entry.identity for entry in found if not isinstance(entry, Skipped)) == [target, both]
    assert list(kept_out(found).values()).count(A_SHORTCUT) == 2
    assert "secret.md" not in str(found)


def test_three_thousand_files_come_in_pages(cloud, shared):
    folder = cloud.folder("many", shared.root)
    for number in range(3000):
        cloud.add(f"{number:04}.md", folder, f"text {number}")
    found = shared.listed()
    assert len(found) == len({entry.identity for entry in found}) == 3000
    assert cloud.count("/files") == 4  # 3,001 items, a thousand a page


def test_a_token_that_expires_amid_the_listing_is_renewed(cloud, shared):
    for number in range(30):
        cloud.add(f"{number}.md", shared.root, "text")
    cloud.page_size = 10

    def expire(ask):
        if ask.params.get("pageToken") == "20" and len(cloud.tokens) == 1:
            cloud.tokens = {"another"}

    cloud.orders.append(expire)
    assert len(shared.listed()) == 30
    assert cloud.count("/token") == 2


@pytest.mark.parametrize(
    "storm",
    [
        Answer(
            429, {"error": {"code": 429, "errors": [{"reason": "rateLimitExceeded"}]}}, {"Retry-After": "0"}
        ),
        Answer(403, {"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}}),
        Answer(503, b"backend error"),
    ],
)
def test_a_storm_of_refusals_is_waited_out_or_told_and_removes_nothing(cloud, kit, place, storm):
    cloud.add("a.md", place.root, "text")
    cloud.fail(3, storm, "/files")
    assert kit.sync(place.open()).added == 1
    cloud.fail(100, storm, "/files")
    with pytest.raises(DriveUnavailable, match="Nothing was changed"):
        kit.sync(place.open())
    assert stored(kit) == ["a.md"]


def test_a_service_that_asks_for_a_long_wait_is_not_waited_for(cloud, place):
    cloud.fail(1, Answer(429, {}, {"Retry-After": "3600"}), "/files")
    with pytest.raises(DriveUnavailable, match="left alone for 3600 seconds"):
        place.listed()


def test_a_server_that_goes_down_amid_a_listing_removes_nothing(cloud, kit, shared):
    for number in range(30):
        cloud.add(f"{number}.md", shared.root, f"text {number}")
    kit.sync(shared.open())
    cloud.page_size = 10
    cloud.orders.append(lambda ask: Answer(body=b"{}", cut=0) if "pageToken" in ask.params else None)
    with pytest.raises(DriveUnavailable, match="can't be reached"):
        kit.sync(shared.open())
    assert len(stored(kit)) == 30


def test_half_a_download_never_becomes_a_document(cloud, kit, place):
    text = "# Half\n" + "This sentence is whole. " * 200
    file = cloud.add("half.md", place.root, text)
    media = f"/files/{file}"
    cut = Answer(body=text.encode(), cut=2000)
    cloud.orders.append(lambda ask: cut if ask.params.get("alt") == "media" else None)
    report = kit.sync(place.open())
    assert (report.added, report.failed) == (0, 1)
    # The right length and the wrong bytes: only the checksum tells
    cloud.orders = [lambda ask: Answer(body=b"x" * len(text)) if ask.params.get("alt") == "media" else None]
    assert kit.sync(place.open()).failures[0].sentence.startswith("This file did not arrive whole")
    cloud.orders.clear()
    assert kit.sync(place.open()).added == 1
    assert cloud.count(media) > 2


def test_a_file_that_changes_between_listing_and_download_is_stored_as_it_is_now(cloud, place):
    file = cloud.add("a.md", place.root, "old text")
    drive = place.open()
    [entry] = drive.list({})
    cloud.write(file, "new text, longer")
    with drive.fetch(entry) as fetched:
        assert fetched.path.read_text() == "new text, longer"
        assert fetched.entry == next(iter(place.open().list({})))
    cloud.delete(file)
    with pytest.raises(FileNotFoundError), drive.fetch(entry):
        pass


def test_a_folder_that_cannot_be_listed_keeps_its_documents(cloud, kit, place):
    below = cloud.folder("below", place.root)
    cloud.add("a.md", below, "text of below")
    cloud.add("b.md", place.root, "text of the top")
    kit.sync(place.open())
    cloud.change(below, unlistable=True)
    assert kit.sync(place.open()).unlisted == (Unlisted("below", "Google Drive refuses to list it (404)"),)
    assert stored(kit) == ["b.md", "below/a.md"]


def test_changes_are_told_for_each_shared_drive_alone(cloud, shared, tmp_path):
    drive = shared.open()
    assert isinstance(drive, ChangeFeed)
    first = drive.changes("")
    assert first.any
    assert not drive.changes(first.cursor).any
    cloud.add("mine.md", cloud.folder("My Drive folder"), "text")
    assert not drive.changes(first.cursor).any
    cloud.add("ours.md", shared.root, "text")
    changed = drive.changes(first.cursor)
    assert changed.any
    assert not shared.open().changes(changed.cursor).any
    for unknown in ("0ASHARED:999999", "0ASHARED:x", "0AOTHER:1", "nonsense"):
        told = drive.changes(unknown)
        assert told.any
        assert not drive.changes(told.cursor).any
    mine = Place(cloud, tmp_path, cloud.folder("Another"))
    assert mine.open().changes(changed.cursor).any  # a shared drive's cursor says nothing of My Drive


def grants(**named):
    return {"permissions": [{"id": f"p-{name}", "role": "reader", **one} for name, one in named.items()]}


ANNA = {"type": "user", "emailAddress": "Anna@X.org"}
HR = {"type": "group", "emailAddress": "hr@x.org"}
X_ORG = {"type": "domain", "domain": "x.org"}
ANYONE = {"type": "anyone"}


@pytest.mark.parametrize(
    ("reader", "given", "allowed"),
    [
        ("user:anna@x.org", ANNA, True),
        ("user:anna@x.org", X_ORG, True),
        ("user:anna@x.org", ANYONE, True),
        ("user:anna@x.org", HR, False),
        ("user:anna@y.org", X_ORG, False),
        ("group:hr@x.org", HR, True),
        ("domain:x.org", X_ORG, True),
        ("domain:x.org", ANNA, False),
        ("anyone", X_ORG, False),
        ("anyone", ANYONE, True),
        ("user:anna@x.org", {**ANNA, "deleted": True}, False),
    ],
)
def test_a_reader_is_let_in_by_name_or_by_what_includes_it(reader, given, allowed):
    gate = Gate("gdrive://x", readers([reader], ["user", "group", "domain", "anyone"]), "")
    assert gate.lets_in(frozenset(filter(None, [grant(given)]))) is allowed


def test_each_of_several_readers_must_be_let_in(cloud, place):
    cloud.add("a.md", place.root, "text", **grants(one=HR, two=ANNA))
    cloud.add("b.md", place.root, "text", **grants(one=HR))
    assert kept_out(place.listed("group:hr@x.org", "user:anna@x.org")) == {"b.md": NOT_FOR_AUDIENCE}


def test_a_permission_that_is_withdrawn_takes_the_document_out(cloud, kit, place):
    file = cloud.add("a.md", place.root, "text", **grants(hr=HR))
    cloud.add("b.md", place.root, "more text", **grants(hr=HR))
    assert kit.sync(place.open("group:hr@x.org")).added == 2
    cloud.change(file, permissions=[])
    report = kit.sync(place.open("group:hr@x.org"))
    assert report.skipped_by_reason == {NOT_FOR_AUDIENCE: 1}
    assert stored(kit) == ["b.md"]


def test_a_shared_drive_asks_for_permissions_only_where_an_id_is_new(cloud, shared):
    for number in range(500):
        cloud.add(f"{number:03}.md", shared.root, "text")
    board = cloud.folder("board", shared.root)
    anna = [{"id": "p-anna", **ANNA}]
    cloud.change(board, permissions=anna, inheritedPermissionsDisabled=True)
    cloud.add("secret.md", board, "text")
    assert kept_out(shared.listed("group:hr@x.org")) == {"board/secret.md": NOT_FOR_AUDIENCE}
    assert cloud.count("/permissions") == 2  # the drive's members, and the one file with an id of its own


def test_permissions_that_cannot_be_seen_keep_a_file_out(cloud, place, caplog):
    cloud.sees_permissions = False
    cloud.add("a.md", place.root, "text", **grants(hr=HR))
    assert kept_out(place.listed("group:hr@x.org")) == {"a.md": NOT_FOR_AUDIENCE}
    assert "1 files are kept out, since who may read them is not shown" in caplog.text


@pytest.mark.parametrize("reader", ["hr@x.org", "posix:other", "user:anna", "anyone:x", "group:"])
def test_a_reader_that_google_does_not_know_is_refused(place, reader):
    with pytest.raises(UsageError, match="is no reader that this drive knows"):
        place.open(reader)


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (404, "notFound", ACCOUNT),
        (403, "accessNotConfigured", "enable “Google Drive API”"),
        (403, "insufficientPermissions", "Domain-wide delegation"),
        (403, "insufficientFilePermissions", "share it with this address"),
        (401, "authError", "make a new key"),
    ],
)
def test_each_refusal_is_a_sentence_with_the_remedy(cloud, place, status, reason, words):
    body = {"error": {"code": status, "message": "m", "errors": [{"reason": reason}]}}
    cloud.fail(9, Answer(status, body), "/files")
    with pytest.raises(DriveUnavailable) as error:
        place.listed()
    assert words in error.value.sentence
    assert error.value.sentence.endswith("Nothing was changed.")


def test_a_subject_is_acted_for_only_where_that_is_delegated(cloud, place):
    with pytest.raises(DriveUnavailable, match="may not act for anna"):
        list(place.open(subject="anna@x.org").list({}))
    cloud.subjects.add("anna@x.org")
    assert [*place.open(subject="anna@x.org").list({})] == []


def test_a_root_that_is_a_file_or_in_the_trash_is_told(cloud, place, tmp_path):
    cloud.change(place.root, trashed=True)
    with pytest.raises(DriveUnavailable, match="in the trash"):
        place.listed()
    file = Place(cloud, tmp_path, cloud.add("single.md", "", "text"))
    with pytest.raises(UsageError, match="is a single file"):
        file.listed()


def test_the_address_in_the_browser_names_the_drive_too(place):
    address = f"https://drive.google.com/drive/u/0/folders/{place.root}?usp=sharing"
    drive = open_any(address, credentials=place.credentials)
    assert drive.url == f"gdrive://{place.root}"
    with pytest.raises(UsageError, match="names no folder"):
        open_any("gdrive://a/b", credentials=place.credentials)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("base_url", "http://drive.example.org", "must be an https:// address"),
        ("token_url", "ftp://127.0.0.1", "must be an https:// address"),
        ("key_file", "missing.json", "can't be read"),
        ("key_file", "", "write key_file"),
        ("ca_file", "key.json", "holds no certificates"),
    ],
)
def test_settings_that_can_not_work_are_told_when_the_drive_is_opened(place, name, value, words):
    with pytest.raises(UsageError, match=words):
        place.open(**{name: value})


def test_a_key_that_is_none_or_open_to_others_is_refused_without_showing_it(place):
    place.key.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        place.open()
    place.key.write_text('{"client_email": "a@b", "private_key": "MIIsecret"}')
    place.key.chmod(0o600)
    with pytest.raises(UsageError, match="is not the JSON key") as error:
        place.open()
    assert "MIIsecret" not in repr(error.value) + error.value.detail


def test_no_secret_is_shown_stored_or_logged(cloud, kit, place, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.add("a.md", place.root, "text")
    drive = place.open()
    kit.sync(drive)
    cloud.fail(99, Answer(500, b"no"), "/files")
    with pytest.raises(DriveUnavailable) as error:
        kit.sync(drive)
    shown = caplog.text + repr(vars(drive)) + error.value.sentence + error.value.detail
    shown += (kit.folder / "catalog.db").read_bytes().decode("latin-1")
    key = place.key.read_text()
    for secret in [*cloud.tokens, key[200:300]]:
        assert secret not in shown


def test_the_root_of_my_drive_needs_no_shared_drive_parameters(cloud, place):
    cloud.add("a.md", place.root, "text")
    assert paths(place.listed()) == ["a.md"]
    [listing] = [ask for ask in cloud.asked if ask.path == "/drive/v3/files"]
    assert listing.params["corpora"] == "user"
    assert "driveId" not in listing.params


def test_a_folder_of_a_shared_drive_is_walked_within_it(cloud, shared, tmp_path):
    folder = cloud.folder("team", shared.root)
    cloud.add("a.md", folder, "text")
    cloud.add("b.md", shared.root, "text")
    team = Place(cloud, tmp_path, folder)
    assert paths(team.listed()) == ["a.md"]
    assert cloud.files[folder]["mimeType"] == FOLDER
    assert team.open().changes("").cursor.startswith("0ASHARED:")


def test_a_folder_that_was_made_while_the_drive_was_listed_loses_nothing(cloud, shared):
    folder = cloud.folder("late", shared.root)
    cloud.add("a.md", folder, "text")
    secret = cloud.folder("not for us", shared.root, hidden=True)
    cloud.add("b.md", secret, "text")
    whole = cloud.answer

    def without_the_folder(ask):
        if ask.path != "/drive/v3/files":
            return None
        answer = whole(ask)
        answer.body["files"] = [file for file in answer.body["files"] if file["id"] != folder]
        return answer

    cloud.orders.append(without_the_folder)
    assert paths(shared.listed()) == ["late/a.md"]


def test_a_file_shared_beyond_the_drive_is_asked_for_itself(cloud, shared):
    own = [{"id": "p-anna", **ANNA, "role": "reader"}]
    cloud.add("a.md", shared.root, "text", permissions=own)
    cloud.add("b.md", shared.root, "text")
    assert kept_out(shared.listed("user:anna@x.org")) == {"b.md": NOT_FOR_AUDIENCE}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/files/0ASHARED?fields=id", 404),
        ("/files/0ASHARED?fields=id&supportsAllDrives=true", 200),
        ("/files?q=trashed%20=%20false&fields=files&driveId=0ASHARED&corpora=drive", 403),
        ("/files/0ASHARED?fields=id&supportsAllDrives=true&nonsense=1", 400),
        ("/changes?pageToken=0&fields=changes&driveId=0ASHARED", 403),
    ],
)
def test_the_fake_is_as_strict_as_the_service(cloud, shared, path, status):
    shared.listed()
    address = f"{cloud.origin}/drive/v3{path}"
    assert httpx.get(address).status_code == 401
    token = {"Authorization": f"Bearer {next(iter(cloud.tokens))}"}
    assert httpx.get(address, headers=token).status_code == status


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("gdrive://x", "ingest.cloud.google_tokens", "gdrive"),
        ("sharepoint://x.example/sites/y", "ingest.cloud.graph_tokens", "sharepoint"),
    ],
)
def test_a_library_that_is_not_installed_is_named(place, monkeypatch, url, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=f"citewise.{extra}"):
        open_any(url, credentials=place.credentials)


def test_a_file_that_is_too_large_is_told_without_downloading_it(cloud, kit, place):
    file = cloud.add("film.md", place.root, "text")
    cloud.change(file, size=str(200 * 1024**2))
    report = kit.sync(place.open())
    assert "larger than 100 MB" in report.failures[0].sentence
    assert not any("alt" in ask.params for ask in cloud.asked)
