"""Fetching from Google Drive: downloads held against their checksum, exports of Google's own documents."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from ingest.cloud.google_faults import file_refused, is_over_export_limit, too_large_to_export
from ingest.cloud.google_files import EXPORTS, Export, GoogleFile, entry_of
from ingest.cloud.lending import FileRefused, check_size
from ingest.cloud.rest import Refused, RestApi
from ingest.drives import Entry

_MD5 = re.compile(r"[0-9a-f]{32}")
_BY_PAGE = {export.page: export for export in EXPORTS.values()}


class GoogleDownload:
    """`look_up` gives a file as it is now; `export_url` is the host whose export links are followed."""

    def __init__(self, api: RestApi, look_up: Callable[[str], GoogleFile], export_url: str) -> None:
        self._api = api
        self._look_up = look_up
        self._export_url = export_url

    def fetch(self, entry: Entry, into: Path) -> Entry:
        """Write the file, and say what it is: the entry, or a newer one if it changed since the listing.

        Raises UnreadableDocument, FileNotFoundError, DriveUnavailable.
        """
        try:
            page, _, _ = entry.etag.partition("@")
            if page in _BY_PAGE:
                return self._export(entry, _BY_PAGE[page], into)
            if entry.etag:
                return self._download(entry, into)
            file = self._look_up(entry.identity)  # no mark tells what it is
            entry = entry_of(entry.path, file)
            return self._export(entry, file.export, into) if file.export else self._download(entry, into)
        except Refused as refused:
            raise file_refused(refused.fault, entry.path) from refused

    def _download(self, entry: Entry, into: Path) -> Entry:
        check_size(entry.size)
        with into.open("wb") as file:
            received = self._api.download(
                f"/files/{entry.identity}",
                file,
                {"alt": "media", "supportsAllDrives": "true"},
            )
        if received.md5 == entry.etag or (not _MD5.fullmatch(entry.etag) and received.size == entry.size):
            return entry
        now = self._look_up(entry.identity)
        if now.trashed:
            raise FileNotFoundError(entry.path)
        if _MD5.fullmatch(now.etag) and now.etag != received.md5:
            raise FileRefused(
                "This file did not arrive whole, or changed meanwhile: a later run reads it again."
            )
        return entry_of(entry.path, now)

    def _export(self, entry: Entry, export: Export, into: Path) -> Entry:
        try:
            with into.open("wb") as file:
                self._api.download(f"/files/{entry.identity}/export", file, {"mimeType": export.mime})
        except Refused as refused:
            if not is_over_export_limit(refused.fault):
                raise
            self._export_by_link(entry, export, into)
        return entry

    def _export_by_link(self, entry: Entry, export: Export, into: Path) -> None:
        """Links for exporting have no limit of 10 MB; they lead to another host of Google's."""
        params = {"supportsAllDrives": "true", "fields": "exportLinks"}
        answer, _ = self._api.get(f"/files/{entry.identity}", params)
        link = answer.get("exportLinks", {}).get(export.mime, "")
        if not _same_host(link, self._export_url):
            raise too_large_to_export(entry.path, "no export link to follow")
        try:
            with into.open("wb") as file:
                self._api.download(link, file, also_trusted=self._export_url)
        except Refused as refused:
            raise too_large_to_export(entry.path, str(refused)) from refused


def _same_host(link: str, allowed: str) -> bool:
    one, other = httpx.URL(link), httpx.URL(allowed)
    return bool(link) and (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)
