"""How urgent a ticket is, by rules, and the words of it that say so."""

import re
from collections.abc import Iterable, Iterator, Sequence

from brain.triage.domain import Message, Said, Urgency, UrgencyFound
from brain.triage.prose import said, short

MOST_QUOTES = 2
_READ = 1_000  # characters of a sentence: what is longer is a pasted list, and would take long to read


def _group(lines: str) -> str:
    """Patterns, one a line, as alternatives."""
    return f"(?:{'|'.join(line.strip() for line in lines.strip().splitlines())})"


def _any(lines: str) -> re.Pattern[str]:
    """A pattern for any of these, as whole words in whatever case, within one sentence."""
    return re.compile(rf"(?<!\w){_group(lines)}(?!\w)", re.IGNORECASE | re.DOTALL)


_NO_HURRY = _any(r"""
    no(?:t in (?:a|any))? (?:big |great |particular |real )?(?:hurry|rush)
    in no hurry
    (?:not|isn['’]?t|nothing|never) (?:at all |that |very |really |super |an? |so )*(?:urgent|emergency)
    low.priority
    when(?:ever)? (?:you|someone|anyone) (?:have|has|finds?) (?:a |some )?(?:spare )?(?:time|minute|moment)
    when(?:ever)? (?:you|someone|somebody|anyone) gets? (?:a chance|a minute|around to it)
    whenever(?= *(?:[.,;!?)]|$))
    whenever (?:it |that )?(?:works|suits|is (?:fine|good|convenient))
    whenever (?:you|someone|somebody|anyone) (?:can|could|like|want|feel)
    (?:can|could|may) (?:easily )?wait
    some ?day
    at your (?:leisure|convenience)
    eilt nicht
    nicht (?:so |sehr )?(?:eilig|dringend)
    keine eile
    wenn (?:ihr|du|sie|jemand) (?:mal )?zeit
    pas (?:du tout |très )?urgent
    quand vous (?:aurez|avez) le temps
    sin prisa
    no es urgente
""")
_MINOR = _any(r"""
    nice to have
    would be (?:nice|great|cool) (?:to have|if)
    feature (?:request|wish)
    suggestion
    cosmetic
    typo
    minor (?:thing|issue|point|bug)
    heads.up
    just (?:curious|wondering)
    for your information
    fyi
    no big deal
    (?:thanks|thank you)[,!.]* (?:it['’]?s |that['’]?s )?(?:solved|fixed|works now)
    you can close (?:this|it)
""")
# What whoever began a thread says last, in a few words, once it is over …
_OVER = _any(r"""
    (?:is|are|got|it['’]?s|that['’]?s|all) (?:now |all )?(?:fixed|solved|resolved|sorted(?: out)?|back up)
    (?:works?|working|back up|back online) (?:again|now|fine)
    (?:problem|issue) (?:fixed|solved|resolved)
    no longer (?:needed|necessary|an issue|a problem)
    you can close (?:this|it)
    (?:geht|läuft|funktioniert) (?:jetzt )?wieder
    hat sich erledigt
    (?:ça |cela )?(?:re)?marche (?:de nouveau|maintenant)
""")
_WORDS_OF_AN_END = 9
# … unless only a part is: "it works now, but only at home".
_NOT_ALL_OVER = re.compile(
    r"\?|n['’]t\b|\b(?:not|no(?! longer| problem)|but|only|except|still|until|unless|if|when|once|although"
    r"|though|however|almost|nicht|aber|nur|noch|pas|mais|seulement)\b",
    re.IGNORECASE,
)
# "How long does an urgent transfer take?" asks about a thing; "Can you stop it?" wants something done.
_ASKS_ABOUT = re.compile(
    r"^(?:hi|hello|hey)?[\s,!]*(?:"
    r"(?:could|can|would) (?:you|someone|anyone) (?:please )?(?:tell|explain|remind)\b"
    r"|how (?:do|does|did|can|could|long|much|many|is|are|would|should)\b"
    r"|what(?:['’]s| is| are| happens?| does| do| was| would| if)\b|(?:where|when|which|who|whose|why)\b"
    r"|(?:is|are|was|were|will) there\b"
    r"|(?:is|are|does|do|did|has|have|will|would|should|may|must) (?:an?|the|your|this|that|it|we|i|you)\b"
    r").*\?",
    re.IGNORECASE | re.DOTALL,
)

