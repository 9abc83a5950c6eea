"""What people write to a bot that no document answers: "hi", "thanks!", "who are you?", "are you sure?"."""

import re
from collections.abc import Sequence

from brain.domain import RefusalReason, Turn
from brain.text.terms import fold

LONGEST = 200  # characters; what is longer tells of something


def _ways(lines: str) -> str:
    """A pattern of alternatives, one a line."""
    return f"({'|'.join(line.strip() for line in lines.splitlines() if line.strip())})"


_THAT = "(that|this|it)"
_IS = "('s| is| was)( (just|simply|really|very|completely|totally|so))*"
_HELLO = (
    _ways("""
        hi+|hello|hey+|hiya|yo|howdy|greetings|hallo|moin|bonjour|hola
        good (morning|afternoon|evening|day)
        guten (tag|morgen|abend)|servus|gruss gott|salut|bonsoir|coucou
        buen(os|as) (dias|tardes|noches)|buenas|ciao|buongiorno|bom dia|ola
        hoi|goede(n)?(morgen|middag|avond)|hej|god (morgon|morgen)|dzien dobry|czesc
    """)
    + "( (citewise|there|all|team|everyone|everybody|folks|guys|bot|ai|again|mate))*"
)
_OPENING = _ways("""
    how are (you|things)( doing| feeling)?( today)?
    how('s| is) (it|everything) going
    what('s|s) up
    (a )?quick (one|question)
    (i have|i've got) a( quick)? question
    can i ask (you )?(something|a question)
    (can you )?(please )?help( me)?( please)?
    i need (some |your )?help
    (is )?any(one|body) there
""")
_NOD = _ways(rf"""
    ok(ay)?|k|yes|yep|yeah|no|nope|sure|fine|right|all ?right|correct|exactly|indeed
    absolutely|maybe|of course
    not (really|at all)|no idea|i don't know|never ?mind|nvm|forget it
    done|got it|will do|sounds good|makes sense|understood|i see|agreed|please
    cool|great|perfect|nice|super|awesome|excellent
    lol|(ha){{2,}}|h+m+|ah+|oh+|wow|oops|test(ing)?
    (good)?bye|(see|talk to) (you|ya)( later| soon| tomorrow| around)?
    {_THAT}{_IS} (right|correct|true)
""")
_THANK = (
    "((vielen |herzlichen |besten )?dank|danke( (schon|sehr|dir|ihnen))?|merci( (beaucoup|bien))?"
    "|(muchas |mil )?gracias|grazie( mille)?|dank (je|u)( wel)?|bedankt|(muito )?obrigad[oa]"
    "|tack( sa mycket)?|(mange )?tak|dziekuje|(many )?thanks|thank (you|u)|thx|ty|ta|cheers"
    "|(i )?(really )?appreciate (it|that))"
)
_PRAISE = _ways(rf"""
    (good|great|nice|well|excellent|perfect) (bot|job|answer|work|done|stuff|to know)
    {_THAT}({_IS})? ?(helped|helps|helpful|great|perfect|useful|all)( me)?( a lot)?
    you('re| are) (great|the best|awesome|amazing|a star)
""")
_FOR_WHAT = _ways(rf"""
    all|again|everyone|guys|team|mate|man|bot|ai|citewise
    a lot|a million|so much|very much|kindly|indeed|in advance
    for (your |the |that |all )*(help|helping( me)?|answer|info|information|that|it|this)
    {_PRAISE}
""")
_SOMEONE = (
    "(an? )?(real |actual )?(human( being)?|person|robot|bot|chat ?bot|machine|computer|program|ai|llm|gpt"
    "|chat ?gpt|claude|gemini|copilot|alive|real)"
)
_DOCUMENTS = "(documents|docs|files|sources)"
_SORTS = "((kind|sort|type)s? of )?(topics|things|subjects|questions)"
_CITEWISE = _ways(rf"""
    (who|what)( exactly)? are you( and what (do|can) you do)?
    (what is|what's|do you have a|what is your|what's your|your) name
    what (should|can|do) (i|we|people|they) call you
    who (made|built|created|programmed|designed|developed|runs|owns) you
    (are you|you are|you're|is this|am i (talking|speaking) (to|with)) {_SOMEONE}( or {_SOMEONE})?
    (something )?about yourself|introduce yourself
    what (else |all )?(can|do) you do( for (me|us))?
    what are you (able to do|for|good at)
    what (can|could) you ((help|assist)( me| us)? with|answer|tell (me|us))
    how (can|could) you (help|assist)( me| us)?
    what (can|could|should|may) (i|we) ask( you)?( about)?
    (what|which) {_SORTS} (do|can) you (know|answer)( about)?
    (what|which) {_SORTS} (can|may) i ask( you)?( about)?
    what do you know( about)?
    how (do|can) (i|we) use you|how do(es this bot| you) work
    (what|which|how many) {_DOCUMENTS} (do you (have|know|search|use|read)|are there)
    (list|show)( me)?( all)?( the| your)? {_DOCUMENTS}
    ((can|could|may) i|i('d like| would like| want| need) to) (talk|speak|chat) (to|with) {_SOMEONE}
""")
_MINE = "((my|our|these|the) (question|message|chat|conversation)s?|what (i|we) (ask|write|say|type))"
_KEPT = _ways(rf"""
    (do|will|can) you (store|save|keep|log|record|remember|track|share|read) (all )?{_MINE}( to)?( you)?
    who( else)? (can|could|may) (see|read) {_MINE}( to)?( you)?( here)?
    (are|is) ({_MINE}|this( chat| conversation)?) (private|confidential|anonymous|recorded|logged|stored|kept)
""")
_RETOLD = _ways("""
    again|once more|one more time|more|briefly|shorter|simpler|differently
    in (short|detail|more detail|other words|a nutshell)
    in (one|a|two|three|\\d) (\\w+ )?(sentence|word|line)s?
    (in|into|to) ((plain|simple|simpler|easy) )?(english|german|french|spanish|words|terms|language)
""")
_NOT_IT = "not (right|correct|true|it|helpful|what i (asked|meant|wanted)( for)?)"
_ANSWER = _ways(rf"""
    (are )?you (really |quite |very )?(sure|certain)( (about|of) {_THAT})?|really|seriously
    says who|who (says|wrote|said|made)( so| {_THAT})|(any |the )?sources?|proof|citation needed
    how do you know( that)?
    where (does it say|is it written|does it stand|(do|did) you (get|have|know|find)) (so|{_THAT})( from)?
    where does (that|this) (stand|come from)|where is (that|this) (from|written)
    (say|explain|repeat|put|rephrase|summari[sz]e|translate|shorten|simplify) {_THAT}( {_RETOLD})*
    repeat( what you( just)? said)?|{_RETOLD}|tl ?dr|too long|an? (shorter|simpler) (answer|version)
    (no )?{_THAT}{_IS} (wrong|incorrect|false|nonsense|useless|unhelpful|{_NOT_IT})|{_NOT_IT}
    you('ve| have)? already (told|said|answered)( me)?( {_THAT})?
    you('re| are) wrong|you (misunderst(oo|an)d|(did not|didn't) understand)( me)?
    what do you mean( by that)?|what|huh|sorry|pardon
    i (don't|do not|didn't|did not) (understand|get)( {_THAT})?
    how (old|recent|current|up to date) is {_THAT}
    when was {_THAT}( last)? (updated|written|changed|reviewed|edited|modified|published)( last)?
    is {_THAT}( still)? (up to date|current|true|correct|right|outdated)
""")
_FRAME = _ways("""
    so|and|but|please
    ((can|could|would|will) you )?(please )?tell me( if| whether)?
    (can|could|would|will) you
    (i (want|would like|'d like) to|let me|may i|do you) know( if| whether)?
""")
_AROUND = re.compile(rf"^({_HELLO} )?({_FRAME} )*|( please| {_THANK})*$")
_KINDS = (
    (RefusalReason.NOT_A_QUESTION, re.compile(f"({_NOD}( |$))*")),
    (RefusalReason.THANKS, re.compile(f"({_NOD} )*({_THANK}( {_FOR_WHAT})*|{_PRAISE})")),
    (RefusalReason.GREETING, re.compile(f"({_HELLO}( |$))?({_OPENING}( |$))*")),
    (RefusalReason.ABOUT_KEEPING, re.compile(_KEPT)),
    (RefusalReason.ABOUT_CITEWISE, re.compile(_CITEWISE)),
    (RefusalReason.ABOUT_ANSWER, re.compile(_ANSWER)),
)
_CITED = re.compile(r"\[\d+\]")
# What goes before and after a question in a letter: "Hello Ben, …", "… Kind regards, Anna".
_SALUTATION = re.compile(
    r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b(?: [\w.-]+){0,2}\s*[,!:\n]\s*(?=\w)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?<=[.?!\n])\s{0,9}(?:(?:(?:many|kind|best|warm) )?"
    r"(?:thanks|thank you|thx|cheers|regards|greetings|wishes)|best)\b[^?]{0,60}$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]")
