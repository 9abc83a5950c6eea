"""What directives and roles of reStructuredText become: their text, whoever defines them, and nothing run.

Docutils knows its own directives, Sphinx and its extensions hundreds more. Few of them matter to a reader by
their name; the others show their argument and their content, and those that bring other files, data or
program text of their own show nothing. No directive here opens a file.
"""

import re
from typing import Any

from docutils import nodes, statemachine
from docutils.parsers.rst import directives, roles
from docutils.parsers.rst.states import Inliner
from docutils.utils import escape2null, unescape

# Docutils' own, which read what stands below them and nothing else (`file_insertion_enabled` is off).
_KEPT = {"image", "table", "list-table", "csv-table", "parsed-literal", "line-block", "replace", "unicode"}
_NOT_SHOWN = {
    "include", "literalinclude", "raw", "meta", "contents", "toctree", "sectnum", "section-numbering",
    "header", "footer", "target-notes", "date", "title", "role", "default-role", "default-domain",
    "highlight", "index", "currentmodule", "module", "py:module", "py:currentmodule", "program",
    "rst-class", "tabularcolumns", "sectionauthor", "codeauthor", "bibliography", "todolist",
    "graphviz", "graph", "digraph", "inheritance-diagram", "mermaid", "uml", "plantuml", "image-sg",
    "video", "youtube", "comment", "testsetup", "testcleanup", "command-output", "program-output",
    "restructuredtext-test-directive", "jinja",
}  # fmt: skip
_CODE = {"code", "code-block", "sourcecode", "math", "prompt", "doctest", "testcode", "testoutput",
         "productionlist", "code-cell", "ipython"}  # fmt: skip
# What stands beside these is the beginning of their text, as beside `.. note::`.
_TEXT_FIRST = {"note", "warning", "tip", "hint", "important", "caution", "danger", "attention", "error",
               "seealso", "todo", "epigraph", "highlights", "pull-quote", "compound", "centered"}  # fmt: skip
# What stands beside these is for the program that draws the page.
_CONTENT_ONLY = {
    "figure",
    "container",
    "only",
    "ifconfig",
    "hlist",
    "acks",
    "glossary",
    "tabs",
    "tab-set",
    "grid",
    "div",
}
_OBJECTS = {"option", "cmdoption", "envvar", "confval", "setting", "describe", "object", "function", "class",
            "method", "attribute", "data", "exception", "decorator", "property", "type", "macro"}  # fmt: skip
_VERSIONS = {
    "versionadded": "Added in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
}  # as Sphinx prints them
# Docutils' patterns take time by the square of a word's length, and its search for ends by that of a
# paragraph's. In what is longer no mark is looked for: its words are shown as they are.
_LONGEST_WORD, _LONGEST_PARAGRAPH = 1_000, 10_000
_TITLED = re.compile(r"(?s)(?P<title>.+?)\s*<[^<>]+>")
_BESIDE = re.compile(r"\.\.[ ]+[^\s:][^\n]*?::[ \t]*(?P<first>[^\n]*)")


class _AnyOption(dict[str, Any]):
    """Options that directives of others may have: all are taken, none is looked at."""

    def __bool__(self) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return lambda value: value