_NOBODY_CAN = (
    r"(?:nobody|no one|no-one|niemand|personne)\b[^.?!]{0,40}?\b(?:can|could|is able|gets|kann|kommt|peut)"
)
_GAP = r"[^.?!]{0,100}?"  # between two words of one sentence
_MANY = _group(r"""
    (?:all|every|each|whole|entire|none of) (?:\w+ ){0,3}?(?:customers?|users?|clients?|company|offices?)
    (?:all|every|each|whole|entire|none of) (?:\w+ ){0,3}?(?:services|site|payments|orders|machines|desk)
    (?:all|every|each|whole|entire|none of) (?:\w+ ){0,3}?(?:department|building|floor)
    customers|users|clients|callers|everyone|everybody|everywhere|hundreds|thousands
    production|prod|webshop|checkout
    alle kunden|tous les clients
""")
_A_TEAM = r"\b(?:team|department|people in my|of us|colleagues)\b"
_ANY_TEAM = re.compile(_A_TEAM, re.IGNORECASE)
_FAILS = _group(r"""
    can ?not|can['’]?t|can (?:reach|log|open|pay|work|use|access)|couldn['’]?t|unable
    doesn['’]?t|don['’]?t|isn['’]?t|aren['’]?t
    fail(?:s|ed|ing|ure)?|crash(?:es|ed|ing)?|errors?|5\d\d|refus\w+|timeout|times? out
    down|offline|dead|unreachable|unavailable|affected|blocked|broken|stopped working|hear nothing
    not (?:work\w*|reachable|available|respond\w*)
    geht nicht|kaputt|ausgefallen|en panne
""")
_MANY_CANT = re.compile(
    rf"\b(?:{_NOBODY_CAN}|{_MANY}\b{_GAP}\b{_FAILS}|{_FAILS}\b{_GAP}\b{_MANY})\b", re.IGNORECASE
)
_TEAM_CANT = re.compile(
    rf"{_A_TEAM}[^.?!]{0, 100}?\b{_FAILS}\b|\b{_FAILS}\b[^.?!]{0, 100}?{_A_TEAM}", re.IGNORECASE
)
_OUTAGE = _any(r"""
    (?:major|total|complete|full|ongoing) outage
    outage (?:since|right now|in)
    (?:server|database|network|system|site|website) (?:is|are|went|has gone) (?:down|offline)
    (?:server|database|network|system|site|website) is (?:not reachable|unreachable|unavailable)
    monitoring is red
""")
_SECURITY = _any(r"""
    ransomware|malware|virus|leaked|compromised
    (?:been|got|was|were) hacked
    data (?:breach|leak)
    phish\w*[^.?!]{0,100}\b(?:password|clicked)
    files are encrypted
    (?:entered|typed in) my password
    mails?\b[^.?!]{0,100}\bi (?:didn['’]?t|did not|never) (?:write|wrote|send|sent)
    logged in as\b[^.?!]{0,100}\badmin
    data of other
    see (?:their|other (?:people|customers?|companies)['’]?s?) (?:data|invoices|files|orders)
""")
_LOSS = _any(r"""
    (?:files|data|backups?|tables?|folders?) [^.?!]{0,100}\b(?:gone|deleted|overwritten|wiped|corrupted)
    (?:lost|deleted|overwrote|wiped|dropped) [^.?!]{0,100}\b(?:backups?|data|database|table|folder|production)
    losing (?:orders|money|customers|data|sales)
""")
_DANGER = _any(r"""
    smoke|on fire|flood(?:ed|ing)?|gas leak|water is (?:coming|leaking)|cooling (?:has )?failed
""")
_CRITICAL = (_OUTAGE, _SECURITY, _LOSS, _DANGER)

