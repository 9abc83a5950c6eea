"""One workspace with one bot in it, and what the methods of Slack's Web API do to it."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_limits import Wrong, check_blocks, check_message, check_view
from slack_methods import ARGUMENTS, lacking, unknown
from slack_texts import Json

from bots.slack.needs import SCOPES_OF

BOT, TEAM, APP_TOKEN, BOT_TOKEN = "UBOT", "T1", "xapp-1-test", "xoxb-test"


@dataclass
class SlackWorkspace:
    """What people would see in it, and what they would complain of."""

    streams: bool = True
    thumbs: bool = True
    scopes: set[str] = field(
        default_factory=lambda: set().union(*map(set, SCOPES_OF.values())) | {"commands"}
    )
    channels: defaultdict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    ephemeral: list[Json] = field(default_factory=list)
    modals: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    prompts: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    hidden: dict[str, Json] = field(default_factory=dict)  # files of which an event tells the id alone
    complaints: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)  # channels without the bot, and what two people write
    traits: dict[str, Json] = field(default_factory=dict)  # more that Slack tells of a channel
    shared: set[str] = field(default_factory=set)  # channels with people of another organisation
    teams: dict[str, str] = field(default_factory=dict)  # of people who are not of this workspace
    pressed: dict[str, Json] = field(default_factory=dict)  # by response address
    port: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def act(self, method: str, given: Json, token: str | None) -> Json:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Wrong("invalid_auth")
            return {"url": f"ws://127.0.0.1:{self.port}/socket"}
        if token != BOT_TOKEN:
            raise Wrong("invalid_auth")
        if method not in SCOPES_OF:
            self.complaints.append(f"{method} is called and not listed")
            raise Wrong("unknown_method")
        if not set(SCOPES_OF[method]) <= self.scopes:
            raise Wrong("missing_scope")
        if missing := lacking(method, given):
            self.complaints.append(f"{method} without {missing}")
            raise Wrong("invalid_arguments")
        if in_vain := unknown(" ".join(ARGUMENTS[method]), given):
            self.complaints.append(f"{method} has no {in_vain}")
        do: Callable[[Json], Json] = getattr(self, "_do_" + method.replace(".", "_").lower())
        return do(given)

    def _do_auth_test(self, given: Json) -> Json:
        return {
            "user_id": BOT,
            "team_id": TEAM,
            "team": "Acme",
            "user": "citewise",
            "bot_id": "B1",
            "url": self.url,
        }

    def _do_chat_postmessage(self, given: Json) -> Json:
        channel = self._channel(given["channel"])
        self._check_message(given)
        return self._put(channel, {**given, "user": BOT, "bot_id": "B1"})

    def _do_chat_postephemeral(self, given: Json) -> Json:
        channel, root = self.channels[self._channel(given["channel"])], given.get("thread_ts")
        self._check_message(given)
        if root and not any(message.get("thread_ts") == root for message in channel.values()):
            self.complaints.append("an ephemeral message in a thread without replies: nobody sees it")
        self.ephemeral.append(given)
        return {"message_ts": self._ts()}

    def _do_chat_update(self, given: Json) -> Json:
        message = self._message(given)
        if message.get("streaming"):
            raise Wrong("streaming_state_conflict")
        self._check_message(given)
        message |= {**given, "edited": True, "streamed": []}
        return {"ts": given["ts"]}

    def _do_chat_delete(self, given: Json) -> Json:
        self._message(given)
        del self.channels[given["channel"]][given["ts"]]
        return {}

    def _do_chat_startstream(self, given: Json) -> Json:
        if not self.streams:
            raise Wrong("channel_type_not_supported")
        channel = self._channel(given["channel"])
        for recipient in ("recipient_user_id", "recipient_team_id"):
            if not channel.startswith("D") and not given.get(recipient):
                raise Wrong(f"missing_{recipient}")
        if not given.get("chunks"):
            raise Wrong("no_text")
        self._check_blocks([block for chunk in given.get("chunks", []) for block in chunk["blocks"]])
        message = {
            "user": BOT,
            "bot_id": "B1",
            "streaming": True,
            "thread_ts": given["thread_ts"],
            "blocks": [],
        }
        return self._put(channel, {**message, "streamed": given.get("chunks", [])})

    def _do_chat_appendstream(self, given: Json) -> Json:
        message = self._message(given)
        if not message.get("streaming"):
            raise Wrong("message_not_in_streaming_state")
        self._check_blocks([block for chunk in given["chunks"] for block in chunk["blocks"]])
        message["streamed"] = [*message["streamed"], *given.get("chunks", [])]
        return {}

    def _do_chat_stopstream(self, given: Json) -> Json:
        message = self._message(given)
        if not message.get("streaming"):
            raise Wrong("message_not_in_streaming_state")
        self._check_blocks([block for chunk in given.get("chunks", []) for block in chunk["blocks"]])
        self._check_blocks(given.get("blocks", []))
        message |= {"streaming": False, "metadata": given.get("metadata"), "blocks": given.get("blocks", [])}
        message["streamed"] = [*message["streamed"], *given.get("chunks", [])]
        return {}

    def _do_chat_getpermalink(self, given: Json) -> Json:
        return {"permalink": f"https://acme.slack.com/archives/{given['channel']}/p{given['message_ts']}"}

    def _do_conversations_replies(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].values()
        root, *replies = [m for m in found if given["ts"] in (m["ts"], m.get("thread_ts"))] or [None]
        if root is None:
            raise Wrong("thread_not_found")
        # As on Slack: the oldest first, the message that began it on each page.
        replies = [m for m in replies if float(m["ts"]) > float(given.get("oldest") or 0)]
        page = self._page(replies, given)
        return {**page, "messages": [root, *page["messages"]]}

    def _do_conversations_history(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].values()
        return self._page([m for m in reversed(found) if not m.get("thread_ts")], given)

    def _page(self, messages: list[Json], given: Json) -> Json:
        start, limit = int(given.get("cursor") or 0), int(given.get("limit") or 100)
        assert limit <= 999
        shown = messages[start : start + limit]
        more = start + limit < len(messages)
        return {
            "messages": [self._with_metadata(m, given) for m in shown],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    @staticmethod
    def _with_metadata(message: Json, given: Json) -> Json:
        left_out = {"streaming", "streamed"} | (set() if given.get("include_all_metadata") else {"metadata"})
        told = {name: value for name, value in message.items() if name not in left_out}
        if "streaming" in message:  # docs.slack.dev: chat.stopStream, its answer
            told = {**told, "subtype": "bot_message"}
            del told["user"]
        return {"type": "message", **told}

    def _do_conversations_info(self, given: Json) -> Json:
        channel = given["channel"]
        if channel.startswith("CGONE"):
            raise Wrong("channel_not_found")
        member, shared = channel not in self.outside, channel in self.shared
        found = {"id": channel, "name": channel.lower(), "is_member": member, "is_ext_shared": shared}
        return {"channel": {**found, **self.traits.get(channel, {})}}

    def _do_conversations_open(self, given: Json) -> Json:
        people = given.get("users", "").split(",")
        if people == [""]:
            raise Wrong("users_list_not_supplied")
        if len(people) > 8:
            raise Wrong("too_many_users")
        return {"channel": {"id": f"D{people[0]}" if len(people) == 1 else "G" + "".join(people)}}

    def _do_usergroups_list(self, given: Json) -> Json:
        return {"usergroups": [{"id": name, "users": users} for name, users in self.groups.items()]}

    def _do_usergroups_users_list(self, given: Json) -> Json:
        return {"users": self.groups[given["usergroup"]]}

    def _do_views_open(self, given: Json) -> Json:
        if not given.get("trigger_id"):
            raise Wrong("invalid_arguments")
        self._check_view(given["view"])
        view = {**given["view"], "id": f"V{next(self._numbers)}"}
        self.modals.append(view)
        return {"view": view}

    def _do_views_publish(self, given: Json) -> Json:
        self._check_view(given["view"])
        self.homes[given["user_id"]] = given["view"]
        return {}

    def _do_assistant_threads_setstatus(self, given: Json) -> Json:
        self.statuses.append(given)
        return {}

    def _do_files_info(self, given: Json) -> Json:
        if given["file"] not in self.hidden:
            raise Wrong("file_not_found")
        return {"file": self.hidden[given["file"]]}

    def _do_assistant_threads_setsuggestedprompts(self, given: Json) -> Json:
        assert 1 <= len(given["prompts"]) <= 4
        assert all(set(prompt) == {"title", "message"} for prompt in given["prompts"])
        self.prompts.append(given)
        return {}

    def _check_message(self, message: Json) -> None:
        check_message(message, self.complaints, thumbs=self.thumbs)

    def _check_blocks(self, blocks: list[Json]) -> None:
        check_blocks(blocks, self.complaints, thumbs=self.thumbs)

    def _check_view(self, view: Json) -> None:
        check_view(view, self.complaints, thumbs=self.thumbs)

    def _channel(self, channel: str) -> str:
        if channel in self.outside:
            raise Wrong("channel_not_found" if channel.startswith("D") else "not_in_channel")
        if not channel or channel[0] not in "CDG":
            raise Wrong("channel_not_found")
        return channel

    def _message(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].get(given["ts"])
        if found is None:
            raise Wrong("message_not_found")
        return found

    def _put(self, channel: str, message: Json) -> Json:
        ts = self._ts()
        self.channels[channel][ts] = {**message, "ts": ts}
        return {"ts": ts, "channel": channel}

    def _ts(self) -> str:
        return f"{1_700_000_000 + next(self._numbers):010d}.000100"
