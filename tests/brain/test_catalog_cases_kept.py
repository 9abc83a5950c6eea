"""Cases outlive a backup, an older layout and a kill."""

import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from new_cases import new

from brain.catalog.backup import backup, restore
from brain.catalog.catalog import Catalog
from brain.catalog.home import Home
from brain.catalog.schema import APPLICATION_ID
from brain.catalog.tickets.cases import CaseState


def test_cases_are_in_a_backup_and_come_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    with Catalog(home.catalog) as catalog:
        case, _ = catalog.cases.open(new())
        catalog.cases.reply(case.id, "words", by="u:1")
        backup(catalog, tmp_path / "copy.db")
        catalog.cases.resolve(case.id, "later", by="u:1")
    restore(home, tmp_path / "copy.db")
    with Catalog(home.catalog) as catalog:
        found = catalog.cases.find(case.id)
        assert found is not None
        assert (found.reply, found.state) == ("words", CaseState.REPLIED)


def test_a_catalog_of_the_layout_before_cases_keeps_its_content(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    layouts = sorted((files("brain.catalog") / "migrations").iterdir(), key=lambda script: script.name)
    scripts = layouts[:4]
    assert scripts[-1].name == "004_desk.sql"
    with sqlite3.connect(path) as connection:
        for script in scripts:
            connection.executescript(script.read_text())
        connection.execute("INSERT INTO meta VALUES ('identity', 'four')")
        connection.execute(
            "INSERT INTO spaces (name, created) VALUES ('general', '2026-01-01T00:00:00+00:00')"
        )
        connection.execute(
            """INSERT INTO handoffs (trace_id, person, origin, space, support, question, state, opened)
               VALUES ('t', 'p', 'o', 'general', 's', 'q', 'open', '2026-01-01T00:00:00+00:00')"""
        )
        connection.execute("PRAGMA user_version = 4")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    for _ in range(2):
        with Catalog(path) as catalog:
            assert catalog.identity() == "four"
            handoff = catalog.handoffs.find(1)
            assert handoff is not None
            assert handoff.question == "q"
            catalog.cases.open(new())
            assert len(catalog.cases.listed()) == 1
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(layouts),)
    connection.close()


def test_categories_of_the_layout_before_that_differ_only_in_case_become_one(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    scripts = sorted((files("brain.catalog") / "migrations").iterdir(), key=lambda script: script.name)[:6]
    with sqlite3.connect(path) as connection:
        for script in scripts:
            connection.executescript(script.read_text())
        connection.execute("INSERT INTO meta VALUES ('identity', 'six')")
        connection.executemany(
            "INSERT INTO categories VALUES (?, ?, ?)",
            [
                ("vpn", "connecting", ""),
                ("VPN", "", "chat:user:net"),
                ("Badges", "doors", ""),
                ("badges", "", ""),
            ],
        )
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(cases)")]
        for number, category, state in (
            (1, "vpn", "open"), (2, "Vpn", "resolved"), (-1, "vPn", "example"), (3, "", "open"),
            (-2, "mail", "example"), (-3, "Mail", "example"),
        ):  # fmt: skip
            row = dict.fromkeys(columns, "") | {"id": number, "category": category, "state": state}
            row |= {"summary": "[]", "urgency": 2, "vector": b"", "opened": _DAY, "changed": _DAY}
            row["thread"] = str(number)
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO cases ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        connection.execute("PRAGMA user_version = 6")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    with Catalog(path) as catalog:
        assert [(row.name, row.owner) for row in catalog.cases.categories()] == [
            ("Badges", ""), ("Mail", ""), ("VPN", "chat:user:net"),
        ]  # fmt: skip
        assert [(case.id, case.category) for case in catalog.cases.listed()] == [
            (1, "VPN"),
            (2, "VPN"),
            (3, ""),
        ]
        assert catalog.cases.example_counts() == {"Mail": 2, "VPN": 1}


_DAY = "2026-01-01T00:00:00+00:00"
_KILLED = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from brain.catalog.catalog import Catalog
from new_cases import new
catalog = Catalog(Path(sys.argv[1]))
case, _ = catalog.cases.open(new())
catalog.cases.reply(case.id, "the words", by="u:1")
os.kill(os.getpid(), 9)
"""


def test_a_reply_that_was_taken_down_outlives_a_kill_and_is_still_the_first(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    done = subprocess.run([sys.executable, "-c", _KILLED, path, Path(__file__).parent], check=False)
    assert done.returncode == -9
    with Catalog(path) as catalog:
        case = catalog.cases.in_thread("chat:1:t1")
        assert case is not None
        late = catalog.cases.reply(case.id, "others", by="u:2")
        assert late is not None
        assert (late.reply, late.reply_by, late.reply_at) == ("the words", "u:1", "")
        assert catalog.audit.verify().entries == 1
