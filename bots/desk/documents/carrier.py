"""Carries confirmed changes out, and takes them back. Everything here may be done twice without harm."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from brain.catalog.chats.changes import Change
from brain.catalog.documents.added_files import SCHEME as ADDED
from brain.errors import UsageError

if TYPE_CHECKING:
    from bots.desk.documents.library import Library
    from brain.catalog.catalog import Catalog


class Carrier:
    """Does to catalog and index what a change says; raises CitewiseErrors with a sentence for the person."""

    def __init__(self, catalog: "Catalog", library: "Library") -> None:
        self._catalog = catalog
        self._library = library

    def carry_out(self, change: Change) -> dict[str, object]:
        """Do it; returns what an undo has to know.

        What was there before is noted first: who does it again after a crash can't see that any more.
        """
        if "before" not in change.target:
            change = self._catalog.changes.note(change.id, before=self._before(change))
        match change.kind:
            case "add":
                return self._add(change)
            case "remove":
                return self._remove(change)
        return {}

    def take_back(self, change: Change, person: str, event: str) -> str:
        """Undo it in the name of `person`, who said so with that event; returns what that means for them."""
        principal = str(change.target.get("principal", ""))
        match change.kind:
            case "add":
                return self._undo_add(change)
            case "remove":
                return self._undo_remove(change)
            case "allow":
                self._catalog.changes.take_grant_back(change, person, event)
                return f"{principal} may no longer read {change.space}."
            case _:
                self._catalog.changes.take_grant_back(change, person, event)
                return f"{principal} may read {change.space} again."

    def _before(self, change: Change) -> dict[str, object]:
        """The page's drive is new or not; the added file that gives way to another, or is taken out."""
        file_id = change.target.get("file")
        if "url" in change.target:
            return {"new_drive": change.target["url"] not in {drive.url for drive in self._catalog.drives()}}
        name = change.target.get("name" if change.kind == "add" else "path")
        listed = self._catalog.added_files.listed(change.space)
        found = [file.id for file in listed if file.name == name and file.id != file_id]
        return {"listed": found[0]} if found else {}

    def _add(self, change: Change) -> dict[str, object]:
        file_id, before = change.target.get("file"), _noted(change)
        if not isinstance(file_id, int):
            url = str(change.target["url"])
            report = self._library.bring_in(url, change.space)
            if report.failures:
                raise UsageError(report.failures[0].sentence)
            return {"passages": report.passages, "new_drive": before["new_drive"], "drive_url": report.url}
        self._catalog.added_files.list(file_id)
        report = self._library.bring_in(f"{ADDED}{change.space}", change.space)
        failed = [note for note in report.failures if note.path == change.target["name"]]
        if failed:
            self._catalog.added_files.unlist(file_id)
            if isinstance(replaced := before.get("listed"), int):
                self._catalog.added_files.list(replaced)
            raise UsageError(failed[0].sentence)
        return {"passages": report.passages, "replaced": before.get("listed")}

    def _remove(self, change: Change) -> dict[str, object]:
        drive_id, before = change.target.get("drive"), _noted(change)
        if isinstance(drive_id, int):
            self._library.take_out_drive(drive_id)
            return {"drive_url": change.target["path"]}  # a page is the one document of its drive
        self._library.take_out(int(str(change.target["document"])))
        return {"file": before["listed"]} if "listed" in before else {}

    def _undo_add(self, change: Change) -> str:
        file_id = change.target.get("file")
        if not isinstance(file_id, int):
            if not change.target.get("new_drive"):
                return "The page had been there before, so it was only read anew; it stays."
            for page in self._catalog.drives():
                if (page.url, page.space) == (change.target["drive_url"], change.space):
                    self._library.take_out_drive(page.id)
            return "The page is out again."
        name, replaced = str(change.target["name"]), change.target.get("replaced")
        self._catalog.added_files.unlist(file_id)
        if isinstance(replaced, int):
            self._catalog.added_files.list(replaced)
            self._library.bring_in(f"{ADDED}{change.space}", change.space)
            return "The version before it is back."
        for document in self._catalog.documents(change.space):
            drive = self._library.drive_of(document)
            if document.path == name and drive and drive.url == f"{ADDED}{change.space}":
                self._library.take_out(document.id)
        return "It is out again."

    def _undo_remove(self, change: Change) -> str:
        file_id, url = change.target.get("file"), change.target.get("drive_url")
        if isinstance(file_id, int):
            self._catalog.added_files.list(file_id)
        if isinstance(url, str):
            self._catalog.add_drive(url, change.space)
        document = self._catalog.document(int(str(change.target["document"])))
        if self._library.drive_of(document) is None:
            return "The drive that it lay on was taken out since, so it stays out."
        return "It is back." if self._library.put_back(document.id) else "It had come back by itself."


def _noted(change: Change) -> Mapping[str, object]:
    """What was there before it was carried out."""
    before = change.target["before"]
    assert isinstance(before, dict)
    return before
