"""A small Google Drive: the documented endpoints of the API's third version that citewise uses.

It is as strict as the real one where a client could get away with a mistake on a kinder fake: parameters
that a method does not have, files of shared drives without `supportsAllDrives`, tokens that are not valid.
"""

import hashlib
import itertools
import json
import re
from pathlib import Path

import jwt
from fake_cloud import Answer, Ask, FakeCloud, key_pair, private_pem

DOC = "application/vnd.google-apps.document"
SHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
FORM = "application/vnd.google-apps.form"
ACCOUNT = "citewise@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/drive.readonly"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whatever address the token service is reached at
EXPORT_LIMIT = 10 * 1024 * 1024

# Query parameters by method, as in the discovery document; `alt` and `fields` belong to every method.
PARAMETERS = {
    "files.list": "corpora driveId includeItemsFromAllDrives includeLabels includePermissionsForView orderBy "
    "pageSize pageToken q spaces supportsAllDrives",
    "files.get": "acknowledgeAbuse includeLabels includePermissionsForView supportsAllDrives",
    "files.export": "mimeType",
    "permissions.list": "includePermissionsForView pageSize pageToken supportsAllDrives useDomainAdminAccess",
    "changes.list": "driveId includeCorpusRemovals includeItemsFromAllDrives includeLabels "
    "includePermissionsForView includeRemoved pageSize pageToken restrictToMyDrive spaces supportsAllDrives",
    "changes.getStartPageToken": "driveId supportsAllDrives",
}


class Refusal(Exception):
    def __init__(self, code: int, reason: str, message: str = "", **headers: str):
        body = {
            "error": {"code": code, "message": message, "errors": [{"reason": reason, "domain": "global"}]}
        }
        self.answer = Answer(code, body, headers)


