"""Words by which two sentences are told to be about the same thing or not, over folded text."""

import re

from brain.text.terms import content_stems

# What a policy says of "all staff" it says of "every employee", too; and who only gets or has something,
# gets it. As words, not stems: an allowance is more than what is allowed.
NEUTRAL = re.compile(
    r"""\b(?:staff|employees?|employed|employer|everyone|everybody|all|every|each|any|members?|colleagues?
    |workers?|persons?|people|team|company|full[- ]time|gets?|have|has|receives?|entitled|entitlement|given?
    |gives?|needs?|needed|must|shall|may|can|takes?|taken|makes?|made|uses?|used|provide[sd]?|offer(?:s|ed)?
    |grant(?:s|ed)?|apply|applies|amount|total|currently|always|generally|normally|usually|regular(?:ly)?
    |please|able|allowed|permitted|possible|required|necessary|there|new|one|numbers?|max(?:imum)?
    |min(?:imum)?|least|most|today|now|years?|yearly|annually|costs?|prices?d?|charged?|fee|pays?|paid
    |lasts?|keeps?|kept|long|much|many|no|not|never|forbidden|prohibited|banned|later|ahead
    |in\ advance|before|temperatures?|speeds?|weights?|weighs?|height|length|duration|phone|telephone|call
    |extension
    |mitarbeitenden?|mitarbeiter\w*|beschaftigte\w*|alle|jede\w*|erlaubt|verboten|untersagt|betragt|betragen
    |kostet|kosten|nicht|keine?\w*
    |ne|employes?|chaque|tous|coute|coutent|pas|empleados?|cada|todos|cuesta)\b""",
    re.VERBOSE,
)
CONTRASTS = frozenset(
    content_stems(
        """part apprentice trainee intern student seasonal temporary contractor agency freelance manager
        director executive supervisor child children adult senior junior weekend weekday bank sunday winter
        summer domestic international abroad foreign overseas online offline wholesale retail plus standard
        premium basic gold silver platinum bronze enterprise individual family spouse dependent probation
        single double internal external second additional extra emergency preferred specialist generic brand
        outpatient inpatient mobile desktop legacy beta preview draft proposed estimate example sample pilot
        minor major mild severe group visitor guest customer supplier partner volunteer
        teilzeit azubi aushilfe"""
    )
)
"""A word of one of these that only one of two sentences has tells that they are about different things."""
OF_WHOM = frozenset(
    content_stems(
        """group visitor guest customer supplier partner volunteer extra additional second example sample
        single"""
    )
)
"""Contrasts that a title may name though not each of its sentences is about that ("FAQ for guests")."""
DENIAL = re.compile(
    r"\b(?:not|never|nobody|nothing|nowhere|cannot|can't|don't|doesn't|isn't|aren't|won't|mustn't|without"
    r"|neither|prohibited|forbidden|banned|excluded|ineligible|unable|impossible)\b"
    r"|\bno\b(?! (?:later|more|less|fewer|longer|earlier|need|matter)\b)"
)
NO_DENIAL = re.compile(
    r"\bnot (?:only|just|later|more|less|yet|exceed\w*|necessarily|always)\b|\bif not\b|\bor not\b"
)
DENYING = re.compile(
    rf"{DENIAL.pattern}"
    r"|\b(?:nicht|kein\w*|nie|verboten|untersagt|pas|jamais|interdit\w*|nunca|prohibid\w*)\b"
)
"""The same with other languages' words: a quick look, and no more."""
HEDGE = re.compile(
    r"\b(?:might|depend\w*|unless|except\w*|sometimes|often|only|if|whether|unclear|partly|but|however|although"
    r"|though|provided that|otherwise|rather than|instead|nur|wenn|falls|sofern|ausser|aber|sauf|si|mais"
    r"|excepto|salvo|pero)\b"
)
CONDITION = re.compile(
    r"\b(?:if|when|while|unless|except|in case|as long as|provided|once|where|wenn|falls|sofern|ausser|bei|si"
    r"|sauf|quand|lorsque|cuando|salvo)\b\s+([^,.;]{3,80})"
)
REASON = re.compile(
    r"(?:[,;]|\s[–—-])\s*(?:it|they|this|that|because|since|so that|as|which|in order|da|weil|damit|denn|car"
    r"|afin|parce|porque)\b.*$"
)
"""What follows as a reason is not what is stated: "…, it must be kept free for the vans"."""
EXAMPLE = re.compile(
    r"\b(?:(?:for|as) (?:an )?example|for instance|e\.\s?g|such as|suppose|imagine|say,|zum beispiel|z\.\s?b"
    r"|par exemple|por ejemplo)\b"
)
ONCE = re.compile(
    r"\b(?:used to|formerly|previously|former|in the past|until (?:19|20)\d\d|will (?:be|rise|change|become)"
    r"|would|planned|proposed|expected to|as of (?:19|20)\d\d|originally|fruher|kunftig|autrefois)\b"
)