class _Directive:
    """A directive that shows what stands beside and below it, by the rules of its name.

    Docutils asks no more of a directive than these fields and `run`.
    """

    required_arguments, optional_arguments = 0, 1
    final_argument_whitespace = has_content = True
    option_spec = _AnyOption()

    def __init__(
        self, name: str, arguments: list[str], options: dict[str, Any], content: Any, lineno: int,
        content_offset: int, block_text: str, state: Any, state_machine: Any,
    ) -> None:  # fmt: skip
        self._name = name.lower()
        self._argument = arguments[0] if arguments else ""
        self._options, self._content = options, content
        self._line, self._offset = lineno, content_offset
        self._source, self._state = block_text, state

    def run(self) -> list[Any]:
        """The nodes that stand for it."""
        # What docstrings say is in the program; only what the page adds to them is here.
        automatic = self._name.startswith("auto")
        if self._name in _NOT_SHOWN or (automatic and not self._content):
            return []
        if self._name in _CODE:
            return self._code()
        if self._name in _VERSIONS:
            number, *rest = self._argument.split(None, 1)
            return self._parsed([f"{_VERSIONS[self._name]} {number}:", *" ".join(rest).splitlines()])
        if self._name in _TEXT_FIRST:
            return self._parsed(self._argument.splitlines())
        first, rest = self._beside()
        if self._name in _CONTENT_ONLY:
            return self._parsed(rest)
        if not first:
            return self._parsed(rest)
        if automatic or ":" in self._name or self._name in _OBJECTS:
            return [self._definition(first, rest)]
        return [self._paragraph(first), *self._parsed(rest)]

    def _beside(self) -> tuple[str, list[str]]:
        """What stands beside the name, and the lines right below it, which docutils counts as the same."""
        lines = self._argument.splitlines()
        match = _BESIDE.match(self._source)
        first = match["first"].strip() if match else ""
        return ("", lines) if not first or not lines else (lines[0], lines[1:])

    def _code(self) -> list[Any]:
        # A language stands beside the name; math and prompts begin there.
        lines = self._argument.splitlines() if self._name in ("math", "prompt", "productionlist") else []
        text = "\n".join([*lines, *self._content])
        shown = [nodes.literal_block(text, text)] if text.strip() else []
        caption = self._options.get("caption")
        return [self._paragraph(str(caption)), *shown] if caption else shown

    def _definition(self, term: str, rest: list[str]) -> Any:
        meaning = nodes.definition("", *self._parsed(rest))
        item = nodes.definition_list_item("", nodes.term(term, "", *self._inline(term)), meaning)
        return nodes.definition_list("", item)

    def _paragraph(self, text: str) -> Any:
        return nodes.paragraph(text, "", *self._inline(text))

    def _inline(self, text: str) -> list[Any]:
        found: list[Any] = self._state.inline_text(text, self._line)[0]
        return found

    def _parsed(self, first: list[str]) -> list[Any]:
        """The content, with what stands before it going on into it where no blank line parts them."""
        between = [""] if first and self._blank_below_first() else []
        lines = statemachine.StringList([*first, *between, *self._content], source="document")
        below = nodes.Element()
        self._state.nested_parse(lines, self._offset, below, match_titles=0)
        return list(below.children)

    def _blank_below_first(self) -> bool:
        return bool(self._content)  # docutils ends the argument at a blank line


def directive(name: str, language: Any, document: Any) -> tuple[Any, list[Any]]:
    """The class for a directive's name, in the place of docutils' own look-up: every name has one."""
    return _OWN(name, language, document) if name.lower() in _KEPT else (_Directive, [])


def _role(
    role: str, rawsource: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = ()
) -> tuple[list[Any], list[Any]]:
    """What a reader sees of text with this role; `raw-…` is how pages name roles for other programs' text."""
    role = role.lower().rpartition(":")[2]
    words = unescape(text)
    if role.startswith("raw"):
        return [], []
    if role in ("sup", "superscript"):
        return [nodes.superscript(rawsource, words)], []
    if role in ("pep", "rfc"):
        return [nodes.inline(rawsource, f"{role.upper()} {words}")], []
    titled = _TITLED.fullmatch(words)
    if titled and role not in ("literal", "code", "samp", "math", "command", "kbd", "file"):
        return [nodes.inline(rawsource, titled["title"])], []
    if role in ("ref", "numref", "doc"):
        return [nodes.inline(rawsource, words, names=[nodes.fully_normalize_name(words)])], []
    if words.startswith("~"):
        words = words[1:].rpartition(".")[2]
    return [nodes.inline(rawsource, words.removeprefix("!"))], []


_marked = Inliner.parse


def _inline(inliner: Any, text: str, lineno: int, memo: Any, parent: Any) -> tuple[list[Any], list[Any]]:
    """The nodes of a paragraph's text, in the place of docutils' own method."""
    if len(text) > _LONGEST_WORD and (
        len(text) > _LONGEST_PARAGRAPH or max(map(len, text.split())) > _LONGEST_WORD
    ):
        return [nodes.Text(unescape(escape2null(text)))], []
    found: tuple[list[Any], list[Any]] = _marked(inliner, text, lineno, memo, parent)
    return found


# Sphinx puts its own look-ups in the same places. Nothing else in this process reads reStructuredText.
_OWN = directives.directive
directives.directive = directive
roles.role = lambda name, language, lineno, reporter: (_role, [])
Inliner.parse = _inline
