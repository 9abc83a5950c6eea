"""Patterns of numbers, money, spans and moments, as sentences write them."""

import re

_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half an?"
)
NUMBER = rf"(?:\d[\d.,]*|{_WORDS})"
ABOUT = (
    r"(?:(?:about|around|roughly|up to|at least|at most|more than|less than|only|over|under|nearly|almost"
    r"|exactly|no more than|a maximum of|a minimum of|between) )?"
)
MONEY = rf"(?:(?:€|\$|£|EUR |USD ){NUMBER}|{NUMBER} (?:euros?|dollars?|pounds?|cents))"
SPAN = (
    rf"{NUMBER}(?:[ -](?:to|or|and)[ -]{NUMBER})?[ -](?:(?:working|business|calendar|full) )?"
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WEEKDAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_NO_DAY = "floor|wing|edition|version|week|place|page|grade|level|street|time|century"
MOMENT = (
    rf"(?:(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTHS})|(?:{MONTHS})\b|{_WEEKDAYS}|\d{{1,2}}:\d\d"
    rf"|\d{{1,2}} ?[ap]\.?m|(?:the )?\d{{1,2}}(?:st|nd|rd|th)\b(?! (?:{_NO_DAY}))|noon|midnight"
    r"|(?:in )?(?:19|20)\d\d\b)"
)
_PERIODS = "day|week|month|quarter|year|morning|evening|night|hour|minute|spring|summer|autumn|winter"
WHENEVER = (
    rf"(?:{MOMENT}|{SPAN}|(?:the )?(?:end|beginning|first|last|middle) of (?:the|each|every) \w+"
    rf"|(?:every|each) (?:{_PERIODS}))"
)
LIMIT = re.compile(
    r"[,;:(–—]| (?:and|but|or|if|when|unless|because|so|while|which|that|who|where|plus|including|until) "
)
"""Where a further clause or list begins."""
