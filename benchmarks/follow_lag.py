"""`python -m benchmarks.follow_lag [--rounds 20]`: from a change on a drive until it can be answered from.

The keeper follows a real folder with the default embedder and 5 s of settling. Files are created, changed,
moved and deleted at random moments, and a search is tried every 50 ms until it shows the change.
With `--poll` the drive is looked at each 10 s instead of listening to events.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.recording import percentile, record, show

FILES = 60
POLL_SECONDS = 10.0
_PATIENCE_SECONDS = 120.0


def measure(rounds: int, *, poll: bool, settle: float, seed: int) -> list[dict[str, Any]]:
    """Seconds for each kind of change."""
    from bots.settings import load_settings
    from bots.wiring import Citewise
    from ingest.options import DriveOptions

    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="citewise-lag-") as place:
        drive = Path(place) / "drive"
        drive.mkdir()
        for number in range(FILES):
            (drive / f"{number}.md").write_text(f"# Note {number}\n\nThe word is plain{number}word.\n")
        with Citewise(load_settings(Path(place) / "home"), create=True) as citewise:
            every = POLL_SECONDS if poll else 300.0
            options = DriveOptions(every=every, settle=settle, poll=poll)
            drive_id = citewise.drives.add(str(drive), "general", options).id
            citewise.warm_up()
            citewise.keeper.start()

            def shown(word: str, *documents: str) -> float:
                return _until(lambda: _found(citewise, word) == set(documents))

            _until(lambda: citewise.catalog.followed.of(drive_id).documents == FILES)
            _until(lambda: not citewise.keeper.status()[0].pending)
            time.sleep(2 * settle)
            seconds: dict[str, list[float]] = {"create": [], "change": [], "move": [], "delete": []}
            for turn in range(rounds):
                time.sleep(chance.uniform(0, 3))
                file, moved = drive / f"new{turn}.md", drive / f"moved{turn}.md"
                one, two = f"quokka{turn}one", f"quokka{turn}two"
                file.write_text(f"# New {turn}\n\nThe word is {one}.\n")
                seconds["create"].append(shown(one, file.name))
                file.write_text(f"# New {turn}\n\nThe word is {two}.\n")
                seconds["change"].append(shown(two, file.name))
                file.rename(moved)
                seconds["move"].append(shown(two, moved.name))
                moved.unlink()
                seconds["delete"].append(shown(two))
            own = citewise.keeper.status()[0]
            citewise.keeper.stop()
    rows = [
        {
            "what": kind,
            "mode": "polling" if poll else "events",
            "times": len(values),
            "p50 s": round(percentile(values, 0.5), 2),
            "p95 s": round(percentile(values, 0.95), 2),
            "most s": round(max(values), 2),
        }
        for kind, values in seconds.items()
    ]
    told = {"what": "as `citewise drives` tells", "mode": rows[0]["mode"], "times": len(own.known.lags)}
    return [*rows, {**told, "p50 s": own.lag_p50, "p95 s": own.lag_p95, "most s": max(own.known.lags)}]


def _found(citewise: Any, word: str) -> set[str]:
    hits = citewise.index.keyword("general", [word], 5)
    held = citewise.catalog.passages(number for number, _ in hits)
    return {passage.source.document for passage in held.values()}


def _until(condition: Callable[[], bool]) -> float:
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise TimeoutError("a change was never seen")
        time.sleep(0.05)
    return time.perf_counter() - began


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--settle", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poll", action="store_true", help=f"look each {POLL_SECONDS:g} s instead")
    given = parser.parse_args()
    rows = measure(given.rounds, poll=given.poll, settle=given.settle, seed=given.seed)
    show("From change to answer", rows, f"{given.settle:g} s of settling are part of create and change.")
    name = "follow_lag_polled" if given.poll else "follow_lag"
    print(f"Written to {record(name, rows, settle_seconds=given.settle)}")


if __name__ == "__main__":
    main()
