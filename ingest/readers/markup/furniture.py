"""What a page says is not its content: menus, bars, cookie notices, links to share. It is taken out.

A part goes only if the page names it so (by element, role, class or id) and it looks so (mostly links, or
short): a plain page, which names nothing, loses nothing.
"""

import re
from typing import Any

_ROLES = {"navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog"}
_SECTIONS = ["article", "main", "section", "blockquote"]
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
# Names of classes and ids; camelCase is parted by hyphens before.
_LINKS = re.compile(
    r"(?:^|[-_])(?:nav|navbar|navigation|menu|sidebar|toc|table-of-contents|pagination|pager|"
    r"related|share|sharing|sharedaddy|social|footer|widget|navbox)(?:[-_]|$)"
    r"|(?:top|left|right|main|side|site|sub)(?:nav|menu|bar)(?:[-_]|$)"
)
_NOTICES = re.compile(
    r"(?:^|[-_])(?:breadcrumbs?|cookies?|consent|gdpr|onetrust|newsletter|subscribe|editsection|edit-page|edit-link|"
    r"edit-this-page|hash-link|anchor-link|headerlink|skip-link|skip-to|skip-nav|jump-link|jump-to)(?:[-_]|$)"
    r"|^(?:site-|page-|global-)?footer$"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DEEPEST = 25  # elements within elements
_SHORT = 600  # characters of a notice


def remove_furniture(soup: Any) -> None:
    """Take the furniture out of a parsed page; nothing goes if most of the running text would go with it."""
    body = soup.body or soup
    before = _running_text(body)
    whole = len(body.get_text())
    doomed = _outermost(body, whole)
    going = sum(map(_running_text, doomed))
    if doomed and going * 2 <= before and sum(len(tag.get_text()) for tag in doomed) < whole:
        for tag in doomed:
            tag.decompose()


def _outermost(body: Any, whole: int) -> list[Any]:
    """The furniture that lies in no other furniture: what is inside of it need not be looked at.

    Looking at a part reads all of it, so parts nested deeply are looked at only near the top.
    """
    found = []
    waiting = [(child, 0) for child in reversed(body.find_all(True, recursive=False))]
    while waiting:
        tag, depth = waiting.pop()
        if _is_furniture(tag, whole):
            found.append(tag)
        elif depth < _DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(tag.find_all(True, recursive=False))]
    return found


def _is_furniture(tag: Any, whole: int) -> bool:
    name = tag.name
    if name in ("html", "body", "main", "article", *_HEADINGS):
        return False
    role = tag.get("role")
    if name in ("nav", "dialog") or role in _ROLES:
        return not tag.find("h1") or role in ("dialog", "alertdialog")
    if tag.has_attr("hidden") or _HIDDEN.search(tag.get("style") or ""):
        return True
    if tag.get("aria-hidden") == "true":
        return len(tag.get_text()) <= 3  # marks beside a heading; hidden formulas are content
    if name in ("header", "footer", "aside"):
        return _is_bar(tag, whole)
    named = " ".join([*_as_list(tag.get("class")), *_as_list(tag.get("id"))])
    if not named:
        return False
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "-", one).lower() for one in named.split()]
    if any(map(_NOTICES.search, names)):
        text = len(tag.get_text().strip())
        return text <= _SHORT and text * 3 <= whole and not tag.find("h1")
    return any(map(_LINKS.search, names)) and _is_mostly_links(tag)


def _is_bar(tag: Any, whole: int) -> bool:
    """A header, footer or aside of the page; those within an article belong to it."""
    if tag.find_parent(_SECTIONS) is not None:
        return False
    if tag.name == "footer":
        return len(tag.get_text()) * 2 < whole and not tag.find("h1")
    if tag.name == "aside":
        return _is_mostly_links(tag)
    return not tag.find(["h1", "h2"]) and (not tag.find("p") or _link_share(tag) > 0.3)


def _is_mostly_links(tag: Any) -> bool:
    return not tag.find("h1") and _link_share(tag) >= 0.6


def _link_share(tag: Any) -> float:
    """The share of links in the text below the headings; 1 where there is no text."""
    headings = sum(len(_squeezed(heading)) for heading in tag.find_all(_HEADINGS))
    text = len(_squeezed(tag)) - headings
    links = [tag] if tag.name == "a" else tag.find_all("a")
    return sum(len(_squeezed(link)) for link in links) / text if text > 0 else 1.0


def _running_text(tag: Any) -> int:
    """Letters that are not in links."""
    links = [tag] if tag.name == "a" else tag.find_all("a")
    return len(_squeezed(tag)) - sum(len(_squeezed(link)) for link in links)


def _squeezed(tag: Any) -> str:
    return "".join(letter for letter in tag.get_text() if letter.isalnum())


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
