"""The real process, killed with SIGKILL while people ask: the soak in small."""

from pathlib import Path

from benchmarks.slack_soak import Soak, soak


async def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path) -> None:
    plan = Soak(questions=50, people=20, channels=10, burst=10, kills=2, drops=2, patience=120)
    found = await soak(plan, tmp_path / "home")
    assert (found.asked, found.answered_once) == (50, 50)
    assert (found.kills, found.drops) == (2, 2)
