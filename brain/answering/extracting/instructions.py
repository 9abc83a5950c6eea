"""Whether a sentence tells somebody what to do, which is what "How do I …?" asks for."""

import re

_MAY = r"(?:can|should|must|may|need to|needs to|have to|has to)"
_WHOM = r"(?:you(?:'ll| will)?|employees|staff|members|everyone|everybody)"
# Verbs that open a line of instructions; elsewhere most of them are nouns or plain present tense.
_VERBS = (
    "ask add apply book call check choose click complete contact create download e-?mail enter file fill"
    " follow go install log make message notify open order post press reach read register report request"
    " return search select send set sign submit take talk tell turn type use visit wait write"
)
_INSTRUCTS = re.compile(
    rf"\b{_WHOM} {_MAY}\b|\bplease\b|\bby [a-z]+ing\b"
    rf"|(?:^|, |; |: |then |and )(?:{'|'.join(_VERBS.split())})\b",
    re.IGNORECASE,
)


def instructs(sentence: str) -> bool:
    """Whether it says what to do: an imperative, what "you should", or a way ("by asking …")."""
    return bool(_INSTRUCTS.search(sentence))
