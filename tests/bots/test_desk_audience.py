"""Random people, random channels, rights that change: nothing of a closed space reaches who may not read.

Every document holds a word that stands nowhere else, so that a leak of one is seen in whatever form it comes:
answer, title, count, quote, card, trace, error, hand-off.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from desk_kit import ADMIN, DeskHome, desk_home, person

from bots.desk import Caller, Command, Final, Press
from bots.desk.cards import Reply
from brain.errors import UsageError

CASES = 2_400
SPACES = ("general", "hr", "legal", "board", "lab")
SUBJECTS = ("launch code", "travel budget", "office key", "salary review", "printer password")
PEOPLE = [f"U{number}" for number in range(6)]
GROUPS = ["slack:group:S1", "slack:group:S2"]
BUTTONS = ["quotes", "share", "person", "helpful", "not_helpful", "claim", "keep"]
VERBS = ["why", "help", "status", "spaces", "gaps"]
CHANNELS = ["C1", "C2", "C3", "CHELP", "COUT"]
OUTSIDE = "slack:channel:COUT"  # people of other organisations are in it


def secret(space: str, subject: str) -> str:
    return f"zq{space[:2]}{subject[:3]}x"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHome]:
    with desk_home(tmp_path_factory.mktemp("home")) as found:
        for number, space in enumerate(SPACES):
            documents = {}
            for subject in SUBJECTS[: number + 1]:
                word = secret(space, subject)
                documents[f"{word}.md"] = f"# {subject} {word}\n\n## On {word}\n\nThe {subject} is {word}.\n"
            found.home.fill(documents, space)
        found.catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UBOSS")
        found.catalog.places.set_support("lab", OUTSIDE, by="slack:user:UBOSS")
        found.catalog.places.set_outside(OUTSIDE, outside=True)
        yield found


class World:
    """What happened so far: who may read what, and which answers were seen by whom."""

    def __init__(self, here: DeskHome, seed: int) -> None:
        self.here = here
        self.chance = random.Random(seed)
        self.answers: list[tuple[str, Caller]] = []
        self.checked = Counter[str]()

    def caller(self) -> Caller:
        groups = self.chance.sample(GROUPS, self.chance.randint(0, 2))
        place = self.chance.choice([*CHANNELS, ""])
        return person(
            self.chance.choice(PEOPLE), *groups, place=place, thread=f"t{self.chance.randint(1, 3)}"
        )

    def change_a_right(self) -> None:
        everyone = [
            *GROUPS,
            *(f"slack:user:{name}" for name in PEOPLE),
            *(f"slack:channel:{c}" for c in CHANNELS),
        ]
        places = self.here.catalog.places
        change = self.chance.choice([places.allow, places.deny])
        change(self.chance.choice(SPACES[1:]), [self.chance.choice(everyone)], by=ADMIN)

    def may_read(self, *principals: str) -> set[str]:
        """Worked out here from the catalog's lists, without the Desk's own code."""
        catalog, everyones = self.here.catalog, set() if set(principals) == {OUTSIDE} else {"general"}
        return everyones | {name for name in SPACES if catalog.principals(name) & set(principals)}

    def assert_silent(self, shown: object, *principals: str) -> None:
        readable, told = self.may_read(*principals), repr(shown).lower()
        hidden = [secret(s, subject) for s in SPACES if s not in readable for subject in SUBJECTS]
        assert [word for word in hidden if word in told] == []

    def assert_reply_silent(self, reply: Reply, caller: Caller) -> None:
        place = [caller.place] if caller.place else []
        self.assert_silent((reply.card, reply.more), *caller.own, *place)
        for delivery in reply.elsewhere:
            self.assert_silent(delivery.card, delivery.to.split("/")[0])

    async def ask(self, caller: Caller) -> None:
        private = self.chance.random() < 0.3
        if not private and caller.place and not self.may_read(caller.place):
            with pytest.raises(UsageError, match="other organisations"):
                await self.here.ask(caller, f"What is the {self.chance.choice(SUBJECTS)}?")
            return
        asked = caller.asks(f"What is the {self.chance.choice(SUBJECTS)}?", private=private)
        parts = [part async for part in self.here.desk.ask(asked)]
        seen_by = caller.own if private or not caller.place else {caller.place}
        final = parts[-1]
        assert isinstance(final, Final)
        trace = {**asdict(final.answer)["trace"]["steps"]}
        self.assert_silent((parts, trace), *seen_by)
        refusal = final.answer.refusal
        if refusal:
            readable = self.may_read(*seen_by)
            assert set(refusal.spaces) == readable
            assert refusal.documents_searched == sum(SPACES.index(space) + 1 for space in readable)
        if final.more_privately:
            assert self.may_read(*caller.own) - self.may_read(*seen_by)
        self.answers.append((final.answer.trace.id, caller))

    async def press(self, caller: Caller, action: str) -> None:
        trace_id, asker = self.chance.choice(self.answers)
        # Mostly the asker or someone in the same place; at times anyone who got hold of the id.
        who = asker if self.chance.random() < 0.5 else caller
        fields = {"reason": "wrong", "words": "no"} if action == "not_helpful" else {}
        self.assert_reply_silent(await self.here.desk.press(Press(action, trace_id, who, fields)), who)

    async def run(self, caller: Caller, line: str) -> None:
        verb, _, words = line.partition(" ")
        self.assert_reply_silent(await self.here.desk.run(Command(verb, words, caller)), caller)

    async def step(self) -> None:
        caller, roll = self.caller(), self.chance.random()
        if roll < 0.15 or not self.answers:
            self.checked["ask"] += 1
            return await self.ask(caller)
        if roll < 0.35:
            return self.change_a_right()
        if roll < 0.75:
            action = self.chance.choice(BUTTONS)
            self.checked[action] += 1
            return await self.press(caller, action)
        if roll < 0.93:
            word = secret(self.chance.choice(SPACES), self.chance.choice(SUBJECTS))
            verb = self.chance.choice([*VERBS, f"documents {word[:2]}", f"remove {word}"])
            self.checked[verb.split()[0]] += 1
            return await self.run(caller, verb)
        self.checked["home"] += 1
        shown = (await self.here.desk.home(caller), await self.here.desk.prompts(caller))
        place = [caller.place] if caller.place else []
        return self.assert_silent(shown, *caller.own, *place)


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_of_a_closed_space_reaches_who_may_not_read_it(here: DeskHome, seed: int) -> None:
    world = World(here, seed)
    for _ in range(CASES // 3):
        await world.step()
    assert min(world.checked[name] for name in ("ask", "quotes", "share", "person", "why", "home")) > 10


async def test_what_is_allowed_is_said(here: DeskHome) -> None:
    """The test above would pass on a Desk that says nothing at all."""
    here.catalog.places.allow("hr", ["slack:user:U9"], by="admin")
    final = await here.ask(person("U9"), "What is the travel budget?")
    assert secret("hr", "travel budget") in final.answer.text
    reply = await here.desk.press(Press("quotes", final.answer.trace.id, person("U9")))
    assert secret("hr", "travel budget") in repr(reply)
