"""The Desk's view of the whole: status, spaces and their readers, help, home, what could be asked."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bots.desk.audience import Role
from bots.desk.cards import Card, Reply, Row
from bots.desk.domain import OPEN_SPACE, Caller, Command
from bots.desk.wording import age, count, in_line, shortened
from brain.catalog.tickets.cases import CaseState
from brain.errors import UsageError
from brain.usage.domain import Outcome, Period
from brain.usage.stale import StaleDocument, stale
from ingest.readers.versions import CURRENT

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from bots.desk.verbs import Verb
    from brain.catalog.catalog import Catalog

SHOWN = 5  # of each kind, on a card
LATELY = 7  # days
OLD, CITED_WITHIN, OLD_SHOWN = 365, 90, 3
PROMPTS = 4  # suggested questions
_NUMBER = re.compile(r"^[\d.]+\s+")  # of a heading, such as `2.1`


_WHO = "WHO is a channel, a person or a group; `here` is this channel."
_WANTED = {
    "allow": f"Name one space and who may read it: `spaces allow SPACE WHO`. {_WHO}",
    "deny": f"Name one space and who may not read it any more: `spaces deny SPACE WHO`. {_WHO}",
    "create": "Name one space, in a word: `spaces create hr`.",
    "support": f"Name one space and who is asked about it: `spaces support SPACE WHO`. {_WHO}",
    "auto": "Say `spaces auto on` or `spaces auto off`.",
}
"""What a change of spaces wants, for whoever left some of it out."""


class Overview:
    """What admins look at, and what everyone is greeted with."""

    def __init__(
        self,
        catalog: "Catalog",
        audience: "Audience",
        verbs: "Callable[[], tuple[Verb, ...]]",
        model: Callable[[], Sequence[Row]] = tuple,
    ) -> None:
        self._catalog = catalog
        self._audience = audience
        self._verbs = verbs
        self._model = model

    def help(self, command: Command) -> Reply:
        """The verbs that the caller may use, with examples."""
        role = self._audience.role(command.caller)
        rows = tuple(
            Row(f"{verb.name} {verb.usage}".strip(), verb.does) for verb in self._verbs() if verb.who <= role
        )
        text = (
            "Ask me in your own words: mention me in a channel, write to me directly, or reply to an answer "
            "of mine. For example: “How many vacation days do I get?”, “Summarise the travel policy”, “What "
            "does the handbook say about overtime?”, “What is the difference between a full-time and a "
            "part-time job?” Every sentence of an answer has a source; where the documents don't answer, I "
            "say so. After `/citewise` you can write:"
        )
        return Reply(Card("What I can do", text, rows))

    def status(self, command: Command) -> Reply:
        """Drives, failures, stale documents, queue and index, in one look."""
        catalog = self._catalog
        counts, behind = catalog.counts(), len(catalog.feed.pending_operations(1_000))
        waiting = catalog.inbox.all_waiting()
        failures, today = catalog.failures(), datetime.now(UTC)
        partly = [row for row in catalog.documents() if row.left_out]
        outdated = sum(catalog.readings.waiting(CURRENT).values())
        old = stale(catalog, today - timedelta(days=OLD), today - timedelta(days=CITED_WITHIN))
        rows = [
            Row("Documents", f"{counts.documents:,} with {count(counts.passages, 'passage')}"),
            Row("Drives", count(len(catalog.drives()), "drive")),
            Row("Index", "in step with the catalog" if not behind else f"{behind:,} steps behind"),
            Row("Waiting", f"{count(waiting, 'event')}, {count(catalog.handoffs.waiting(), 'hand-off')}"),
            Row("Open cases", self._open_cases()),
            Row(f"Last {LATELY} days", self._asked_lately()),
            Row("Older than a year", count(len(old), "document")),
            Row("Not readable", count(len(failures), "file")),
            Row("Read in part", count(len(partly), "document")),
            *([Row("To be read anew", count(outdated, "document"))] if outdated else []),
            *self._model(),
            *self._readers_unknown(today),
        ]
        rows += [
            Row(f"⌛ {in_line(found.row.title)}", relied_on(found))
            for found in old[:OLD_SHOWN]
            if found.cited
        ]
        rows += [Row(f"✗ {in_line(failure.path)}", failure.sentence) for failure in failures[:SHOWN]]
        rows += [Row(f"! {in_line(row.path)}", " ".join(row.left_out)) for row in partly[:SHOWN]]
        return Reply(Card("Status", "", tuple(rows)))

    def _readers_unknown(self, today: datetime) -> list[Row]:
        """The channels of which the chat lately did not tell who reads them, and why."""
        unsure = self._catalog.places.unsure(since=(today - timedelta(days=LATELY)).date().isoformat())
        title, closed = "Not known who reads", f"{OPEN_SPACE} counts as closed there"
        rows = [Row(title, f"{closed}. {why}", person=place) for place, why in unsure.items()]
        more = len(rows) - SHOWN
        return [*rows[:SHOWN], *([Row(title, count(more, "more channel"))] if more > 0 else [])]

    def _asked_lately(self) -> str:
        """How many questions came lately and what became of them."""
        since = datetime.now(UTC) - timedelta(days=LATELY)
        lately = Period(since.date(), tuple(self._catalog.asked.since(since)))
        outcomes = [f"{lately.given(outcome):,} {outcome.value}" for outcome in Outcome]
        return (
            f"{count(len(lately.askings), 'question')}: {', '.join(outcomes)}"
            if lately.askings
            else "no questions"
        )

    def _open_cases(self) -> str:
        cases = self._catalog.cases
        opened, replied = (len(cases.listed(state=state)) for state in (CaseState.OPEN, CaseState.REPLIED))
        return (
            f"{count(opened + replied, 'case')}, {replied:,} of them replied to"
            if replied
            else count(opened, "case")
        )

    def spaces(self, command: Command) -> Reply:
        """Who reads what; or a change of it."""
        words = command.words.split()
        if words:
            return self._change(words, command.caller, command.event)
        support, auto = self._catalog.places.support(), self._catalog.places.auto_answer()
        rows, named = [], {*support.values(), *auto}
        for space in self._catalog.spaces():
            readers = sorted(self._catalog.principals(space.name))
            named |= {*readers}
            read = "everyone" if space.name == OPEN_SPACE else ", ".join(readers) or "nobody yet"
            helper = f" · asks {support[space.name]}" if space.name in support else ""
            rows.append(Row(space.name, f"{read}{helper}"))
        if auto:
            rows.append(Row("Answers by itself in", ", ".join(sorted(auto))))
        text = (
            "`spaces allow SPACE WHO`, `spaces deny SPACE WHO`, `spaces create SPACE`, "
            "`spaces support SPACE CHANNEL`, `spaces auto on` or `off`. WHO is a channel, a person or a "
            "group; `here` is this channel."
        )
        return Reply(Card("Spaces and who reads them", text, tuple(rows), people=frozenset(named)))

    def home(self, caller: Caller) -> tuple[Card, ...]:
        """What someone finds when they open the bot: what to ask, what they asked; for admins, the state."""
        prompts = tuple(Row(question) for question in self.prompts(caller))
        cards = [
            Card(
                "Ask me about your documents",
                "Write to me here, mention me in a channel, or use the command. I answer with sources, or "
                "say that I found nothing.",
                prompts,
            )
        ]
        asked = self._catalog.answers.asked_by(caller.person, SHOWN)
        if asked:
            rows = tuple(
                Row(
                    shortened(found.question, 120),
                    age(found.saved) + (" · not found" if found.refused else ""),
                )
                for found in asked
            )
            cards.append(Card("You asked", "", rows))
        if self._audience.role(caller) is Role.ADMIN:
            cards += self._for_admins()
        return tuple(cards)

    def prompts(self, caller: Caller) -> tuple[str, ...]:
        """Questions that could be asked, made from headings of documents that the caller may read."""
        audience = self._audience.of(caller.all_principals if not caller.place else [caller.place])
        found: dict[str, None] = {}
        newest = sorted(self._catalog.documents(), key=lambda row: row.indexed, reverse=True)
        for row in newest:
            if row.space not in audience:
                continue
            if (topic := self._topic(row.id)) and len(topic) <= 60:
                found.setdefault(f"What does “{shortened(row.title, 50)}” say about {topic}?")
            if len(found) == PROMPTS:
                break
        return tuple(found)

    def _topic(self, document_id: int) -> str:
        headings = [
            passage.source.locator.heading[-1]
            for passage in self._catalog.document_passages(document_id)
            if len(passage.source.locator.heading) > 1
        ]
        return _NUMBER.sub("", headings[0]).rstrip("?:. ") if headings else ""

    def _for_admins(self) -> list[Card]:
        drives = tuple(Row(drive.url, drive.space) for drive in self._catalog.drives()[:SHOWN])
        failures = tuple(Row(in_line(f.path), f.sentence) for f in self._catalog.failures()[:SHOWN])
        cards = [Card("Drives", "" if drives else "None yet.", drives)]
        if failures:
            cards.append(Card("Not readable", "", failures))
        return cards

    def _change(self, words: list[str], caller: Caller, event: str) -> Reply:
        """Do what a change of spaces says; UsageError with what it wants where it is incomplete."""
        verb, *rest = [caller.place if word == "here" and caller.place else word for word in words]
        match verb, rest:
            case "allow" | "deny", [space, principal]:
                return self._grant(verb, self._catalog.space(space).name, _principal(principal), caller)
            case "create", [space]:
                made = self._catalog.places.create_space(space, by=caller.person, event=event).name
                return Reply(Card(f"Made the space {made}", "Nobody reads it until `spaces allow` says so."))
            case "support", [space, principal]:
                self._catalog.places.set_support(space, _principal(principal), by=caller.person)
                said = f"Questions about {space} go to {principal}."
                return Reply(Card("Who is asked", said, people=frozenset({principal})))
            case "auto", ["on" | "off" as wanted, *where] if len(where) < 2:
                place = where[0] if where else caller.place
                if ":channel:" not in place:
                    raise UsageError("Say that in the channel that it is meant for, or name the channel.")
                self._catalog.places.set_auto_answer(place, on=wanted == "on", by=caller.person)
                here = "here" if place == caller.place else f"in {place}"
                now = "I answer plain questions" if wanted == "on" else "I no longer answer plain questions"
                sure = " where I am sure" if wanted == "on" else ""
                said = f"{now} {here} by myself{sure}."
                return Reply(Card("Answering unasked", said, people=frozenset({place})))
            case _:
                raise UsageError(
                    _WANTED.get(verb, "Write `spaces` alone: it says what can be changed and how.")
                )

    def _grant(self, verb: str, space: str, principal: str, caller: Caller) -> Reply:
        if space == OPEN_SPACE:
            raise UsageError(
                f"Everyone reads {OPEN_SPACE}, always: put what is not for all into another space."
            )
        new = self._catalog.changes.grant(verb == "allow", caller.person, space, principal)
        may = "may read" if verb == "allow" else "may no longer read"
        if not new:  # also where the order comes again after a crash: nothing says whether that was told
            may = "may read" if verb == "allow" else "may not read"
        said = f"{principal} {may} {space}{'. `undo` takes it back.' if new else ': that was done before.'}"
        return Reply(Card(f"Who reads {space}", said, people=frozenset({principal})))


def relied_on(found: StaleDocument) -> str:
    """How old a document is and how much answers rely on it."""
    said = [age(found.changed), f"cited in {count(found.cited, 'answer')} in {CITED_WITHIN} days"]
    return " · ".join([*said, f"called outdated {found.outdated}×"] if found.outdated else said)


def _principal(word: str) -> str:
    if word.count(":") < 2:
        raise UsageError(f"“{word}” names neither a channel, a person nor a group: pick it from the list.")
    return word
