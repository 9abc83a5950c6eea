"""Files from Slack: fetched with the bot's token, from Slack's own hosts only, up to a size."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bots.desk.domain import Attachment
from bots.doors.downloads import download
from bots.slack.calls import Calls, SlackRefused
from brain.errors import UsageError

if TYPE_CHECKING:
    import aiohttp

Json = dict[str, Any]
_OWN = ".slack.com"
_AWAY = "Slack does not hand out the file at the moment."


class Files:
    """Downloads of one bot. The token goes to Slack's hosts alone, or to the host of the set base address."""

    def __init__(self, session: "aiohttp.ClientSession", token: str, api_url: str) -> None:
        self.session = session
        self._token = token
        self._base = urlsplit(api_url)

    async def fetch(self, file: Json) -> Attachment:
        """One file of a message.

        Raises UsageError where it is too large or lies elsewhere, Unreachable where Slack is away.
        """
        name = str(file.get("name") or "file")
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if not url:
            raise UsageError(f"Slack does not hand out “{name}” any more: upload it once more.")
        if not self.is_slacks(url):
            raise UsageError(f"“{name}” does not lie on Slack itself, so I can't read it: upload it here.")

        def refusal(response: "aiohttp.ClientResponse") -> str:
            if response.status == 200 and (response.content_type != "text/html" or _is_page(name)):
                return ""
            return f"Slack does not let me read “{name}”: it needs the scope files:read."

        content = await download(
            self.session,
            name,
            url,
            int(file.get("size") or 0),
            refusal=refusal,
            away=_AWAY,
            headers={"Authorization": f"Bearer {self._token}"},
        )
        return Attachment(name, content, str(file.get("permalink") or ""))

    def is_slacks(self, url: str) -> bool:
        """Whether an address is one that the token may be sent to."""
        parts = urlsplit(url)
        own_base = (parts.scheme, parts.netloc) == (self._base.scheme, self._base.netloc)
        host = parts.hostname or ""
        return own_base or (parts.scheme == "https" and (host.endswith(_OWN) or host == _OWN[1:]))


async def whole(file: Json, calls: Calls) -> Json:
    """A file with all that Slack tells of it.

    In a channel that is shared with another organisation, an event has only its id, and the advice to ask
    (docs.slack.dev: file object, `file_access`). Raises UsageError where Slack does not tell.
    """
    if file.get("file_access") != "check_file_info":
        return file
    try:
        return dict((await calls("files.info", file=file["id"]))["file"])
    except SlackRefused as error:
        sentence = "Slack does not tell me of that file: send it to me in a direct message."
        raise UsageError(sentence, detail=error.detail) from error


def _is_page(name: str) -> bool:
    return name.lower().endswith((".html", ".htm"))
