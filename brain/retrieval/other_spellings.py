"""How else an English word is spelt: in Britain and in America."""

import re
from collections.abc import Iterator

# British first; each is tried both ways. Endings that are no such pair ("exercise") make words that no
# document holds, which does no harm.
_ENDINGS = (
    (r"is(e[drs]?|ers?|ing|ations?|able)$", r"iz(e[drs]?|ers?|ing|ations?|able)$", "is", "iz"),
    (r"ys(e[drs]?|ers?|ing)$", r"yz(e[drs]?|ers?|ing)$", "ys", "yz"),
    (
        r"our(s|ed|ing|ite|ites|able|ful|less|hood|ly)?$",
        r"or(s|ed|ing|ite|ites|able|ful|less|hood|ly)?$",
        "our",
        "or",
    ),
    (r"tre(s|d)?$", r"ter(s|ed)?$", "tre", "ter"),
    (r"ll(ed|ing|ers?|ery)$", r"l(ed|ing|ers?|ry)$", "ll", "l"),
    (r"ence(s|d)?$", r"ense(s|d)?$", "ence", "ense"),
    (r"ogue(s)?$", r"og(s)?$", "ogue", "og"),
    (r"mme(s)?$", r"m(s)?$", "mme", "m"),
)
_WORDS = (
    ("aluminium", "aluminum"),
    ("ageing", "aging"),
    ("enrol", "enroll"),
    ("enrolment", "enrollment"),
    ("fulfil", "fulfill"),
    ("fulfilment", "fulfillment"),
    ("grey", "gray"),
    ("instalment", "installment"),
    ("instalments", "installments"),
    ("jewellery", "jewelry"),
    ("judgement", "judgment"),
    ("kerb", "curb"),
    ("maths", "math"),
    ("mould", "mold"),
    ("practise", "practice"),
    ("pyjamas", "pajamas"),
    ("sceptical", "skeptical"),
    ("skilful", "skillful"),
    ("tyre", "tire"),
    ("tyres", "tires"),
)
_SHORTEST = 5


def other_spellings(word: str) -> tuple[str, ...]:
    """The other ways in which a folded word may be spelt; most of what is made up so is no word at all."""
    return tuple(dict.fromkeys(one for one in _made(word) if one != word))


def _made(word: str) -> Iterator[str]:
    for british, american in _WORDS:
        if word in (british, american):
            yield american if word == british else british
    if len(word) < _SHORTEST:
        return
    for british, american, ours, theirs in _ENDINGS:
        for pattern, old, new in ((british, ours, theirs), (american, theirs, ours)):
            found = re.search(pattern, word)
            if found and found.start() > 1:
                yield _spelt(word[: found.start()], found.group(), old, new)
    if "ae" in word or "oe" in word:  # "paediatric", "diarrhoea"
        yield word.replace("ae", "e").replace("oe", "e")


def _spelt(beginning: str, ending: str, old: str, new: str) -> str:
    rest = ending.removeprefix(old)
    if old == "tre":
        rest = {"d": "ed"}.get(rest, rest)
    elif new == "tre":
        rest = {"ed": "d"}.get(rest, rest)
    elif old == "ll" and rest == "ery":
        rest = "ry"
    elif new == "ll" and rest == "ry":
        rest = "ery"
    return beginning + new + rest
