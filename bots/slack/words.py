"""Slack's way of writing mentions, links and signs, as plain words."""

import re

_CHANNEL = re.compile(r"<#([CG]\w+)(?:\|[^>]*)?>")
_USER = re.compile(r"<@([UW]\w+)(?:\|([^>]*))?>")
_GROUP = re.compile(r"<!subteam\^(S\w+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(\w+)(?:\^[^|>]*)?(?:\|([^>]*))?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_NAMED_CHANNEL = re.compile(r"<#[CG]\w+(?:\|([^>]*))?>")
# Slack's marks of bold, italic and struck text stand at the edges of words, and reach over no line end.
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)([^\n]{1,200}?)(?<=\S)\1(?![\w*_~])")
_EMOJI = re.compile(r"(?<!\w):(?:[+-]1|100|[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*):(?::skin-tone-\d:)?(?!\w)")
_A_SIGN = "☺"
_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_QUOTED = re.compile(r"^(?:&gt;)+ ?", re.MULTILINE)


def asked(text: str, bot: str) -> str:
    """What a person asked: without the bot's own mention and signs, links as addresses, people by name.

    Of signs alone one is left, so that it isn't taken for nothing.
    """
    without = _EMOJI.sub(" ", text)
    words = _unmentioned(without, bot)
    words = _USER.sub(lambda m: f"@{m[2]}" if m[2] else "someone", words)
    words = _CHANNEL.sub(" ", _GROUP.sub(" ", words))
    words = _unescaped(_LINK.sub(lambda m: m[1], _SPECIAL.sub(" ", words)))
    return words if words.strip() or without == text else _A_SIGN


def commanded(text: str, bot: str) -> str:
    """The words of a command: channels, people and groups as principals."""
    text = _CHANNEL.sub(lambda m: principal("channel", m[1]), _unmentioned(text, bot))
    text = _USER.sub(lambda m: principal("user", m[1]), text)
    text = _GROUP.sub(lambda m: principal("group", m[1]), text)
    return _unescaped(_LINK.sub(lambda m: m[1], text))


def plain(text: str, bot: str) -> str:
    """What a person wrote, as others read it: without marks and the bot's mention, links by their words."""
    parts, end = list[str](), 0
    for code in _CODE.finditer(text):
        parts += [_unmarked(text[end : code.start()], bot), code[1] or code[2] or ""]
        end = code.end()
    return _unescaped("".join([*parts, _unmarked(text[end:], bot)]))


def mentions(text: str, person: str) -> bool:
    """Whether a text addresses this person."""
    return f"<@{person}>" in text or f"<@{person}|" in text


def addresses_another(text: str, bot: str) -> bool:
    """Whether a text begins by addressing someone who isn't the bot."""
    found = _USER.match(text.lstrip())
    return found is not None and found[1] != bot


def principal(kind: str, name: str) -> str:
    """`slack:channel:C1`, `slack:user:U1`, `slack:group:S1`."""
    return f"slack:{kind}:{name}"


def _unmentioned(text: str, bot: str) -> str:
    """Without the bot's own mention, which a command has with a name: `<@U1|citewise>`."""
    return _USER.sub(lambda m: " " if m[1] == bot else m[0], text)


def _unmarked(text: str, bot: str) -> str:
    text = _USER.sub(lambda m: f"@{m[2]}" if m[2] else "someone", _unmentioned(text, bot))
    text = _GROUP.sub(lambda m: m[2] or "a group", text)
    text = _NAMED_CHANNEL.sub(lambda m: f"#{m[1]}" if m[1] else "a channel", text)
    text = _SPECIAL.sub(lambda m: m[2] or f"@{m[1]}", text)
    text = _LINK.sub(lambda m: m[2] or m[1].removeprefix("mailto:"), _QUOTED.sub("", text))
    for _ in range(3):  # bold and italic and struck, one around the other
        text = _MARKS.sub(lambda m: m[2], text)
    return text


def _unescaped(text: str) -> str:
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.split()) if "\n" not in text else text.strip()
