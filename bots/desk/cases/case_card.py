"""A case as a card: what it is about, how urgent, who takes it, and what each of these rests on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bots.desk.answers import nearest_row, nearest_words, source_rows, stored_sources
from bots.desk.cards import Button, Card, Menu, Row, Style
from bots.desk.caveats import caveats
from bots.desk.wording import age, count, shortened, web_link
from brain.catalog.tickets.cases import Case, CaseState, CategoryRow
from brain.triage.domain import ENOUGH_LABELLED, Category, Similar, Triage, Urgency, text_of
from brain.triage.reasons import Reasons
from brain.triage.similar import similar_cases

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog
    from brain.catalog.questions.answers import StoredAnswer

_UNDECIDED = (
    *("thread", "origin", "trace_id", "opened_by", "category_by", "urgency_by", "owner_by"),
    *("reply", "reply_by", "reply_at", "resolution", "resolved_by"),
)
NO_CATEGORY = "no category"
MENU_HOLDS = 100  # options: as many as each door offers, where it must in several menus
_FIRST_WORDS = 100
_WRITE_IT = "“Edit” lets you write the reply yourself."
_SOLVED_BY = 200


@dataclass(frozen=True, slots=True)
class Suggested:
    """The reply that the documents give, or why there is none that could be sent; its sources.

    `hidden`: there is one, and those who look may not read it. `caveats`: what is to be
    known of it before it is sent.
    """

    text: str
    refused: bool = False
    sources: tuple[Row, ...] = ()
    hidden: bool = False
    caveats: tuple[str, ...] = ()


class CaseCards:
    """Draws cases for those who may see them; what a viewer may not read of them is left out here."""

    def __init__(self, catalog: "Catalog", audience: "Audience") -> None:
        self._catalog = catalog
        self._audience = audience

    def card(
        self,
        case: Case,
        viewers: Collection[str],
        *,
        suggested: Suggested | None = None,
        not_kept: str = "",
        title: str = "Triage",
    ) -> Card:
        """The whole case; `viewers` are the principals whose rights count for what is shown.

        `suggested` is its reply, where that isn't kept. `not_kept` says why nothing can be done with it.
        """
        if suggested is None:
            suggested = self.suggested(case, viewers)
        rows = [
            *([Row("Not kept", not_kept)] if not_kept else []),
            *([self.line(case)] if case.id else []),
            *self._found_out(case, viewers),
            *self._so_far(case),
            *([Row("Before it is sent", " ".join(suggested.caveats))] if suggested.caveats else []),
            *suggested.sources,
        ]
        return Card(
            f"{title}: {case.category or 'no category fits'}",
            _reply(case, suggested),
            tuple(rows),
            buttons=self._buttons(case, suggested) if case.id else (),
            menus=self._menus(case) if case.id else (),
            people=people_of(case),
        )

    def found_out(self, case: Case, viewers: Collection[str]) -> Card:
        """What a case was found to be, and what that rests on."""
        return Card(f"Case {case.id}", rows=self._found_out(case, viewers), people=people_of(case))

    def _found_out(self, case: Case, viewers: Collection[str]) -> tuple[Row, ...]:
        found = Reasons.from_json(case.reasons)
        return (
            Row("Category", self._category(case, found)),
            Row("Urgency", _urgency(case, found)),
            Row("Summary", _summary(case, found)),
            *self._similar(case, found, viewers),
            Row("Owner", self._owner(case, found)),
        )

    def unkept(self, found: Triage, not_kept: str = "") -> Card:
        """A triage that is no case: all of it is shown, and nothing of it can be pressed."""
        ticket, answer, now = found.ticket, found.answer, datetime.now(UTC)
        case = Case(
            **dict.fromkeys(_UNDECIDED, ""),
            id=0,
            place=ticket.place,
            link=ticket.messages[0].link,
            text=text_of(ticket.messages).strip(),
            question=found.question,
            summary=tuple(said.text for said in found.summary),
            category=found.category.name,
            urgency=int(found.urgency.level),
            owner=found.owner.principal if found.owner else "",
            state=CaseState.OPEN,
            opened=now,
            changed=now,
            reasons=Reasons.of(found).to_json(),
        )
        sources = source_rows((citation.number, citation.passage) for citation in answer.citations)
        doubts = () if answer.refused else tuple(caveats(replace(answer, notes=())))
        if answer.refusal is not None:
            said = [near for near in answer.refusal.nearest if near.words]
            sources = tuple(_nearest(nearest_row(near.source, near.words)) for near in said)
        suggested = Suggested(answer.text, answer.refused, sources, caveats=doubts)
        return self.card(case, [case.place], suggested=suggested, not_kept=not_kept)

    def line(self, case: Case) -> Row:
        """A case in a list."""
        parts = [
            f"case {case.id}",
            Urgency(case.urgency).word,
            case.category or "no category",
            self.owner(case) or "nobody's",
            age(case.opened),
            *(["replied to"] if case.state is CaseState.REPLIED else []),
        ]
        return Row(f"“{first_words(case.text)}”", " · ".join(parts), web_link(case.link))

    def suggested(self, case: Case, viewers: Collection[str]) -> Suggested:
        """The reply that was suggested, as far as it is still there and may be read."""
        answer = self._catalog.answers.find(case.trace_id)
        if answer is None:
            return Suggested("The suggested reply is no longer here: triage the thread again.", refused=True)
        if not self._audience.covers(viewers, answer.told_of):
            why = "The suggested reply is from documents that may not be shown here."
            return Suggested(why, refused=True, hidden=True)
        sources, doubts = stored_sources(self._catalog, answer), () if case.reply else self._caveats(answer)
        if near := nearest_words(self._catalog, answer, self._audience.of(viewers)):
            sources = (_nearest(near[1]),)
        return Suggested(answer.text, answer.refused, sources, caveats=doubts)

    def _caveats(self, answer: "StoredAnswer") -> tuple[str, ...]:
        trace = self._catalog.conversations.trace(answer.trace_id)
        steps: Mapping[str, Any] = trace.steps if trace else {}
        return tuple(steps.get("caveats", ()))

    def owner(self, case: Case) -> str:
        """Whose a case is, or who is suggested for it: a category that a person chose brings its owner.

        Whoever was suggested as the owner of another category has nothing to do with it then.
        """
        if case.owner_by or not case.category_by:
            return case.owner
        if named := next((row.owner for row in self._categories() if row.name == case.category), ""):
            return named
        found = Reasons.from_json(case.reasons)
        of_another = found and found.owner and found.owner.category not in ("", case.category)
        return "" if of_another else case.owner

    def _categories(self) -> list[CategoryRow]:
        return self._catalog.cases.categories()

    def _category(self, case: Case, found: Reasons | None) -> str:
        if case.category_by:
            return f"{case.category or 'none'}, as {case.category_by} decided"
        if found is None or found.category.name != case.category:
            return f"{case.category}, as it was found out" if case.category else "no category fits"
        category = found.category
        if not category.name:
            if not self._categories():
                return "no category fits: none is set up yet, an admin does it with `citewise categories add`"
            if not category.among:  # there was none yet, or the ticket has no words
                return "no category fits"
            nearest = f"; the nearest is {category.or_else}" if category.or_else else ""
            return f"no category fits: too little like it was labelled{nearest}"
        or_else = f", or else {category.or_else}" if category.or_else else ""
        return f"{category.name}, {self._like(category.because)}{or_else}{_how_sure(category)}"

    def _like(self, because: Sequence[int]) -> str:
        """What speaks for a category: cases by their numbers, messages that were learnt by their words."""
        if not because:
            return "by its name and description"
        examples = self._catalog.cases.examples(because)
        cases = [str(number) for number in because if number not in examples]
        parts = [f"like case{'' if len(cases) == 1 else 's'} {', '.join(cases)}"] if cases else []
        if examples:
            nearest = next(examples[number].text for number in because if number in examples)
            parts.append(
                f"like {count(len(examples), 'message')} that {'was' if len(examples) == 1 else 'were'} "
                f"learnt: “{shortened(nearest, 80)}”"
            )
        return " and ".join(parts)

    def _similar(self, case: Case, found: Reasons | None, viewers: Collection[str]) -> list[Row]:
        """Earlier cases of the same place: for those who are in it, and not for whoever has this one."""
        if not case.place:
            return [Row("Similar", "cases are compared within a channel")]
        if case.place not in viewers and not self._audience.sees_all_places(viewers):
            return []
        rows = []
        for similar in found.similar if found else self._like_this(case):
            other = self._catalog.cases.find(similar.case_id)
            # The triager looks only at cases of the same place; another one must not be shown here at all.
            if other is None or other.id == case.id or not other.place or other.place != case.place:
                continue
            if self._catalog.places.is_closed(other.thread):
                continue
            solved = f" · solved by: “{shortened(other.resolution, _SOLVED_BY)}”" if other.resolution else ""
            about = f"case {other.id}, {similar.score:.0%} alike · {other.state}{solved}"
            rows.append(Row(f"Similar: “{first_words(other.text)}”", about, web_link(other.link)))
        return rows or [Row("Similar", "no earlier case here is like it")]

    def _like_this(self, case: Case) -> tuple[Similar, ...]:
        """Similar cases, from the vectors that are kept."""
        held = self._catalog.cases.comparable(self._catalog.embedder_identity() or "", [case.place])
        own = next((one.vector for one in held if one.id == case.id), None)
        return () if own is None else similar_cases(own, [one for one in held if one.id != case.id])

    def _owner(self, case: Case, found: Reasons | None) -> str:
        owner = self.owner(case)
        if case.owner_by:
            return f"{owner}, as {case.owner_by} decided"
        if not owner:
            return "nobody is named for this" + (": `Assign` gives it to somebody" if case.id else "")
        if found is not None and found.owner is not None and found.owner.principal == owner:
            return f"{owner} could take it: {found.owner.why}"
        return f"{owner} could take it" + (f": owns {case.category}" if owner != case.owner else "")

    def _so_far(self, case: Case) -> list[Row]:
        """What people did with it."""
        rows = []
        if case.reply:
            done = "was sent by" if case.reply_at else "is on its way, sent by"
            rows.append(Row("Reply", f"{done} {case.reply_by}"))
        if case.state is CaseState.RESOLVED:
            how = f": “{shortened(case.resolution, _SOLVED_BY)}”" if case.resolution else ""
            rows.append(Row("Closed", f"by {case.resolved_by}{how}"))
        return rows

    def _buttons(self, case: Case, suggested: Suggested) -> tuple[Button, ...]:
        ref, found = str(case.id), list[Button]()
        if case.reply and not case.reply_at:
            found.append(Button("case_send", "Send again", ref, Style.PRIMARY))
        if case.state is not CaseState.RESOLVED:
            if case.place and not case.reply:
                if not suggested.refused:
                    found.append(Button("case_send", "Send reply", as_shown(case), Style.PRIMARY))
                found.append(Button("case_edit", "Edit", as_shown(case)))
            found.append(Button("case_assign", "Assign", ref))
            found.append(Button("case_resolve", "Resolve", ref))
        return tuple(found)

    def _menus(self, case: Case) -> tuple[Menu, ...]:
        """What a person may correct; the urgency as long as it matters."""
        category = self._categories_menu(case)
        found = [category] if category else []
        if case.state is not CaseState.RESOLVED:
            levels = tuple(level.word for level in Urgency)
            chosen = Urgency(case.urgency).word
            found.append(Menu("case_urgency", "Urgency", str(case.id), levels, chosen))
        return tuple(found)

    def _categories_menu(self, case: Case) -> Menu | None:
        """All categories to choose from; where there are too many, those that could fit first."""
        found = Reasons.from_json(case.reasons)
        names = [row.name for row in self._categories()]
        if case.category and case.category not in names:
            names.append(case.category)
        if not names:
            return None
        likely = [case.category, *([found.category.or_else] if found else [])]
        if len(names) >= MENU_HOLDS:
            names = [*(name for name in dict.fromkeys(likely) if name in names), *names]
            names = sorted(list(dict.fromkeys(names))[: MENU_HOLDS - 1])
        return Menu(
            "case_category",
            "Category",
            str(case.id),
            (NO_CATEGORY, *names),
            case.category or NO_CATEGORY,
        )


def as_shown(case: Case) -> str:
    """What a button is about that acts on the suggested reply: the case, and which reply the card showed."""
    return f"{case.id}:{case.trace_id}"


def people_of(*cases: Case) -> frozenset[str]:
    """The principals that cases name."""
    named = (
        (
            *(case.owner, case.owner_by, case.category_by, case.urgency_by, case.reply_by, case.resolved_by),
            *(found.people if (found := Reasons.from_json(case.reasons)) else ()),
        )
        for case in cases
    )
    return frozenset(principal for some in named for principal in some if principal)


def _reply(case: Case, suggested: Suggested) -> str:
    """The reply under a word that says what it is, or why there is none and what to do then."""
    if case.reply and not suggested.hidden:
        return f"Reply:\n{case.reply}"
    if not suggested.refused:
        return f"Suggested reply:\n{suggested.text}"
    writable = case.id and case.place and not case.reply and case.state is not CaseState.RESOLVED
    return f"{suggested.text}\n\n{_WRITE_IT}" if writable else suggested.text


def _nearest(row: Row) -> Row:
    return replace(row, text=f"Nearest: {row.text}")


def first_words(text: str) -> str:
    """What a ticket begins with."""
    return shortened(text, _FIRST_WORDS)


def _how_sure(category: Category) -> str:
    """How sure a category is, where that can be told from what it was compared with, or why it can't."""
    if category.sure_means_something:
        share = int(category.sure * 10) * 10  # it's not known any closer
        return "; over 90 % sure" if share >= 90 else f"; about {share} % sure"
    if not category.labelled:
        return ""
    if category.labelled < ENOUGH_LABELLED:
        return f"; {count(category.labelled, 'labelled ticket')} of it: too few to say how sure"
    kinds = "the only category" if category.among == 1 else f"one of {category.among} categories"
    return f"; {kinds}: too few to say how sure"


def _urgency(case: Case, found: Reasons | None) -> str:
    word = Urgency(case.urgency).word
    if case.urgency_by:
        return f"{word}, as {case.urgency_by} decided"
    if found is None or found.urgency != case.urgency:
        return word
    said = ", ".join(f"“{shortened(words, 120)}”" for words in found.urgent_words)
    return f"{word}: {said or 'no words of urgency'}"


def _summary(case: Case, found: Reasons | None) -> str:
    """Verbatim sentences, after those of one person who said them."""
    if found is None:
        return " ".join(f"“{text}”" for text in case.summary) or "nothing that could be summed up"
    parts, before = list[str](), ""
    for author, words in found.summary:
        if before and author != before:
            parts.append(f"({before})")
        parts.append(f"“{words}”")
        before = author
    return " ".join([*parts, f"({before})"] if before else parts) or "nothing that could be summed up"