class FakeGoogleDrive(FakeCloud):
    """Files by id. `sees_permissions`: whether the account may see who has access in My Drive."""

    def __init__(self):
        super().__init__()
        self.files: dict[str, dict] = {}
        self.content: dict[str, bytes] = {}
        self.exports: dict[str, bytes] = {}
        self.log: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.subjects: set[str] = set()
        self.sees_permissions = True
        self.export_by_link = True
        self.page_size = 1000
        self._numbers = itertools.count(1)

    # What a test does to the drive

    def folder(self, name: str, parent: str = "", **more) -> str:
        return self.add(name, parent, b"", FOLDER, **more)

    def shared_drive(self, drive_id: str, members: list[dict]) -> str:
        self.add("Drive", "", b"", FOLDER, drive=drive_id, file_id=drive_id)
        self.files[drive_id]["permissions"] = members
        return drive_id

    def add(
        self,
        name,
        parent="",
        content: bytes | str = b"",
        mime="text/markdown",
        *,
        drive="",
        file_id="",
        **more,
    ) -> str:
        number = next(self._numbers)
        file_id = file_id or f"id-{number:05}"
        drive = drive or self.files.get(parent, {}).get("driveId", "")
        stamp = f"2024-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123Z"
        self.files[file_id] = {
            "id": file_id,
            "name": name,
            "mimeType": mime,
            "parents": [parent] if parent else [],
            "createdTime": stamp,
            "modifiedTime": stamp,
            "trashed": False,
            **({"driveId": drive} if drive else {}),
            **more,
        }
        self.write(file_id, content)
        return file_id

    def write(self, file_id: str, content: bytes | str) -> None:
        content = content.encode() if isinstance(content, str) else content
        file, number = self.files[file_id], next(self._numbers)
        self.content[file_id] = content
        file["modifiedTime"] = (
            f"2024-02-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.5Z"
        )
        if file["mimeType"] not in (FOLDER, SHORTCUT):
            file["size"] = str(len(content))
        if not file["mimeType"].startswith("application/vnd.google-apps."):
            file["md5Checksum"] = hashlib.md5(content).hexdigest()
        self._note(file_id)

    def change(self, file_id: str, **fields) -> None:
        self.files[file_id].update(fields)
        self._note(file_id)

    def delete(self, file_id: str) -> None:
        drive = self.files.pop(file_id).get("driveId", "")
        self.log.append((drive, file_id))

    def _note(self, file_id: str) -> None:
        self.log.append((self.files[file_id].get("driveId", ""), file_id))

    def key_file(self, folder: Path) -> Path:
        key = {
            "type": "service_account",
            "client_email": ACCOUNT,
            "private_key_id": "k1",
            "private_key": private_pem(),
            "token_uri": "https://oauth2.example.invalid/token",
        }
        file = folder / "key.json"
        file.write_text(json.dumps(key))
        file.chmod(0o600)
        return file

    # What the service does

    def answer(self, ask: Ask) -> Answer:
        try:
            if ask.path == "/token":
                return self._token(ask)
            if ask.bearer() not in self.tokens:
                raise Refusal(401, "authError", "Invalid Credentials")
            if ask.path.startswith("/export/"):
                return Answer(body=self.exports[ask.path.removeprefix("/export/")])
            return self._api(ask, ask.path.removeprefix("/drive/v3"))
        except Refusal as refusal:
            return refusal.answer

    def _token(self, ask: Ask) -> Answer:
        form = ask.form()
        try:
            claims = jwt.decode(form["assertion"], key_pair().public_key(), ["RS256"], audience=AUDIENCE)
        except jwt.InvalidTokenError:
            return Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        if form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer" or claims["iss"] != ACCOUNT:
            return Answer(400, {"error": "invalid_grant", "error_description": "account not found"})
        if claims["scope"] != SCOPE or claims.get("sub", ACCOUNT) not in {ACCOUNT, *self.subjects}:
            return Answer(
                401, {"error": "unauthorized_client", "error_description": "Client is unauthorized"}
            )
        token = f"ya29.{next(self._numbers)}"
        self.tokens.add(token)
        return Answer(body={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _api(self, ask: Ask, path: str) -> Answer:
        if path == "/files":
            return self._list(self._params("files.list", ask))
        if path == "/changes":
            return self._changes(self._params("changes.list", ask))
        if path == "/changes/startPageToken":
            params = self._params("changes.getStartPageToken", ask)
            self._needs_all_drives(params, "driveId")
            return Answer(body={"startPageToken": str(len(self.log))})
        _, _, file_id, *rest = path.split("/")
        if rest == ["export"]:
            return self._export(self._file(file_id, {}, exported=True), self._params("files.export", ask))
        if rest == ["permissions"]:
            params = self._params("permissions.list", ask)
            return self._permissions(self._file(file_id, params), params)
        params = self._params("files.get", ask)
        file = self._file(file_id, params)
        if params.get("alt") == "media":
            if not file.get("canDownload", True):
                raise Refusal(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
            return Answer(body=self.content[file_id])
        return Answer(body=_chosen({**file, "exportLinks": self._links(file)}, _fields(params["fields"])))

    def _params(self, method: str, ask: Ask) -> dict[str, str]:
        for name in ask.params:
            if name not in PARAMETERS[method].split() and name not in ("alt", "fields", "prettyPrint"):
                raise Refusal(400, "invalidParameter", f"{method} has no parameter {name}")
        for name in ("supportsAllDrives", "includeItemsFromAllDrives"):
            if ask.params.get(name, "true") not in ("true", "false"):
                raise Refusal(400, "invalidParameter", f"Invalid boolean value {ask.params[name]}")
        return ask.params

    def _needs_all_drives(self, params: dict[str, str], *names: str) -> None:
        if any(params.get(name) for name in names) and params.get("supportsAllDrives") != "true":
            raise Refusal(403, "teamDrivesSupportRequired", "Shared drive support is required.")

    def _file(self, file_id: str, params: dict[str, str], *, exported=False) -> dict:
        file = self.files.get(file_id)
        hidden = file and file.get("driveId") and params.get("supportsAllDrives") != "true" and not exported
        if file is None or hidden or file.get("hidden"):
            raise Refusal(404, "notFound", f"File not found: {file_id}.")
        return file

    def _list(self, params: dict[str, str]) -> Answer:
        self._needs_all_drives(params, "driveId", "includeItemsFromAllDrives")
        drive = params.get("driveId", "")
        if drive and (params.get("corpora") != "drive" or params.get("includeItemsFromAllDrives") != "true"):
            raise Refusal(403, "invalid", "driveId needs corpora=drive and includeItemsFromAllDrives.")
        if drive and drive not in self.files:
            raise Refusal(404, "notFound", f"Shared drive not found: {drive}")
        query = re.fullmatch(r"(?:'([\w-]+)' in parents and )?trashed = false", params.get("q", ""))
        if query is None:
            raise Refusal(400, "invalid", "Invalid Value")
        parent = query[1]
        if parent and (parent not in self.files or self.files[parent].get("unlistable")):
            raise Refusal(404, "notFound", f"File not found: {parent}.")
        found = [
            file
            for file in self.files.values()
            if file.get("driveId", "") == drive
            and (parent in file["parents"] if parent else file["id"] != drive)
            and not self._is_trashed(file)
            and not file.get("hidden")
        ]
        start = int(params.get("pageToken", "0"))
        end = start + min(int(params.get("pageSize", "100")), self.page_size)
        page = {"files": [self._shown(file) for file in found[start:end]], "incompleteSearch": False}
        if end < len(found):
            page["nextPageToken"] = str(end)
        return Answer(body=_chosen(page, _fields(params["fields"])))

    def _is_trashed(self, file: dict) -> bool:
        parents = [self.files[parent] for parent in file["parents"] if parent in self.files]
        return file["trashed"] or (bool(parents) and all(self._is_trashed(parent) for parent in parents))

    def _granted(self, file: dict) -> list[dict]:
        """Its permissions and those of the folders above it, unless it has been cut off from them."""
        own = file.get("permissions", [])
        if file.get("inheritedPermissionsDisabled"):
            return own
        above = [self._granted(self.files[parent]) for parent in file["parents"] if parent in self.files]
        return [*{one["id"]: one for one in itertools.chain(own, *above)}.values()]

    def _shown(self, file: dict) -> dict:
        """Permissions for those who may share a file of My Drive, ids of them on shared drives."""
        granted, shown = self._granted(file), {**file}
        shown.pop("permissions", None)
        if file.get("driveId"):
            shown["permissionIds"] = [one["id"] for one in granted]
            shown["hasAugmentedPermissions"] = bool(file.get("permissions"))
        elif self.sees_permissions:
            shown["permissions"] = granted
            shown["permissionIds"] = [one["id"] for one in granted]
        return shown

    def _permissions(self, file: dict, params: dict[str, str]) -> Answer:
        if not self.sees_permissions:
            raise Refusal(
                403, "insufficientFilePermissions", "The user does not have sufficient permissions."
            )
        return Answer(body=_chosen({"permissions": self._granted(file)}, _fields(params["fields"])))

    def _export(self, file: dict, params: dict[str, str]) -> Answer:
        if not file["mimeType"].startswith("application/vnd.google-apps."):
            raise Refusal(403, "fileNotExportable", "Export only supports Docs Editors files.")
        if len(self.content[file["id"]]) > EXPORT_LIMIT or file.get("huge"):
            raise Refusal(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return Answer(body=self.content[file["id"]], headers={"Content-Type": params["mimeType"]})

    def _links(self, file: dict) -> dict[str, str]:
        if file["mimeType"] != DOC or not self.export_by_link:
            return {}
        docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return {docx: f"{self.origin}/export/{file['id']}"}

    def _changes(self, params: dict[str, str]) -> Answer:
        self._needs_all_drives(params, "driveId", "includeItemsFromAllDrives")
        token, drive = params["pageToken"], params.get("driveId", "")
        if not token.isdigit() or int(token) > len(self.log):
            raise Refusal(400, "invalid", "Invalid Value")
        changes = [
            {"changeType": "file", "fileId": file_id, "removed": file_id not in self.files}
            for where, file_id in self.log[int(token) :]
            if where == drive
        ]
        body = {"changes": changes, "newStartPageToken": str(len(self.log))}
        return Answer(body=_chosen(body, _fields(params["fields"])))


def _fields(text: str) -> dict:
    """`a,b(c,d)` as nested names: only what is asked for is answered, as in the real API."""
    tree: dict = {}
    stack, name = [tree], ""
    for sign in text + ",":
        if sign == "(":
            stack.append(stack[-1].setdefault(name, {}))
            name = ""
        elif sign in ",)":
            if name:
                stack[-1][name] = {}
            name = ""
            if sign == ")":
                stack.pop()
        else:
            name += sign
    return tree


def _chosen(value, tree: dict):
    if not tree:
        return value
    if isinstance(value, list):
        return [_chosen(one, tree) for one in value]
    return {name: _chosen(value[name], below) for name, below in tree.items() if name in value}
