"""What a chat's `why` tells of a reranker: that it was at work, to admins its name, scores and failures."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from desk_kit import LEAVE, SALARIES, desk_home
from desk_orders import ANA, BOSS, run

from brain.errors import ModelUnavailable
from brain.reranking.cross_encoder import CrossEncoder
from brain.reranking.reranker import Reranker

NAME = "/models/of-ours"


class Told:
    """Reads pairs as it is told to."""

    def __init__(self, tell: Callable[[Sequence[str]], list[float]]) -> None:
        self._tell = tell

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return self._tell(texts)


def down(_: Sequence[str]) -> list[float]:
    raise ModelUnavailable("It is down.")


@pytest.mark.parametrize(
    ("tell", "plain", "told"),
    [
        (lambda texts: [0.25] * len(texts), "reads each passage with the question", "put them in order"),
        (down, "stayed as the search had it", "failed: It is down."),
    ],
)
async def test_people_are_told_plainly_and_admins_its_name_and_scores(
    tmp_path: Path, tell: Callable[[Sequence[str]], list[float]], plain: str, told: str
) -> None:
    reranker = Reranker(NAME, CrossEncoder(reader=Told(tell)))
    with desk_home(tmp_path, reranker=reranker) as here:
        here.home.fill({"leave.md": LEAVE, "salaries.md": SALARIES})
        await here.ask(ANA, "How many days of annual leave do employees get?")
        people, admin = await run(here, ANA, "why"), await run(here, BOSS, "why")
    assert plain in people.text
    assert NAME not in people.text
    assert people.rows == ()
    rows = {row.text: row.detail for row in admin.rows}
    assert rows["Reranker"] == f"{NAME} {told}"
    assert any("reranker 0.25" in detail for detail in rows.values()) is (tell is not down)
