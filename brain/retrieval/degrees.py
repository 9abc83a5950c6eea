"""What comparatives ask for: "cheaper" asks for a price, and for the lower one."""

from dataclasses import dataclass

# As documents call it, in columns, headings and sentences.
_MONEY = ("price", "cost", "fee", "eur", "usd", "retail", "amount", "premium")
_LENGTH = ("length", "duration", "long", "weeks", "days", "months", "hours", "years", "time", "period")
_SIZE = ("size", "area", "people", "number", "screen", "dimensions", "diameter")
_DATE = ("date", "when", "time", "deadline", "start", "until", "due", "opening", "hours")
_WEIGHT = ("weight", "mass", "kg")
_SPEED = ("speed", "time", "within", "days", "hours", "reply", "interval", "latency")
_AGE = ("age", "founded", "since", "date", "year")
_HEIGHT = ("height", "maximum", "minimum")


@dataclass(frozen=True, slots=True)
class Degree:
    """Words for what is asked, any of which will do, and whether more of it is, where that is clear."""

    words: tuple[str, ...] = ()
    more: bool | None = None


DEGREES = {
    **dict.fromkeys(("cheaper", "cheapest"), Degree(_MONEY, False)),
    **dict.fromkeys(("dearer", "pricier", "costlier", "expensive"), Degree(_MONEY, True)),
    **dict.fromkeys(("longer", "longest"), Degree(_LENGTH, True)),
    **dict.fromkeys(("shorter", "shortest"), Degree(_LENGTH, False)),
    **dict.fromkeys(("bigger", "biggest", "larger", "largest"), Degree(_SIZE, True)),
    **dict.fromkeys(("smaller", "smallest"), Degree(_SIZE, False)),
    **dict.fromkeys(("heavier", "heaviest"), Degree(_WEIGHT, True)),
    **dict.fromkeys(("lighter", "lightest"), Degree(_WEIGHT, False)),
    **dict.fromkeys(("later", "latest"), Degree(_DATE, True)),
    **dict.fromkeys(("earlier", "earliest", "sooner"), Degree(_DATE, False)),
    # A higher speed is a shorter time, and the older one has the earlier year.
    **dict.fromkeys(("faster", "fastest", "quicker", "slower"), Degree(_SPEED)),
    **dict.fromkeys(("older", "newer"), Degree(_AGE)),
    "higher": Degree(_HEIGHT, True),
    "lower": Degree(_HEIGHT, False),
    **dict.fromkeys(("more", "most"), Degree((), True)),
    **dict.fromkeys(("less", "fewer", "fewest"), Degree((), False)),
    **dict.fromkeys(("better", "best", "worse", "different"), Degree()),
}
BY_VERB = {"cost": _MONEY, "pay": _MONEY, "weigh": _WEIGHT, "last": _LENGTH, "take": _LENGTH}
