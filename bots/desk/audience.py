"""Who may read what: decided here for everything that leaves the Desk, before anything is looked up."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from bots.desk.domain import OPEN_SPACE, OWNER, PRIVATE, Caller

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.catalog.questions.answers import StoredAnswer
    from brain.catalog.tickets.cases import Case


class Role(IntEnum):
    """What someone may do; each may do what those before it may."""

    ALL = 0
    SUPPORT = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class Audience:
    """The rights that the catalog holds, and the admins that the settings name."""

    catalog: "Catalog"
    admins: frozenset[str] = frozenset()

    def of(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read. Raises UsageError for a space that does not exist.

        What everyone may read is not for a place alone where people from outside are, too: only what was
        allowed to it by name.
        """
        held = frozenset(principals)
        wanted = frozenset(self.catalog.space(name).name for name in spaces)
        if OWNER in held:
            allowed = frozenset(space.name for space in self.catalog.spaces())
        else:
            allowed = self.catalog.readable_by(held)
            if not held or held - self.catalog.places.outside(held):
                allowed |= {OPEN_SPACE}
        return allowed & wanted if wanted else allowed

    def role(self, caller: Caller) -> Role:
        """What the caller may do: somebody from outside no more than all, whatever place they speak in."""
        if caller.person in self.admins or OWNER in caller.own:
            return Role.ADMIN
        if self.is_outsider(caller):
            return Role.ALL
        helpers = frozenset(self.catalog.places.support().values())
        if helpers & caller.all_principals or self._has_cases(caller, helpers):
            return Role.SUPPORT
        return Role.ALL

    def is_outsider(self, caller: Caller) -> bool:
        """Whether the caller is from outside, or counts as that: what a place may do, they may not."""
        return bool(self.catalog.places.outside([caller.person]))

    def is_admin(self, caller: Caller) -> bool:
        """Whether the caller looks after all spaces and places."""
        return self.role(caller) is Role.ADMIN

    def may_see_case(self, caller: Caller, case: "Case") -> bool:
        """Whether a case may be shown to the caller: in its place, to those whose it is, to admins.

        What one person alone saw is not even an admin's to see, but for the owner of the home folder. What
        was said where not all of the place are let in is shown in that very thread.
        """
        if OWNER in caller.own or self.owns_case(caller, case):
            return True
        if not case.place or self.sees_all_places([caller.person]):
            return bool(case.place)
        let_in = caller.thread == case.thread or not self.catalog.places.is_closed(case.thread)
        return case.place == caller.place and let_in

    def sees_all_places(self, principals: Iterable[str]) -> bool:
        """Whether one of these is an admin, or the owner of the home folder."""
        return not (self.admins | {OWNER}).isdisjoint(principals)

    def owns_case(self, caller: Caller, case: "Case") -> bool:
        """Whether a case is the caller's: they opened it, or somebody gave it to them (or to their group).

        An owner who was only suggested has no rights by that.
        """
        return case.opened_by == caller.person or self._was_given(caller, case)

    def _was_given(self, caller: Caller, case: "Case") -> bool:
        return bool(case.owner_by) and case.owner in caller.all_principals

    def _has_cases(self, caller: Caller, helpers: frozenset[str]) -> bool:
        """Whether someone is to take care of an open case: they need what support people may do for it.

        So does whoever opened one in a channel of support, and goes on with it in a direct message: there,
        Discord tells what a mention leads to.
        """
        return self.catalog.cases.in_hand(caller.person, caller.all_principals, helpers)

    def may_see(self, caller: Caller, answer: "StoredAnswer", *, searched: bool = False) -> bool:
        """Whether an answer may be shown to the caller; with `searched`, also what it was chosen from."""
        if answer.thread.startswith(PRIVATE) and answer.asker != caller.person:
            return False
        return self.covers(caller.all_principals, answer.spaces if searched else answer.told_of)

    def covers(self, principals: Iterable[str], spaces: Collection[str]) -> bool:
        """Whether these principals may read all these spaces."""
        return frozenset(spaces) <= self.of(principals)
