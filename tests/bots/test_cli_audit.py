"""`citewise audit` on a home of its own."""

import json
from pathlib import Path

from command_kit import Run

from brain.catalog.catalog import Catalog


def test_the_log_is_shown_verified_and_a_touch_is_found(here: Run, tmp_path: Path) -> None:
    home = tmp_path / ".citewise"
    home.mkdir()
    with Catalog(home / "catalog.db") as catalog:
        catalog.audit.append("chat:user:U1", "add done", "Leave\x1b[2J", {"space": "hr"})
    shown = here("audit")
    assert "Leave[2J" in shown.out
    assert json.loads(here("audit", "--json").out)[0]["detail"] == '{"space": "hr"}'
    sound = here("audit", "--verify")
    assert (sound.code, "1 entries, none touched" in sound.out) == (0, True)
    with Catalog(home / "catalog.db") as catalog, catalog.database.writing() as writer:
        writer.execute("DROP TRIGGER audit_is_not_rewritten")
        writer.execute("UPDATE audit SET object = 'Salaries'")
    broken = here("audit", "--verify", "--json")
    assert broken.code == 1
    assert json.loads(broken.out)["broken"] == 1
