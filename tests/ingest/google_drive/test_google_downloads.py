"""Files of Google Drive: exported or downloaded, whole or not at all."""

import pytest
from cloud_kit import kept_out, stored
from fake_cloud import Answer, running
from fake_google_drive import DOC, FORM, SHEET, FakeGoogleDrive
from google_place import word

from ingest.cloud.google_drive import NO_DOCUMENT
from ingest.cloud.google_files import EXPORTS


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


def test_a_file_that_is_too_large_is_told_without_downloading_it(cloud, kit, place):
    file = cloud.add("film.md", place.root, "text")
    cloud.change(file, size=str(200 * 1024**2))
    report = kit.sync(place.open())
    assert "larger than 100 MB" in report.failures[0].sentence
    assert not any("alt" in ask.params for ask in cloud.asked)
