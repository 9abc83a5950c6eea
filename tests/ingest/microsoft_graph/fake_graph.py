"""A small Microsoft Graph, with Entra's token endpoint and the host that files are downloaded from.

It answers the documented endpoints that citewise uses, and refuses what the real one would refuse.
"""

import base64
import itertools
import json
import re
import secrets
from urllib.parse import quote

import jwt
from fake_cloud import Answer, Ask, FakeCloud, certificate_pem, key_pair, private_pem

TENANT, CLIENT, SECRET = "contoso.example", "11111111-2222-3333-4444-555555555555", "s3cret~value"
TEMPAUTH = "v1.eyJzaG9ydC1saXZlZCI"
SITE_ID = "contoso.example,aaaa,bbbb"
LIBRARY, OTHER_LIBRARY, PERSONAL = "b!library", "b!other", "b!personal"
SITE, ROOT = "sharepoint://contoso.example/sites/HR", f"root-{LIBRARY}"
_ITEM = re.compile(r"/drives/([^/]+)/(root|items/([^/:]+))(:/[^:]+|/delta|/content|/permissions)?")
ODATA = {"$select", "$expand", "$top"}


class Refusal(Exception):
    def __init__(self, status: int, code: str, **headers: str):
        self.answer = Answer(status, {"error": {"code": code, "message": code, "innerError": {}}}, headers)


class Downloads(FakeCloud):
    """Where `/content` redirects to: needs no token, and must never be shown one."""

    graph: "FakeGraph"

    def answer(self, ask: Ask) -> Answer:
        content = self.graph.content.get(ask.path.rpartition("/")[2])
        return Answer(404) if content is None else Answer(body=content)


