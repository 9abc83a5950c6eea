"""How a Google Drive is named and opened: addresses, keys, and that no secret is shown."""

import logging
import sys

import pytest
from fake_cloud import Answer
from google_place import Place

from brain.errors import UsageError
from ingest.drives import DriveUnavailable
from ingest.locate import open_drive as open_any


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
