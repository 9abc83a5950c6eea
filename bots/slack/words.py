"""Slack's way of writing mentions, links and signs, as plain words."""

import re

_CHANNEL = re.compile(r"<#(C\w+)(?:\|[^>]*)?>")
_USER = re.compile(r"<@([UW]\w+)(?:\|([^>]*))?>")
_GROUP = re.compile(r"<!subteam\^(S\w+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(\w+)(?:\^[^|>]*)?(?:\|([^>]*))?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")


def asked(text: str, bot: str) -> str:
    """What a person asked: without the bot's own mention, links as addresses, other people by name."""
    text = text.replace(f"<@{bot}>", " ")
    text = _USER.sub(lambda m: f"@{m[2]}" if m[2] else "someone", text)
    text = _CHANNEL.sub(" ", _GROUP.sub(" ", text))
    return _unescaped(_LINK.sub(lambda m: m[1], _SPECIAL.sub(" ", text)))


def commanded(text: str, bot: str) -> str:
    """The words of a command: channels, people and groups as principals."""
    text = text.replace(f"<@{bot}>", " ")
    text = _CHANNEL.sub(lambda m: principal("channel", m[1]), text)
    text = _USER.sub(lambda m: principal("user", m[1]), text)
    text = _GROUP.sub(lambda m: principal("group", m[1]), text)
    return _unescaped(_LINK.sub(lambda m: m[1], text))


def mentions(text: str, person: str) -> bool:
    """Whether a text addresses this person."""
    return f"<@{person}>" in text or f"<@{person}|" in text


def addresses_another(text: str, bot: str) -> bool:
    """Whether a text begins by addressing someone who isn't the bot."""
    found = _USER.match(text.lstrip())
    return bool(found) and found is not None and found[1] != bot


def principal(kind: str, name: str) -> str:
    """`slack:channel:C1`, `slack:user:U1`, `slack:group:S1`."""
    return f"slack:{kind}:{name}"


def _unescaped(text: str) -> str:
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.split()) if "\n" not in text else text.strip()
