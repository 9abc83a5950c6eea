"""Run `python -m benchmarks.chaos [--kills 200]`: citewise serve, killed at random moments among busy people.

The real `citewise serve` follows a drive that changes, and is on a fake Slack and a fake Discord at once.
People ask, edit, delete, press, hand on, take, answer, share, triage; admins add, allow and undo. Meanwhile
calls fail (429, 500, also after they had their effect), sockets drop, the drive goes away, the disk is full
(where a small file system can be mounted), a day passes, and the process is ended by SIGKILL again and again,
while it starts, too. In the end everything must have happened once, and index = catalog = drive.

With `--kills 0` it only shows what a long life costs: memory, open files and threads.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.changing_drive import ChangingDrive
from benchmarks.killed_serve import PRELOADED, command, costs, fill, mounted, noon
from benchmarks.recording import record

if TYPE_CHECKING:
    from benchmarks.chaos_discord import DiscordCrowd
    from benchmarks.chaos_slack import SlackCrowd

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/bots/slack", "tests/bots/discord", "tests/bots", "tests/brain")
LEAVE = """# Leave

## Annual leave

Full-time employees get 27 days of paid annual leave in a calendar year. Up to five unused days can be
carried over until 31 March of the next year.

## Parental leave

Parents get 16 weeks of fully paid parental leave after six months of service.
"""
_PATIENCE = 420.0
_AT_ONCE = 25  # questions that wait on a platform


@dataclass(frozen=True)
class Chaos:
    """How much happens: `life` is the longest that a process lives, in seconds; `pause` between two deeds."""

    kills: int = 200
    life: float = 12.0
    pause: float = 0.15
    deeds: int = 0
    seed: int = 1


@dataclass
class Found:
    """What came of it; `faults` should be empty."""

    kills: int = 0
    full_disks: int = 0
    drives_gone: int = 0
    drops: int = 0
    failed_calls: int = 0
    drive_changes: int = 0
    days_passed: int = 0
    deeds: dict[str, int] = field(default_factory=dict)
    slack: dict[str, int] = field(default_factory=dict)
    discord: dict[str, int] = field(default_factory=dict)
    home: dict[str, Any] = field(default_factory=dict)
    costs: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Storm:
    """One home, two platforms, many people, and what goes wrong."""

    def __init__(self, plan: Chaos, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.chance = random.Random(plan.seed)
        self.found = Found()
        self.home, self.root = folder / "disk" / "home", folder / "drive"
        self.home.parent.mkdir()
        self.can_fill = mounted(self.home.parent)
        self.ballast, self.away = self.home.parent / "ballast", folder / "away"
        self.root.mkdir()
        (self.root / "leave.md").write_text(LEAVE)
        (self.root / "more").mkdir()
        self.drive = ChangingDrive(self.root / "more", self.chance, 16)
        for _ in range(10):
            self.drive.create()
        self._process: Any = None
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))

    async def carry_out(self) -> Found:
        """Everything, from an empty home to the check of what is left."""
        from fake_discord import FakeDiscord
        from fake_slack import APP_TOKEN, BOT_TOKEN

        from benchmarks.chaos_discord import DiscordCrowd
        from benchmarks.chaos_people import DIGESTS
        from benchmarks.chaos_slack import SlackCrowd, StatusSlack

        began, on_slack = time.monotonic(), self.plan.seed % 2 == 1
        async with StatusSlack(redelivery=2.0) as slack, FakeDiscord() as discord:
            crowds = (
                SlackCrowd(self.chance, on_slack, slack),
                DiscordCrowd(self.chance, not on_slack, discord),
            )
            digests = f"slack:channel:{DIGESTS[0]},discord:channel:{DIGESTS[1]}"
            self.environment = {
                "CITEWISE_HOME": str(self.home), "CITEWISE_CONTROL_PORT": "0", "CITEWISE_DIGEST": digests,
                "CITEWISE_ADMINS": "slack:user:UADMIN", "CITEWISE_WORKING_DAYS": "mon-sun", "TZ": noon(),
                "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url,
                "DISCORD_BOT_TOKEN": discord.settings["bot_token"], "DISCORD_API_URL": f"{discord.url}/api",
                "DISCORD_GATEWAY_URL": discord.gateway_url, "DISCORD_CDN_URL": f"{discord.url}/cdn",
                "CHAOS_LOG": str(self.folder / "log"),
            }  # fmt: skip
            await self._run(
                ("spaces", "create", "hr"),
                ("drives", "add", str(self.root), "--settle", "0.3s", "--every", "20s"),
                ("categories", "add", "leave"), ("drives", "sync"),
            )  # fmt: skip
            help_ = "slack:channel:CHELP" if on_slack else "discord:channel:3002"
            await slack.command("UADMIN", f"spaces support general {help_}", "CADMIN")
            people = asyncio.create_task(self._people(*crowds))
            try:
                if self.plan.kills:
                    await self._kill_on(people, *crowds)
                else:
                    await self._live_on(people)
                people.cancel()
                with suppress(asyncio.CancelledError):
                    await people
                await self._settle(*crowds)
            finally:
                people.cancel()
                self._kill()
            await self._check()
            for crowd in crowds:
                name = "slack" if crowd is crowds[0] else "discord"
                setattr(self.found, name, dict(crowd.check()))
                self.found.deeds |= {f"{name} {deed}": count for deed, count in crowd.done.items()}
                self.found.faults += [f"{name}: {fault}" for fault in crowd.faults]
        self.found.drive_changes = self.drive.changes
        self.found.seconds = round(time.monotonic() - began, 1)
        return self.found

    # People, and what goes wrong

    async def _people(self, slack: "SlackCrowd", discord: "DiscordCrowd") -> None:
        from fake_discord import Fault as DiscordFault
        from fake_slack import Fault as SlackFault

        chance, found = self.chance, self.found
        while not self.plan.deeds or sum((slack.done + discord.done).values()) < self.plan.deeds:
            crowd = chance.choice([slack, discord])
            if sum(not crowd.complete(asked) for asked in crowd.asked[-_AT_ONCE:]) == _AT_ONCE:
                await asyncio.sleep(0.1)  # they wait for what they asked
                continue
            await crowd.act()
            if chance.random() < 0.04 and self.root.exists():
                with suppress(FileNotFoundError):  # the drive went away meanwhile
                    self.drive.change()
            if self.plan.kills and chance.random() < 0.04:
                status, after = chance.choice([(429, False), (500, False), (500, True), (503, True)])
                method = chance.choice(
                    ["chat.startStream", "chat.stopStream", "chat.postMessage", "chat.update",
                     "chat.postEphemeral", "conversations.replies", "conversations.history"]
                )  # fmt: skip
                slack.slack.faults.append(
                    SlackFault(method, 1, status=status, retry_after=0.2, afterwards=after)
                )
                found.failed_calls += 1
            if self.plan.kills and chance.random() < 0.04:
                method = chance.choice(["POST", "PATCH", "GET"])
                status, after = chance.choice(
                    [(429, False), (500, False), (500, True), (502, True), (0, True)]
                )
                path = "/channels/[0-9]+/messages"
                discord.discord.faults.append(DiscordFault(method, path, status=status, after=after))
                found.failed_calls += 1
            if self.plan.kills and chance.random() < 0.01:
                discord.discord.forgets_sessions = chance.random() < 0.3
                await chance.choice([slack.slack, discord.discord]).drop()
                found.drops += 1
            await asyncio.sleep(self.plan.pause * 2 * chance.random())

    async def _kill_on(
        self, people: "asyncio.Task[None]", slack: "SlackCrowd", discord: "DiscordCrowd"
    ) -> None:
        """Start it and kill it, with all that may be the matter while it lives."""
        while self.found.kills < self.plan.kills:
            if people.done():
                people.result()
            self._start("serve")
            trouble = self.chance.choices(["none", "disk", "drive", "held"], [8, 1, 1, 1])[0]
            if self.chance.random() < 0.3:  # while it starts
                await asyncio.sleep(self.chance.uniform(0.1, 4.0))
            else:
                await self._connected(slack, discord)
                await asyncio.sleep(self.chance.uniform(0.0, self.plan.life))
            await self._make(trouble, slack, discord)
            if self.chance.random() < 0.5:  # half of the time the trouble is over before the kill
                self._clear_up()
                await asyncio.sleep(self.chance.uniform(0.0, 2.0))
            self._kill()
            self._clear_up()
            self.found.kills += 1
            if self.found.kills % max(1, self.plan.kills // 4) == 0:
                self._let_a_day_pass()
            print(f"{self.found.kills} kills, {len(slack.asked) + len(discord.asked)} asked", file=sys.stderr)

    @staticmethod
    async def _connected(slack: "SlackCrowd", discord: "DiscordCrowd") -> None:
        """Wait until both platforms have it, a minute at most: something may be the matter."""
        with suppress(TimeoutError):
            async with asyncio.timeout(60.0):
                while not (slack.slack._sockets and discord.discord._sockets):
                    await asyncio.sleep(0.05)

    async def _make(self, what: str, slack: "SlackCrowd", discord: "DiscordCrowd") -> None:
        """Let something be the matter for a while."""
        from fake_discord import Fault as DiscordFault
        from fake_slack import Fault as SlackFault

        if what == "disk" and self.can_fill:
            fill(self.ballast)
            self.found.full_disks += 1
            await asyncio.sleep(self.chance.uniform(0.5, 6.0))
        elif what == "drive":
            self.root.rename(self.away)
            self.found.drives_gone += 1
            await asyncio.sleep(self.chance.uniform(0.5, 6.0))
        elif what == "held":  # it has its effect, and no answer before the kill
            slack.slack.faults.append(SlackFault("chat.postMessage", 1, held=True))
            discord.discord.faults.append(DiscordFault("POST", "/channels/[0-9]+/messages", held=True))

    def _clear_up(self) -> None:
        self.ballast.unlink(missing_ok=True)
        if self.away.exists():
            self.away.rename(self.root)

    def _let_a_day_pass(self) -> None:
        """Hand-offs that stand are three days old from now on: those who have them are to be reminded."""
        before = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        with sqlite3.connect(self.home / "catalog.db", timeout=30) as connection:
            connection.execute("UPDATE handoffs SET opened = ? WHERE thread <> ''", (before,))
            connection.execute("UPDATE handoffs SET taken = ? WHERE taken <> ''", (before,))
        connection.close()
        self.found.days_passed += 1

    async def _live_on(self, people: "asyncio.Task[None]") -> None:
        """Let it live as long as people do something, and look at what it takes."""
        self._start("serve")
        while not people.done():
            await asyncio.sleep(5.0)
            self.found.costs.append(costs(self._process.pid))

    # The end

    async def _settle(self, slack: "SlackCrowd", discord: "DiscordCrowd") -> None:
        slack.slack.faults.clear()
        discord.discord.faults.clear()
        if self.plan.kills:
            self._start("serve")
        ending, quiet = time.monotonic() + _PATIENCE, 0
        while time.monotonic() < ending and quiet < 8:
            await asyncio.sleep(0.5)
            unanswered = [a for crowd in (slack, discord) for a in crowd.asked
                          if not a.deleted and not crowd.complete(a)]  # fmt: skip
            quiet = 0 if slack.slack._unacked or unanswered or self._left() else quiet + 1
        await asyncio.to_thread(self._process.terminate)
        await asyncio.to_thread(self._process.join, 40.0)

    def _left(self) -> int:
        """Events that are not done; of those that wait for a later time, too."""
        with suppress(sqlite3.Error):
            connection = sqlite3.connect(self.home / "catalog.db", timeout=30)
            try:
                row = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()
                return int(row[0])
            finally:
                connection.close()
        return 1

    async def _check(self) -> None:
        """Index = catalog = drive, an unbroken audit log, and nothing done twice."""
        sync = ("drives", "sync", str(self.root))
        await self._run(sync)
        await self._run(("drives", "confirm", str(self.root), "--yes"), sync)  # the brake may hold removals
        if await self._run(("verify",)) or await self._run(("audit", "--verify")):
            self.found.faults.append("verify or audit --verify failed: see the log")
        connection = sqlite3.connect(self.home / "catalog.db")

        def rows(query: str) -> list[Any]:
            return connection.execute(query).fetchall()

        stored = dict(rows("SELECT path, content_hash FROM documents JOIN drives ON drives.id = drive_id "
                           "WHERE documents.removed IS NULL AND url LIKE 'file:%'"))  # fmt: skip
        wanted = ChangingDrive(self.root, self.chance, 0).hashes()
        if stored != wanted:
            self.found.faults.append(f"the catalog differs: {sorted(dict(stored.items() ^ wanted.items()))}")
        checks = {
            "events are stuck": "SELECT id, kind, state FROM inbox WHERE state <> 'done'",
            "hand-offs of one answer": "SELECT trace_id FROM handoffs GROUP BY trace_id HAVING count(*) > 1",
            "audited twice": """SELECT action, object FROM audit WHERE json_extract(detail, '$.change')
                IS NOT NULL GROUP BY action, json_extract(detail, '$.change') HAVING count(*) > 1""",
            "granted twice": """SELECT json_extract(target, '$.principal') FROM changes WHERE kind = 'allow'
                GROUP BY 1 HAVING count(*) > 1""",
            "kept twice": """SELECT title FROM changes WHERE state IN ('done', 'undone')
                AND json_extract(target, '$.name') LIKE 'answers/%' GROUP BY title
                HAVING count(*) > (SELECT count(*) FROM handoffs WHERE state = 'kept')""",
            "replied twice": """SELECT object FROM audit WHERE action = 'reply to' GROUP BY 1
                HAVING count(*) > 1""",
        }
        self.found.faults += [f"{what}: {found}" for what, query in checks.items() if (found := rows(query))]
        for table in ("traces", "handoffs", "feedback", "audit", "changes", "inbox", "cases"):
            self.found.home[table] = rows(f"SELECT count(*) FROM {table}")[0][0]
        # Cut short too often: their person was told to press once more.
        left = "SELECT count(*) FROM changes WHERE state = 'confirmed'"
        self.found.home["changes to confirm again"] = rows(left)[0][0]
        self.found.home["hand-offs by state"] = dict(rows("SELECT state, count(*) FROM handoffs GROUP BY 1"))
        connection.close()

    # Processes

    def _start(self, *words: str) -> None:
        self._process = self._context.Process(target=command, args=(self.environment, words))
        self._process.start()

    async def _run(self, *lines: Sequence[str]) -> int:
        process = self._context.Process(target=command, args=(self.environment, *lines))
        process.start()
        await asyncio.to_thread(process.join)
        return process.exitcode or 0

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()


def main() -> None:
    """Carry it out as the command line changes it, print and keep what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option in ("kills", "life", "pause", "deeds", "seed"):
        usual = getattr(Chaos, option)
        parser.add_argument(f"--{option}", type=type(usual), default=usual)
    plan = Chaos(**vars(parser.parse_args()))
    sys.path[:0] = [str(ROOT / folder) for folder in TESTS]
    folder = Path(tempfile.mkdtemp(prefix="citewise-chaos-"))
    storm = Storm(plan, folder)
    found = asyncio.run(storm.carry_out())
    shown = {**asdict(found), "costs": [*found.costs[:2], *found.costs[-2:]]}
    print(json.dumps(shown, indent=2))
    record("chaos" if plan.kills else "long_life", [asdict(found)], plan=asdict(plan))
    if found.faults:
        print(f"What is left of it, to look into: {folder}")
        sys.exit(1)
    if storm.can_fill:
        subprocess.run(["umount", str(storm.home.parent)], check=True)
    subprocess.run(["rm", "-rf", str(folder)], check=True)


if __name__ == "__main__":
    main()
