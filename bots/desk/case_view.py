"""Cases as one person may see them: found by number, drawn with what this process knows of the why."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from bots.desk.cards import Card
from bots.desk.case_card import CaseCards
from bots.desk.parts import Caller
from brain.catalog.cases import Case
from brain.triage.domain import Triage

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog

UNKNOWN = Card("I don't know of this case here", "`triage list` shows those that you can see.")
REMEMBERED = 100  # triages of which this process knows the reasons too
LONGEST_NUMBER = 15  # digits of a case's number that are still looked up


class CaseView:
    """The cases of one catalog, to whoever may see them."""

    def __init__(self, catalog: "Catalog", audience: "Audience") -> None:
        self.cards = CaseCards(catalog, audience)
        self._catalog = catalog
        self._audience = audience
        self._found: OrderedDict[int, Triage] = OrderedDict()
        self._finding = Lock()

    def find(self, ref: str, caller: Caller) -> Case | None:
        """The case of that number, if it is the caller's to see."""
        if not ref.isdecimal() or len(ref) > LONGEST_NUMBER:
            return None
        case = self._catalog.cases.find(int(ref))
        return case if case and self._audience.may_see_case(caller, case) else None

    def card(self, case: Case, caller: Caller) -> Card:
        """The whole case, for the caller alone."""
        return self.cards.card(case, viewers(case, caller), found=self._found.get(case.id))

    def card_for(self, case: Case, principal: str, title: str) -> Card:
        """The whole case, to be delivered to a person, a group or a channel."""
        return self.cards.card(case, [principal], found=self._found.get(case.id), title=title)

    def remember(self, case_id: int, found: Triage) -> None:
        """Keep why, to be shown again; after a restart a card tells what is kept, without all of the why."""
        with self._finding:
            self._found[case_id] = found
            self._found.move_to_end(case_id)
            while len(self._found) > REMEMBERED:
                self._found.popitem(last=False)


def viewers(case: Case, caller: Caller) -> frozenset[str]:
    """Whose rights count for what the caller is shown of a case.

    Who opened it was shown it with the rights of its place, and goes on with it wherever they are: where a
    platform shows nothing to one person alone in a channel, in a direct message.
    """
    opened = case.opened_by == caller.person and case.place
    return caller.all_principals | {case.place} if opened else caller.all_principals
