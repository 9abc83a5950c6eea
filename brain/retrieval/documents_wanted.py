"""Questions for documents instead of what they say: "which documents do you have about leave?"."""

import re

from brain.text.terms import content_words

_KIND = r"(?:documents?|docs?|files?|papers?|pages?)"
_ABOUT = r"(?:about|on|regarding|concerning|covering|mentioning)"
_HAVE = r"(?:do (?:you|we) have|are there|have you got)"
_WANTED = re.compile(
    rf"(?:(?:what|which) {_KIND}(?: {_HAVE})?(?: {_ABOUT}| (?:cover|mention|talk about|deal with|are about))"
    rf"|(?:do (?:you|we) have|have you got|are there|is there)(?: an?| any| some)? {_KIND} {_ABOUT}"
    r"|(?:(?:can|could) you )?(?:please )?(?:list|show|give)(?: me)?(?: all)?(?: the| your| any)?"
    rf" {_KIND} {_ABOUT})"
    r" (?P<subject>[^,;?.!]{2,80})[?.!\s]*",
    re.IGNORECASE,
)


def subject_of_documents_wanted(text: str) -> str:
    """What the documents are to be about; empty where it is no question for documents."""
    found = _WANTED.fullmatch(" ".join(text.split()))
    return found["subject"].strip() if found and content_words(found["subject"]) else ""
