"""Front matter and template tags: what a page generator reads and its readers never see."""

import re

# The first alternative wins: fenced and inline code keep their braces, as they show them to the reader. A
# fence that nothing closes goes on to the end, as Markdown has it. No part is looked for beyond where another
# of its kind begins: else a file of nothing but openings would be read to its end for each of them.
_FENCED = r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)[\s\S]*?(?:^ {0,3}(?P=fence)[^\n]*$|\Z)"
_INLINE = r"(?<!`)(?P<tick>`++)[^\n]*?(?<!`)(?P=tick)(?!`)"
_WITHIN = r"(?:(?!\{%|%\})[\s\S])*"  # Python 3.11.2 reads a possessive group wrongly
_COMMENT = r"\{%-?\s*+comment\b"
_TAG = re.compile(
    rf"(?P<code>{_FENCED}|{_INLINE})"
    rf"|(?P<comment>{_COMMENT}(?:(?!{_COMMENT})[\s\S])*?endcomment\s*+-?%\}})"
    rf"|(?P<whole>^[ \t]*+\{{%{_WITHIN}%\}}[ \t]*$)"
    rf"|\{{%-?\s*+(?P<name>\w*+)(?P<rest>{_WITHIN})%\}}"
    r"|\{\{[^{}\n]*+\}\}",
    re.M,
)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_CONTROL = {"if", "elsif", "elif", "else", "unless", "for", "case", "when", "set", "assign", "include",
            "capture", "macro", "block", "extends", "import", "from", "call", "filter", "with"}  # fmt: skip
# In YAML between dashes, or in TOML between pluses.
_FRONT = re.compile(
    r"\A\ufeff?(?:---[ \t]*\r?\n(?P<yaml>[\s\S]*?)\r?\n(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\r?\n(?P<toml>[\s\S]*?)\r?\n\+\+\+)[ \t]*(?:\r?\n|\Z)"
)
_FIELD = re.compile(r"^([A-Za-z_][\w-]*)(?::[ \t]+|[ \t]*=[ \t]*)(.+?)[ \t]*$", re.M)


def without_front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text under the front matter, and the front matter's one-line fields in lower case."""
    match = _FRONT.match(text)
    if match is None:
        return text, {}
    fields = {
        key.lower(): _unquoted(value) for key, value in _FIELD.findall(match["yaml"] or match["toml"] or "")
    }
    return text[match.end() :], fields


def without_tags(text: str) -> str:
    """The text without template tags; one inside a sentence leaves its last quoted words, which it shows."""
    if "{%" not in text and "{{" not in text:
        return text
    return _TAG.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    if match["code"]:
        return re.sub(r"\{%-?\s*(end)?raw\s*-?%\}", "", match["code"])
    name, rest = match["name"], match["rest"]
    # Inside a link's address nothing is shown: any word without spaces keeps the link whole.
    if match.string[max(match.start() - 2, 0) : match.start()] in ("](", '="', "='"):
        return "link"
    if not name or name in _CONTROL or name.startswith("end"):
        return ""
    quoted = _QUOTED.findall(rest or "")
    return (quoted[-1][0] or quoted[-1][1]) if quoted else ""


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
