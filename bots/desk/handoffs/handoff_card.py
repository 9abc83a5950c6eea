"""A question that was handed to people as they see it: the request, the reminder, and how far it has come."""

from collections.abc import Callable, Collection

from bots.desk.cards import Button, Card, Row, Standing, Style
from bots.desk.wording import shortened
from brain.catalog.chats.handoffs import Asker, Handoff


def key_of(handoff: Handoff, what: str) -> str:
    """What a message of a hand-off is delivered under: once, whatever is killed or pressed twice."""
    return f"handoff-{handoff.id}-{handoff.opened.isoformat()}-{what}"


def request_card(handoff: Handoff, why: str, sources: tuple[Row, ...]) -> Card:
    """The request: `why` it came to people, and what of the documents was nearest."""
    title = f"Someone needs a person: “{shortened(handoff.question, 300)}”"
    return Card(title, why, (*_so_far(handoff), *sources), buttons=_buttons(handoff))


def reminder_card(handoff: Handoff) -> Card:
    """What all that were asked are reminded with; once somebody took it, what became of it."""
    about = shortened(handoff.question, 200)
    if handoff.helper:
        return Card(f"I reminded you of “{about}”", rows=_so_far(handoff), buttons=_buttons(handoff))
    return Card(
        f"Still waiting for a person: “{about}”",
        "Nobody has taken this question yet. I remind you only this once.",
        _so_far(handoff),
        buttons=_buttons(handoff),
    )


def standing(handoff: Handoff, request: Callable[[Handoff], Card]) -> tuple[Standing, ...]:
    """The messages that it has among those who were asked, as they are to be shown now."""
    found = []
    if handoff.card:
        found.append(Standing(handoff.card, key_of(handoff, "request"), request(handoff)))
    if handoff.reminder_card:
        found.append(Standing(handoff.reminder_card, key_of(handoff, "helpers"), reminder_card(handoff)))
    return tuple(found)


def has_moved_on(handoff: Handoff) -> bool:
    """Whether it no longer is as it was when it was opened."""
    return bool(handoff.helper or handoff.others)


def goes_to(handoff: Handoff) -> str:
    """Whom the words of a person go to: `the channel`, `the 2 people`."""
    places = {asker.origin for asker in handoff.askers if ":channel:" in asker.origin}
    alone = sum(asker.origin not in places for asker in handoff.askers)
    found = ["the channel" if len(places) == 1 else f"the {len(places)} places"] if places else []
    found += ["the person" if alone == 1 else f"the {alone} people"] if alone else []
    return " and ".join(found)


def told_where(handoff: Handoff) -> dict[str, tuple[str, ...]]:
    """The places where those who asked are told, each once, with whom it is for there."""
    found: dict[str, tuple[str, ...]] = {}
    for asker in handoff.askers:
        found[asker.origin] = (*found.get(asker.origin, ()), asker.person)
    return found


def was_told_in(places: Collection[str], asker: Asker) -> bool:
    """Whether someone was told it in one of these places (principals): all there have read it."""
    return asker.origin.partition("/")[0] in places


def _so_far(handoff: Handoff) -> tuple[Row, ...]:
    rows = []
    if handoff.helper:
        rows.append(Row("Taken by" if handoff.waits else "Answered by", person=handoff.helper))
    if handoff.others:
        rows.append(
            Row("Waiting for it" if handoff.waits else "Asked for by", f"{len(handoff.askers)} people")
        )
    return tuple(rows)


def _buttons(handoff: Handoff) -> tuple[Button, ...]:
    answer = Button("reply", "Answer", str(handoff.id))
    if handoff.helper:
        return (answer,)
    return (Button("claim", "I take it", str(handoff.id), Style.PRIMARY), answer)