_SOON = _group(r"""
    today|tonight|tomorrow|this (?:morning|afternoon|evening)|noon|midday|eod|end of (?:the )?day
    \d{1,2}(?::\d\d)? ?(?:am|pm|o['’]?clock)|(?:at|by) \d{1,2}(?::\d\d)?
    (?:in|within) (?:an?|the|one|two|three|a few|\d+|half an) (?:next )?(?:hours?|minutes?|mins?)
    heute|morgen|aujourd['’]?hui|demain|ce soir|hoy
""")
_DUE = _group(r"""
    need(?:s|ed)?|must|ha(?:ve|s) to|due|deadline|clos(?:es?|ing)|expires?|submit\w*|until|before|by|wants?|if
    presentation|exam|interview|flight|train|leaves?|comes|meeting|customer
    muss|müssen|dois|doit|tengo
""")
_DEADLINE = re.compile(
    rf"\b{_DUE}\b{_GAP}(?<!since )\b{_SOON}\b|(?<!since )\b{_SOON}\b{_GAP}\b{_DUE}\b", re.IGNORECASE
)
_URGENT = _any(r"""
    urgent(?:ly)?|asap|as soon as possible|immediately|right (?:away|now)|at once|quickly
    critical|top priority
    (?:an|is|real|this) emergency|emergency[!:]
    dringend|sofort|urgente?|tout de suite
""")
_CANT_WORK = _any(r"""
    (?:can['’]?t|can ?not|unable to|not able to|couldn['’]?t) (?:do (?:any|my) )?work
    locked out
    (?:i['’]?m|i am|we['’]?re|we are) (?:completely |totally )?(?:stuck|blocked)
    (?:can['’]?t|can ?not|unable to|couldn['’]?t) (?:log ?(?:in|on)|sign in|ship anything)
    keep getting logged out
    screen stays black
    (?:is|are|went|gone) (?:completely )?(?:down|dead)
    komme nicht mehr in
    n['’]arrive plus à
""")
_MONEY = _any(r"""
    charged (?:me |us )?(?:twice|double)|double.charged|stolen|fraud\w*|unauthori[sz]ed
    never made|(?:didn['’]?t|did not) make
    wrong account|wrong prices?
    (?:not|hasn['’]?t|haven['’]?t) been paid
    block (?:it|my card)
""")
_WAITED_FOR = _any(r"""
    threatens? to
    customer is (?:on.?site|waiting|angry)
    in the middle of
""")
_HIGH = (_URGENT, _DEADLINE, _CANT_WORK, _MONEY, _TEAM_CANT, _WAITED_FOR)


def urgency_of(messages: Sequence[Message]) -> UrgencyFound:
    """The level, and the sentences or words that say it; NORMAL where nothing does.

    What people say outright of having time counts more than a deadline, and less than an outage, a loss or a
    danger. Where whoever began the thread says last that it is over, nothing before that counts.
    """
    everything = said(messages)
    if over := _over(messages, everything):
        return UrgencyFound(Urgency.LOW, (over,))
    claims = list(_claims(everything))
    beyond_a_team = [one for one in claims if not _ANY_TEAM.search(one.text, 0, _READ)]
    for level, sentences, patterns in (
        (Urgency.CRITICAL, claims, _CRITICAL),
        (Urgency.CRITICAL, beyond_a_team, (_MANY_CANT,)),
        (Urgency.LOW, everything, (_NO_HURRY,)),
        (Urgency.HIGH, claims, _HIGH),
        (Urgency.LOW, everything, (_MINOR,)),
    ):
        if quotes := _quoted(sentences, patterns):
            return UrgencyFound(level, quotes)
    return UrgencyFound(Urgency.NORMAL)


def _over(messages: Sequence[Message], everything: Sequence[Said]) -> Said | None:
    """What the thread's opener says of its end: in a later message of theirs, which says nothing else.

    Whatever is urgent in that message or after it, whoever says it, goes before.
    """
    own = [
        one for one in everything if messages[one.message].author == messages[everything[0].message].author
    ]
    last = [one for one in own if one.message == own[-1].message != own[0].message]
    since = [one for one in everything if last and one.message >= last[0].message]
    if any(_NOT_ALL_OVER.search(one.text, 0, _READ) for one in last):
        return None
    if _quoted(since, (*_CRITICAL, _MANY_CANT, *_HIGH)):
        return None
    return next(
        (one for one in last if len(one.text.split()) <= _WORDS_OF_AN_END and _OVER.search(one.text)), None
    )


def _claims(sentences: Iterable[Said]) -> Iterator[Said]:
    """What isn't asked about; of a question what stands behind it, such as "How do I log in? urgent"."""
    for one in sentences:
        asked = _ASKS_ABOUT.match(one.text, 0, _READ)
        left = one.text[asked.end() :].strip() if asked else one.text
        if left:
            yield Said(left, one.message)


def _quoted(sentences: Iterable[Said], patterns: Sequence[re.Pattern[str]]) -> tuple[Said, ...]:
    """The first sentences in which a pattern is found; of a very long one just the words."""
    found: dict[Said, None] = {}
    for sentence in sentences:
        hit = next(
            (match for pattern in patterns if (match := pattern.search(sentence.text, 0, _READ))), None
        )
        if hit:
            cut = short(sentence)
            found[sentence if cut == sentence else short(Said(hit.group(), sentence.message))] = None
        if len(found) == MOST_QUOTES:
            break
    return tuple(found)
