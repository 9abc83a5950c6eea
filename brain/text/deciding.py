"""What decides: minutes and their decisions, and sentences that say that something was decided.

A mail of a day, or a caretaker's log, tells what was; it is no answer to what was decided then.
"""

import re

from brain.text.folding import fold

# Names of what is of a meeting, or of what it brought.
_MEETING = re.compile(
    r"\b(?:minutes|\w*meetings?|deci[ds]\w*|agree[ds]?|agreements?|resolved|resolutions?|discuss\w*|boards?"
    r"|committees?|councils?|trustees|governors|assembl(?:y|ies)|round|round ?tables?"
    r"|stand-?ups?|retro\w*|jour fixe"
    r"|steering|working group|task force|weekly|protokoll\w*|\w*sitzung\w*|\w*versammlung\w*|besprech\w*"
    r"|\w*besprechung\w*|\w*beschl[uo]\w*|entsch[ie]+d\w*|vereinbar\w*|absprache\w*|runde|\w+runde|ausschuss\w*"
    r"|vorstand\w*|gremium|konferenz\w*|(?:auf|bei|ver)\w*rat|betriebsrat\w*|gemeinderat\w*|stadtrat\w*"
    r"|personalrat\w*|elternbeirat\w*|aufsichtsrat\w*|reunion\w*|compte rendu|proces-verbal"
    r"|assemblee\w*|conseil"
    r"|comite|convenu|actas?|acord\w*|acuerd\w*|junta|consejo|comision|asamblea)\b"
)
_TOLD_TO_ALL = re.compile(r"\b(?:announc\w*|news|newsletters?|notices?|aushang|aushange|mitteilung\w*)\b")
# A heading, or a line that is one, under which is told what was decided; and one under which is talked.
_DECISIONS = re.compile(
    r"(?:\w+ )?(?:decisions?(?: (?:taken|made|and (?:tasks|actions?(?: items)?)))?|decided"
    r"|resolved|resolutions?|agreed|agreements?"
    r"|beschlusse|beschlossen|entscheidungen|vereinbarungen|decisions prises|acuerdos"
    r"|decisiones|resoluciones)"
)
_TALK = re.compile(
    r"(?:\w+ )?(?:discussions?|reports?(?: and updates)?|updates?|present|attend(?:ance|ees)"
    r"|participants|apologies"
    r"|agenda|next meeting|next steps|questions|any other business|aob|background|diskussion|aussprache"
    r"|berichte?|anwesend\w*|teilnehmer\w*|tagesordnung|nachste sitzung|nachstes treffen|verschiedenes"
    r"|presents|discussion|ordre du jour|prochaine reunion|asistentes|debate|orden del dia|proxima reunion)"
)
_LINE_OF_PEOPLE = re.compile(
    r"\W*(?:present|attend(?:ing|ees|ance)|apologies|absent|chair|minutes(?: taken)?"
    r"|in attendance|next meeting"
    r"|date|time|place|from|to|cc|subject|anwesend\w*|entschuldigt|teilnehmer\w*|leitung|protokoll\w*|datum|ort|zeit"
    r"|nachste\w* (?:sitzung|treffen)|presents?|excuses?|prochaine reunion|asistentes"
    r"|proxima reunion)\b[^:.]{0,24}:"
    r"|\W*the next (?:meeting|session) (?:is|will be|takes place)\b"
)
_DECIDES = re.compile(
    r"\b(?:(?:was|were|has|have|had|been|we|they|i|it|who|board|committee|council|team|meeting|governors|trustees"
    r"|management|everyone|all|group|unanimously|also|finally|therefore|jointly|then|now|and)\s+"
    r"(?:decided|agreed|approved|adopted|voted|resolved (?:to|that|unanimously)|concluded)"
    r"|(?:decision|resolution|agreement|beschluss|entscheidung|acuerdo|resolucion)\s*(?:(?=:)"
    r"|(?:was|is) (?:to|that))"
    r"|(?:decided|agreed|voted|resolved) (?:to|that|on|unanimously|against)"
    r"|(?:board|committee|council|team|meeting|governors|trustees|management|group|everyone|all|we)\s+"
    r"(?:decides?|agrees?|approves?|adopts?|resolves?) (?:to|that|on|the|a|an)"
    r"|(?:decides|agrees|resolves) (?:to (?!the\b)|that|on)"
    r"|(?:wurde|wurden|haben?|hat|worden|wird|ist|und|einstimmig)\b[^.!?]{0,120}\b(?:beschlossen|entschieden|vereinbart)"
    r"|beschloss(?:en)?|(?:a|ont|avons|ete|est)\s+(?:ete\s+)?(?:decide\w?|convenu\w?|adopte\w?|approuve\w?)"
    r"|(?:se|hemos|han|ha|fue)\s+(?:decidi\w+|acord\w+|aprob\w+))\b"
)
_NOT_YET = re.compile(
    r"\b(?:(?:nothing|none|no decision|not|never|n't|yet|cannot|nor)\b[^.!?;]{0,30}"
    r"\b(?:decided|agreed|approved|adopted|voted|resolved|made|taken|reached)|(?:to|must|will"
    r"|can|should|may) be "
    r"(?:decided|agreed|approved)|(?:nichts|noch nicht|kein\w*|nicht)\b[^.!?;]{0,30}"
    r"(?:beschlossen|entschieden|vereinbart|beschluss)|(?:n'a|n'ont|rien n)\b[^.!?;]{0,20}(?:decide|convenu)"
    r"|(?:no|nada) (?:se |fue )?(?:ha |han )?(?:decidi|acord))"
)
_HEADING_LENGTH = 60


def is_of_meeting(names: str) -> bool:
    """Whether names of sections, titles or columns are those of a meeting, or of what was decided."""
    return bool(_MEETING.search(_plain(names)))


def is_told_to_all(names: str) -> bool:
    """Whether they are those of announcements and news."""
    return bool(_TOLD_TO_ALL.search(_plain(names)))


def decides(sentence: str) -> bool:
    """Whether a sentence says that something was decided; not that it was not, or will be."""
    folded = fold(sentence)
    return bool(_DECIDES.search(folded)) and not _NOT_YET.search(folded)


def of_decisions(line: str) -> bool | None:
    """Whether a line is the heading of decisions (True) or of talk (False); None where it is neither."""
    if len(line) > _HEADING_LENGTH:
        return None
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", fold(line))
    if _DECISIONS.fullmatch(bare):
        return True
    return False if _TALK.fullmatch(bare) else None


def is_of_decisions(heading: str) -> bool:
    """Whether what stands under a heading was decided."""
    return of_decisions(heading) is True


def is_of_form(line: str) -> bool:
    """Whether a line of minutes tells who was there, or when the next ones are: nothing was decided by it."""
    return bool(_LINE_OF_PEOPLE.match(fold(line)))


def _plain(names: str) -> str:
    return fold(names).replace("_", " ")
