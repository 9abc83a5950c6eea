"""Discord's way of writing mentions and markup: read as plain words, and written so that it does nothing."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bots.desk.chat_text import clean

_CHANNEL = re.compile(r"<#(\d+)>")
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_A_SIGN = "☺"
_TIME = re.compile(r"<t:(-?\d{1,10})(?::\w)?>")
_LABEL = re.compile(r"\[([^\]\n]+)\]\(<?(https?://[^\s)>]+)>?\)|<(https?://[^\s>]+)>")
_MARKS = re.compile(r"(?<!\\)(\*\*\*|\*\*|__|~~|\|\||\*|(?<!\w)_)(?=\S)([^\n]{1,200}?)(?<=\S)\1(?!\w)")
_QUOTED_CODE = re.compile(r"```(?:\w+\n)?\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_BEFORE_LINES = re.compile(r"^(?:>>> |> |-# |#{1,3} )", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\*_~`|<>\[\]#.()+-])")
_SIGNS = re.compile(r"[\\*_~`|<>\[\]]")
_LINE_STARTS = re.compile(r"^(\s*)(-#|[-+#]|\d+(?=\.))", re.MULTILINE)
# Addresses, invitations, @everyone and @here would be live even without markup around them.
_ADDRESSES = re.compile(r"(?<=[A-Za-z])(?=://)|(?<=@)(?=everyone|here)|(?<=discord)(?=\.gg/|(?:app)?\.com/)")
_JOINER = "\u2060"  # nothing to see, but an address no more
_NAMED = re.compile(r"discord:(?:user|role|channel):\d+")
_NAME_OF = {"user": "<@{}>", "role": "<@&{}>", "channel": "<#{}>"}
_CODE = re.compile(r"`([^`\n]+)`")


def asked(text: str, bot: str) -> str:
    """What a person asked: without the bot's own mention and a server's signs, others without their ids.

    Of signs alone one is left, so that it isn't taken for nothing.
    """
    without = _EMOJI.sub(" ", text)
    words = without.replace(f"<@{bot}>", " ").replace(f"<@!{bot}>", " ")
    words = _tidy(_ROLE.sub(" ", _CHANNEL.sub(" ", _USER.sub("someone", words))))
    return words if words.strip() or without == text else _A_SIGN


def commanded(text: str, bot: str) -> str:
    """The words of a command: channels, people and roles as principals."""
    text = text.replace(f"<@{bot}>", " ").replace(f"<@!{bot}>", " ")
    text = _CHANNEL.sub(lambda m: principal("channel", m[1]), text)
    text = _ROLE.sub(lambda m: principal("role", m[1]), text)
    return _tidy(_USER.sub(lambda m: principal("user", m[1]), text))


def plain(text: str, bot: str) -> str:
    """What a person wrote, as others read it: without marks and the bot's mention, links by their words."""
    parts, end = list[str](), 0
    for code in _QUOTED_CODE.finditer(text):
        parts += [_unmarked(text[end : code.start()], bot), code[1] or code[2] or ""]
        end = code.end()
    return _tidy("".join([*parts, _unmarked(text[end:], bot)]))


def addresses_another(text: str, bot: str) -> bool:
    """Whether a text begins by addressing someone who isn't the bot."""
    found = _USER.match(text.lstrip())
    return found is not None and found[1] != bot


def principal(kind: str, number: int | str) -> str:
    """`discord:channel:1`, `discord:user:2`, `discord:role:3`."""
    return f"discord:{kind}:{number}"


def person_in(name: str) -> str:
    """The id of the person that a principal names; empty for any other principal."""
    platform, _, rest = name.partition(":")
    kind, _, number = rest.partition(":")
    return number if (platform, kind) == ("discord", "user") and number.isdecimal() else ""


def inert(text: str) -> str:
    """Text that looks the same and does nothing: no markup, mention, address, time or emoji comes of it."""
    text = _ADDRESSES.sub(_JOINER, clean(text))
    text = _SIGNS.sub(lambda m: "\\" + m[0], text)
    return _LINE_STARTS.sub(lambda m: m[1] + (m[2] + "\\" if m[2].isdecimal() else "\\" + m[2]), text)


def with_code(text: str) -> str:
    """The same, with what stands between backticks as code: there, nothing is ever live."""
    parts = _CODE.split(text)
    return "".join(f"`{clean(part)}`" if number % 2 else inert(part) for number, part in enumerate(parts))


def named_in(text: str, people: Iterable[str]) -> str:
    """Text with these principals as Discord shows people, roles and channels: by their names."""
    known = [name for name in people if _NAMED.fullmatch(name)]
    if not known:
        return text
    pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known)
    return re.sub(pattern, lambda m: _NAME_OF[m[0].split(":")[1]].format(m[0].rpartition(":")[2]), text)


def one_line(text: str, longest: int) -> str:
    """Text for a label, where Discord reads no markup."""
    words = " ".join(clean(text).split()) or "–"
    return words if len(words) <= longest else words[: longest - 1] + "…"


def linked(text: str, link: str) -> str:
    """Text as a link without a preview, inert where there is no address or one that can't be written."""
    if not link or re.search(r"[\s<>]", link):
        return inert(text)
    return f"[{inert(text)}](<{link}>)"


def _unmarked(text: str, bot: str) -> str:
    text = text.replace(f"<@{bot}>", " ").replace(f"<@!{bot}>", " ")
    text = _ROLE.sub("a group", _CHANNEL.sub("a channel", _USER.sub("someone", text)))
    text = _LABEL.sub(lambda m: m[1] or m[3], _EMOJI.sub(lambda m: m[1], text))
    text = _TIME.sub(lambda m: f"{datetime.fromtimestamp(int(m[1]), UTC):%Y-%m-%d %H:%M} UTC", text)
    text = _BEFORE_LINES.sub("", text)
    for _ in range(3):  # bold and italic and struck, one around the other
        text = _MARKS.sub(lambda m: m[2], text)
    return _ESCAPED.sub(lambda m: m[1], text)


def _tidy(text: str) -> str:
    return " ".join(text.split()) if "\n" not in text else text.strip()
