"""Cases as one person may see them: found by number, drawn with why they were found to be what they are."""

from typing import TYPE_CHECKING

from bots.desk.audience import Role
from bots.desk.cards import Card
from bots.desk.cases.case_card import CaseCards
from bots.desk.domain import Caller, number_in
from brain.catalog.tickets.cases import Case

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog

UNKNOWN = Card("I don't know of this case here", "`triage list` shows those that you can see.")


class CaseView:
    """The cases of one catalog, to whoever may see them."""

    def __init__(self, catalog: "Catalog", audience: "Audience") -> None:
        self.cards = CaseCards(catalog, audience)
        self._catalog = catalog
        self._audience = audience

    def find(self, ref: str, caller: Caller) -> Case | None:
        """The case of that number (as a button has it: `12`, or `as_shown`), if it is the caller's to see."""
        case = self.numbered(ref)
        return case if case and self._audience.may_see_case(caller, case) else None

    def numbered(self, ref: str) -> Case | None:
        """The case of that number, whoever asks: what comes of it must not be shown."""
        return self._catalog.cases.find(number_in(ref.partition(":")[0]))

    def card(self, case: Case, caller: Caller) -> Card:
        """The whole case, for the caller alone."""
        return self.cards.card(case, viewers(case, caller))

    def card_for(self, case: Case, principal: str, title: str) -> Card:
        """The whole case, to be delivered to a person, a group or a channel."""
        return self.cards.card(case, [principal], title=title)

    def why(self, trace_id: str, caller: Caller) -> Card | None:
        """What the case rests on that an answer was suggested for: to people of support who may see it."""
        case = self._catalog.cases.of_answer(trace_id)
        if case is None or self._audience.role(caller) < Role.SUPPORT:
            return None
        if not self._audience.may_see_case(caller, case):
            return None
        return self.cards.found_out(case, viewers(case, caller))


def viewers(case: Case, caller: Caller) -> frozenset[str]:
    """Whose rights count for what the caller is shown of a case.

    Who opened it was shown it with the rights of its place, and goes on with it wherever they are: where a
    platform shows nothing to one person alone in a channel, in a direct message.
    """
    opened = case.opened_by == caller.person and case.place
    return caller.all_principals | {case.place} if opened else caller.all_principals