_MARKS = re.compile(r"[^\w']+|_+")


def chatter_in(text: str, history: Sequence[Turn] = ()) -> RefusalReason | None:
    """Why the words are nothing for the documents; None where they may be.

    "Are you sure?" is about the last answer; where there was none, it is no question.
    """
    reason = _reason(text)
    if reason is RefusalReason.NOT_A_QUESTION and text.rstrip().endswith("?") and _WORD.search(text):
        reason = RefusalReason.ABOUT_ANSWER  # "sure?", "right?"
    if reason is not RefusalReason.ABOUT_ANSWER:
        return reason
    asked = without_chatter(history)
    return reason if asked and _CITED.search(asked[-1].answer) else RefusalReason.NOT_A_QUESTION


_LESS = re.compile(
    r"in short|in brief|in a nutshell|briefly|shorter|shorten (it|that|this)|tl ?dr|too long"
    r"|an? shorter (answer|version)|in (one|a|two|three|\d) (\w+ )?(sentence|word|line)s?"
    r"|summari[sz]e (it|that|this)( (again|briefly|in short|in (one|a|two|three) (\w+ )?(sentence|line)s?))*"
)


def wants_less(text: str) -> bool:
    """Whether the last answer is to be told in fewer words."""
    words = _MARKS.sub(" ", fold(text)).strip()
    return bool(_LESS.fullmatch(_AROUND.sub("", words) or words))


def without_courtesies(text: str) -> str:
    """The question without the salutation and the closing of a letter; all of it where that is all."""
    bare = _CLOSING.sub("", _SALUTATION.sub("", text, count=1), count=1).strip()
    return bare or text


def without_chatter(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that a follow-up can lean on."""
    return tuple(turn for turn in history if _reason(turn.question) is None)


def _reason(text: str) -> RefusalReason | None:
    words = _MARKS.sub(" ", fold(text)).strip()
    if len(words) > LONGEST:
        return None
    for said in (words, _AROUND.sub("", words) or words):
        for reason, pattern in _KINDS:
            if pattern.fullmatch(said):
                return reason
    return None
