"""A spreadsheet's values as people see them: decimals, percent, currency, leading zeros, a unit behind."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

# A currency's sign may be followed by where it is used: `[$€-407]` is the euro in Germany.
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
# Colours and conditions; room as wide as a sign, and a sign that fills a cell.
_UNSEEN = re.compile(r"\[[^\]]*\]|_.|\*.|\\(?=.)")
_PART = re.compile(r'"[^"]*"|[#0?][#0?.,]*|.')
_LONGEST_UNIT = 20
# Spreadsheets know fifteen figures of a number, and show thirty behind its point.
_LARGEST, _LONGEST_PATTERN = 1e15, 60
_EXACT = Context(prec=100)


def shown_value(value: object, form: str) -> str:
    """A cell's value in words; a percentage as such, a date without a time of midnight."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            # Hours are counted on beyond a day: `[h]:mm`.
            minutes = round(abs(value).total_seconds() / 60)
            return f"{'-' if value < timedelta() else ''}{minutes // 60}:{minutes % 60:02}"
        case float() | int():
            return shown_number(float(value), form)
        case _:
            return str(value)


def shown_number(value: float, form: str) -> str:
    """The number in its format's first section; as it is where that holds codes for anything else."""
    section = _CURRENCY.sub(lambda found: f'"{found[1]}"', form.split(";")[0])
    pattern, around = None, ["", ""]
    for part in _PART.findall(_UNSEEN.sub("", section)):
        if part[0] in "#0?":
            if pattern is not None:
                return _plain(value)
            pattern = part
        elif part.isalpha() or part in "/@":
            return _plain(value)
        else:
            around[pattern is not None] += part.strip('"')
    # A comma behind the digits shows thousands: the number itself says more.
    if pattern is None or pattern.rstrip(".").endswith(",") or sum(map(len, around)) > _LONGEST_UNIT:
        return _plain(value)
    if not abs(value) < _LARGEST or len(pattern) > _LONGEST_PATTERN:
        return _plain(value)
    number = _rounded(value * 100 if "%" in section else value, pattern)
    minus = "-" if value < 0 and number.strip("0.") else ""
    return f"{minus}{around[0]}{number}{around[1]}".strip()


def _rounded(value: float, pattern: str) -> str:
    whole, _, decimals = pattern.partition(".")
    step = Decimal(1).scaleb(-len(decimals))
    number = f"{Decimal(f'{abs(value):.15g}').quantize(step, ROUND_HALF_UP, _EXACT):f}"
    before, _, behind = number.partition(".")
    while len(behind) > decimals.count("0") and behind.endswith("0"):
        behind = behind[:-1]
    return before.zfill(whole.count("0")) + (f".{behind}" if behind else "")


def _plain(value: float) -> str:
    return f"{value:.15g}" if value.is_integer() else f"{value:.10g}"
