"""What is told of a suggested reply that may not answer the ticket."""

from dataclasses import replace
from pathlib import Path

from desk_kit import person
from desk_orders import card
from triage_kit import KIM, QUESTION, ordered, pressed, ref_of, rows, said, support_home

from bots.desk import Command, Desk
from bots.desk.caveats import UNSURE
from brain.triage.domain import Request, Triage
from brain.triage.triager import Triager


async def test_what_is_unsure_of_the_suggested_reply_is_told_before_it_is_sent(tmp_path: Path) -> None:
    with support_home(tmp_path) as here:
        home = here.home
        parts = (home.catalog, home.embedder.embeddings, home.embedder.identity, home.brain().invoke)

        def unsure(request: Request) -> Triage:
            found = Triager(*parts).invoke(request)
            return replace(found, answer=replace(found.answer, sure=False))

        assert "Before it is sent" not in rows(await ordered(here, KIM, "", QUESTION))
        desk = Desk(here.catalog, home.brain, triage=unsure)
        other = person("UKIM", place="CHELP", thread="t9")
        shown = card(await desk.run(Command("triage", "", other, messages=(said(QUESTION),))))
        assert "27 days" in shown.text
        assert rows(shown)["Before it is sent"] == UNSURE
        ref = ref_of(shown)
        assert rows(await ordered(here, other, ref))["Before it is sent"] == UNSURE
        await pressed(here, other, "case_send", ref)
        assert "Before it is sent" not in rows(await ordered(here, other, ref))