class FakeGraph(FakeCloud):
    """Items by id. `hierarchical`: whether it says that it applies `Prefer: hierarchicalsharing`."""

    def __init__(self, downloads: Downloads, tls: tuple[str, str]):
        super().__init__(tls)
        downloads.graph = self
        self.downloads = downloads
        self.items: dict[str, dict] = {}
        self.content: dict[str, bytes] = {}
        self.permissions: dict[str, list[dict]] = {}
        self.sequence: dict[str, int] = {}
        self.tokens: set[str] = set()
        self.hierarchical = False
        self.oldest_token = 0
        self.page_size = 1000
        self._numbers = itertools.count(1)
        for drive in (LIBRARY, OTHER_LIBRARY, PERSONAL):
            self._put({"id": f"root-{drive}", "name": "root", "root": {}, "folder": {}}, drive, "")

    # What a test does to the drive

    def folder(self, name: str, parent: str = f"root-{LIBRARY}", **facets) -> str:
        return self.add(name, parent, None, folder={}, **facets)

    def add(self, name, parent=f"root-{LIBRARY}", content: str | bytes | None = "", **facets) -> str:
        item_id = f"01ITEM{next(self._numbers):05}"
        drive = self.items[parent]["parentReference"]["driveId"]
        item = {"id": item_id, "name": name, "createdDateTime": f"2024-01-01T00:00:{0:02}Z", **facets}
        if content is not None:
            self._fill(item, content)
        self._put(item, drive, parent)
        return item_id

    def _put(self, item: dict, drive: str, parent: str) -> None:
        item["parentReference"] = {"driveId": drive, **({"id": parent} if parent else {})}
        item["webUrl"] = f"https://contoso.example/{quote(item['name'])}?id={item['id']}"
        self.items[item["id"]] = item
        self.touch(item["id"])

    def _fill(self, item: dict, content: str | bytes) -> None:
        content = content.encode() if isinstance(content, str) else content
        self.content[item["id"]] = content
        item["size"] = len(content)
        digest = base64.b64encode(content[:20].ljust(20)).decode() + str(next(self._numbers))
        item["file"] = {"mimeType": "text/plain", "hashes": {"quickXorHash": digest}}
        number = next(self._numbers)
        item["lastModifiedDateTime"] = (
            f"2024-02-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        )

    def touch(self, item_id: str) -> None:
        number = next(self._numbers)
        self.sequence[item_id] = number
        self.items[item_id]["eTag"] = f'"{{{item_id}}},{number}"'

    def write(self, item_id: str, content: str | bytes) -> None:
        self._fill(self.items[item_id], content)
        self.touch(item_id)

    def change(self, item_id: str, **facets) -> None:
        self.items[item_id].update(facets)
        self.touch(item_id)

    def move(self, item_id: str, parent: str) -> None:
        self.items[item_id]["parentReference"] = {"driveId": LIBRARY, "id": parent}
        self.touch(item_id)

    def delete(self, item_id: str) -> None:
        """Only its id is left, with the deleted facet; without a name, as on OneDrive for Business."""
        gone = self.items[item_id]
        self.items[item_id] = {
            "id": item_id, "deleted": {"state": "deleted"}, "parentReference": gone["parentReference"]
        }  # fmt: skip
        self.touch(item_id)

    def restore(self, item_id: str, parent: str, name: str) -> None:
        self.items[item_id] = {"id": item_id, "name": name}
        self._fill(self.items[item_id], self.content[item_id])
        self._put(self.items[item_id], LIBRARY, parent)

    # What the service does

    def answer(self, ask: Ask) -> Answer:
        try:
            if ask.path == f"/{TENANT}/v2.0/.well-known/openid-configuration":
                base = f"{self.origin}/{TENANT}"
                return Answer(
                    body={
                        "issuer": f"{base}/v2.0",
                        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                        "token_endpoint": f"{base}/oauth2/v2.0/token",
                    }
                )
            if ask.path == f"/{TENANT}/oauth2/v2.0/token":
                return self._token(ask)
            if not ask.path.startswith("/v1.0/"):
                raise Refusal(400, "invalid_tenant")
            if ask.bearer() not in self.tokens:
                raise Refusal(401, "InvalidAuthenticationToken")
            if ask.path == "/v1.0/$batch":
                return self._batch(json.loads(ask.body))
            return self._api(ask, ask.path.removeprefix("/v1.0"))
        except Refusal as refusal:
            return refusal.answer

    def _token(self, ask: Ask) -> Answer:
        form = ask.form()
        if form.get("grant_type") != "client_credentials" or form.get("scope") != f"{self.origin}/.default":
            return _no_token("invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        if form["client_id"] != CLIENT:
            return _no_token("unauthorized_client", "AADSTS700016: Application was not found.")
        if "client_assertion" in form:
            try:
                jwt.decode(
                    form["client_assertion"],
                    key_pair().public_key(),
                    ["PS256"],
                    audience=f"{self.origin}/{TENANT}/oauth2/v2.0/token",
                    issuer=CLIENT,
                )
            except jwt.InvalidTokenError as error:
                return _no_token("invalid_client", f"AADSTS700027: {error!r}")
        elif form.get("client_secret") != SECRET:
            return _no_token("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return Answer(body={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _api(self, ask: Ask, path: str) -> Answer:
        if unknown := ask.params.keys() - ODATA - {"token"}:
            raise Refusal(400, f"invalidRequest {unknown}")
        if path == f"/sites/{TENANT}:/sites/HR":
            return Answer(body={"id": SITE_ID})
        if path == f"/sites/{SITE_ID}/drive":
            return Answer(body={"id": LIBRARY})
        if path == f"/sites/{SITE_ID}/drives":
            return self._libraries(ask)
        if path == "/users/anna@contoso.example/drive":
            return Answer(body={"id": PERSONAL})
        found = re.fullmatch(
            r"/drives/([^/]+)/(root|items/([^/:]+))(:/[^:]+|/delta|/content|/permissions)?", path
        )
        if found is None:
            raise Refusal(404, "itemNotFound")
        drive, _, item_id, what = found.groups()
        item_id = item_id or f"root-{drive}"
        if what == "/delta":
            return self._delta(ask, drive)
        if what and what.startswith(":/"):
            for name in what[2:].split("/"):
                item_id = self._child(item_id, name)
        item = self.items.get(item_id)
        if item is None or "deleted" in item or item["parentReference"]["driveId"] != drive:
            raise Refusal(404, "itemNotFound")
        if what == "/permissions":
            return self._permissions(item_id)
        if what == "/content":
            if "file" not in item:
                raise Refusal(404, "itemNotFound")
            return Answer(
                302, headers={"Location": f"{self.downloads.origin}/pre/{item_id}?tempauth={TEMPAUTH}"}
            )
        return Answer(body=item)

    def _libraries(self, ask: Ask) -> Answer:
        site = "https://contoso.example/sites/HR"
        if "token" in ask.params:
            return Answer(
                body={"value": [{"id": OTHER_LIBRARY, "name": "Archive", "webUrl": f"{site}/Archive"}]}
            )
        first = {"id": LIBRARY, "name": "Documents", "webUrl": f"{site}/Shared%20Documents"}
        link = f"{self.origin}/v1.0/sites/{SITE_ID}/drives?token=2"
        return Answer(body={"value": [first], "@odata.nextLink": link})

    def _child(self, parent: str, name: str) -> str:
        for item in self.items.values():
            if item.get("name") == name and item["parentReference"].get("id") == parent:
                return item["id"]
        raise Refusal(404, "itemNotFound")

    def _delta(self, ask: Ask, drive: str) -> Answer:
        """Tokens are `SINCE` (what changed after it) or `SINCE-OFFSET-UNTIL` (a later page of the same)."""
        here = f"{self.origin}/v1.0/drives/{drive}/root/delta"
        token, now = ask.params.get("token", "0"), max(self.sequence.values())
        if token == "latest":
            return Answer(body={"value": [], "@odata.deltaLink": f"{here}?token={now}"})
        since, offset, until = map(int, token.split("-") if "-" in token else (token, 0, now))
        if since and since < self.oldest_token:
            raise Refusal(410, "resyncChangesApplyDifferences", Location=f"{here}?token=0")
        changed = sorted(
            (number, item_id)
            for item_id, number in self.sequence.items()
            if since < number <= until and self.items[item_id]["parentReference"]["driveId"] == drive
        )
        if not since:
            changed = [one for one in changed if "deleted" not in self.items[one[1]]]
        hierarchical = self.hierarchical and "hierarchicalsharing" in ask.headers.get("Prefer", "")
        size = min(self.page_size, int(ask.params.get("$top", self.page_size)))
        page = [self._shown(item_id, hierarchical) for _, item_id in changed[offset : offset + size]]
        body = {"value": page}
        if offset + size < len(changed):
            body["@odata.nextLink"] = f"{here}?token={since}-{offset + size}-{until}"
        else:
            body["@odata.deltaLink"] = f"{here}?token={until}"
        return Answer(
            body=body, headers={"Preference-Applied": "hierarchicalsharing"} if hierarchical else {}
        )

    def _shown(self, item_id: str, hierarchical: bool) -> dict:
        """As the delta query shows an item: no path of its parent, no cTag."""
        item = {name: value for name, value in self.items[item_id].items() if name != "shared"}
        if hierarchical and ("root" in item or item_id in self.permissions):
            item["shared"] = {}
        return item

    def _permissions(self, item_id: str) -> Answer:
        """Its own permissions, or those of the next folder above that has any of its own."""
        while item_id not in self.permissions and "id" in self.items[item_id]["parentReference"]:
            item_id = self.items[item_id]["parentReference"]["id"]
        given = self.permissions.get(item_id, [])
        if given is None:
            raise Refusal(403, "accessDenied")
        return Answer(body={"value": given})

    def _batch(self, body: dict) -> Answer:
        if len(body["requests"]) > 20 or len({one["id"] for one in body["requests"]}) < len(body["requests"]):
            raise Refusal(400, "BadRequest")
        responses = []
        for one in body["requests"]:
            inner = Ask(one["method"], one["url"], {}, {}, b"")
            ordered = (order(inner) for order in self.orders)
            try:
                answer = next((found for found in ordered if found), None) or self._api(inner, one["url"])
            except Refusal as refusal:
                answer = refusal.answer
            headers, body = answer.headers, answer.body
            responses.append({"id": one["id"], "status": answer.status, "headers": headers, "body": body})
        return Answer(body={"responses": responses[::-1]})  # in any order, as documented


def _no_token(error: str, description: str) -> Answer:
    return Answer(401, {"error": error, "error_description": description})


def tls_files(folder) -> tuple[str, str]:
    """A certificate for the loopback address and its key, which a drive is told to trust."""
    (folder / "ca.pem").write_text(certificate_pem())
    (folder / "tls.key").write_text(private_pem())
    (folder / "tls.key").chmod(0o600)
    (folder / "app.pem").write_text(private_pem() + certificate_pem())
    (folder / "app.pem").chmod(0o600)
    return str(folder / "ca.pem"), str(folder / "tls.key")
