"""Whatever goes wrong: one clear sentence on stderr, the right exit code, no traceback."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from command_kit import Done, Run, bare_environment

from bots import cli as command_line


def told(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert done.out == ""
    assert done.err.startswith("citewise: ")
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.parametrize("words", [("ask", "What is this?"), ("search", "this"), ("chat",), ("documents",)])
def test_nothing_indexed_is_exit_code_4_and_makes_no_home(
    here: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    told(here(*words), 4, "Nothing is indexed", "citewise ingest")
    assert not (tmp_path / ".citewise").exists()


def test_an_empty_home_is_exit_code_4(cli: Run, here: Run) -> None:
    assert here("spaces", "create", "hr").code == 0
    told(cli("ask", "What is this?"), 4, "Nothing is indexed", "citewise ingest")
    told(here("ask", "What is this?", "--space", "hr"), 4, "hr")


def test_an_older_citewise_leaves_a_newer_catalog_alone_until_a_backup_takes_its_place(
    cli: Run, tmp_path: Path
) -> None:
    assert cli("spaces", "create", "hr").code == 0
    assert cli("backup", "before.db").code == 0
    catalog = tmp_path / ".citewise" / "catalog.db"
    with closing(sqlite3.connect(catalog)) as newer:
        newer.execute("PRAGMA user_version = 99")
    newest = catalog.read_bytes()
    for words in (("documents",), ("serve",), ("restore", "--yes", ".citewise/catalog.db")):
        told(cli(*words), 1, "was written by a newer citewise: upgrade citewise")
    assert catalog.read_bytes() == newest
    assert cli("restore", "--yes", "before.db").code == 0
    assert "hr" in cli("spaces").out


@pytest.mark.parametrize("question", ["", "   \n\t "])
def test_an_empty_question_is_wrong_usage(here: Run, question: str) -> None:
    told(here("ask", question), 2, "no question")


def test_a_question_of_100_kb_is_wrong_usage(here: Run) -> None:
    told(here("ask", "why " * 25_000), 2, "100,000 characters", "4,000")


def test_a_missing_path_is_wrong_usage_and_changes_nothing(here: Run, home: Path) -> None:
    before = here("documents", "--json").out
    told(here("ingest", "no/such/folder"), 2, "no/such/folder", "spelling")
    assert here("documents", "--json").out == before


def test_one_missing_path_stops_the_ingest_before_it_starts(here: Run, drive: Path) -> None:
    told(here("ingest", drive, "missing.md"), 2, "missing.md")
    told(here("ask", "How many days of leave?"), 4)


def test_an_empty_folder_says_so(here: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told(here("ingest", "empty"), 2, "empty", "nothing to read")


def test_an_unknown_format_is_wrong_usage(here: Run, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"ID3")
    told(here("ingest", "song.mp3"), 2, "song.mp3", "md")


def test_an_unknown_space_names_the_known_ones(here: Run, drive: Path) -> None:
    told(here("ingest", drive, "--space", "hrr"), 2, "hrr", "general")
    assert here("spaces", "create", "hr").code == 0
    told(here("ask", "How much leave?", "--space", "hrr"), 2, "hrr", "general, hr")


@pytest.mark.parametrize(
    "words", [("bogus",), ("ask",), ("ask", "x", "--bogus"), ("ingest",), ("eval", "missing.jsonl")]
)
def test_wrong_usage_points_to_the_help(here: Run, words: tuple[str, ...]) -> None:
    told(here(*words), 2, "--help")


def test_a_wrong_setting_is_told_by_name(here: Run) -> None:
    told(here("documents", CITEWISE_QUANTIZATION="3bit"), 2, "CITEWISE_QUANTIZATION", "3bit", "8bit")


def test_a_principal_that_names_nobody_is_wrong_usage(here: Run) -> None:
    assert here("spaces", "create", "hr").code == 0
    told(here("spaces", "allow", "hr", "anna"), 2, "anna", "slack:user:")


def test_a_home_that_another_process_holds_is_exit_code_3(cli: Run, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path\nfrom brain.catalog.home import Home\n"
        "lock = Home(Path('.citewise')).lock('citewise serve')\nprint('held', flush=True)\ninput()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told(cli("spaces", "list"), 3, "citewise serve", str(holder.pid))
        holder.communicate("\n")
    assert cli("spaces", "list").code == 0


def test_a_home_that_is_a_file_is_told(here: Run, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder", "utf-8")
    told(here("--home", "home", "spaces", "list"), 2, "home")


def test_a_damaged_catalog_is_told_with_the_way_back(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".citewise").mkdir()
    (tmp_path / ".citewise" / "catalog.db").write_bytes(b"this is no database" * 500)
    told(cli("documents"), 1, "catalog.db", "citewise restore")


def test_a_surprise_is_one_sentence_and_its_details_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def surprising() -> None:
        raise ValueError("the secret cause")

    monkeypatch.setattr(command_line.LateCommands, "get_command", lambda self, ctx, name: surprising)
    home = tmp_path / "home"
    home.mkdir()
    assert command_line.run(["--home", str(home), "ask"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    log = home / "run" / "citewise.log"
    assert str(log) in shown.err
    assert "secret cause" not in shown.err
    assert "ValueError: the secret cause" in log.read_text("utf-8")


@pytest.mark.parametrize("words", [("spaces",), ("spaces", "--json"), ("--help",)])
def test_a_reader_that_has_gone_is_no_complaint(tmp_path: Path, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = start(tmp_path, words, stdout=writing)
    os.close(writing)
    assert (done.returncode in (1, 141), done.stderr) == (True, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("words", [("spaces",), ("spaces", "--json")])
def test_output_that_finds_no_room_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = start(tmp_path, words, stdout=full.fileno())
    assert done.returncode == 1
    assert done.stderr == "citewise: There is no room left to write the output: free some.\n"


def start(folder: Path, words: tuple[str, ...], stdout: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bots.cli", *words],
        cwd=folder,
        env=bare_environment(),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )


def test_interrupting_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line.LateCommands, "get_command", lambda self, ctx, name: interrupted)
    assert command_line.run(["ask"]) == 130
    shown = capsys.readouterr()
    assert (shown.out, shown.err.strip()) == ("", "")


@pytest.mark.parametrize(
    "words", [("ingest", ""), ("drives", "add", " "), ("drives", "remove", "", "--yes"), ("backup", "")]
)
def test_an_empty_name_is_not_the_folder_that_one_stands_in(
    here: Run, home: Path, words: tuple[str, ...]
) -> None:
    told(here(*words), 2, "name is empty")
    told(here("ask", "How much leave?", "--home", ""), 2, "name is empty")


NO_TEXT = os.fsdecode(b"\xff")


@pytest.mark.parametrize(
    "words",
    [("ask", NO_TEXT), ("documents", "list", NO_TEXT), ("why", NO_TEXT), ("categories", "add", NO_TEXT)],
)
def test_words_that_are_not_utf_8_are_wrong_usage(here: Run, home: Path, words: tuple[str, ...]) -> None:
    told(here(*words), 2, "not UTF-8")


def test_a_home_whose_name_is_not_utf_8_is_refused_before_it_is_made(here: Run, drive: Path) -> None:
    told(here("--home", NO_TEXT, "ingest", drive), 2, "not UTF-8", "--home")
    assert not Path(NO_TEXT).exists()


def test_a_home_that_may_not_be_looked_at_is_told(here: Run) -> None:
    told(here("--home", "x" * 300, "ask", "How much leave?"), 1, "can't be read", "--home")


@pytest.mark.parametrize(("words", "code"), [("documents remove 1", 2), ("chat", 0)])
def test_a_command_whose_input_is_closed_asks_nobody(home: Path, words: str, code: int) -> None:
    done = subprocess.run(
        f"{sys.executable} -m bots.cli {words} <&-",
        shell=True, cwd=home.parent, env=bare_environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "went wrong" not in done.stderr


def test_a_reader_that_leaves_early_is_no_failure(home: Path) -> None:
    done = subprocess.run(
        f'{sys.executable} -m bots.cli search leave | true; exit "${{PIPESTATUS[0]}}"',
        shell=True, executable="/bin/bash", cwd=home.parent, env=bare_environment(), capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (command_line.READER_GONE, "")


@pytest.mark.parametrize(("typed", "meant"), [("asks", "ask"), ("document", "documents"), ("tun", "tune")])
def test_a_mistyped_command_is_told_which_may_be_meant(here: Run, typed: str, meant: str) -> None:
    told(here(typed), 2, f"did you mean {meant}?")


def test_a_question_of_a_complaint_keeps_its_own_end(here: Run) -> None:
    done = here("drives", "sinc")  # click asks itself which command of a group is meant
    told(done, 2, "See: citewise drives --help")
    assert "?." not in done.err


def test_a_name_that_can_hold_no_rights_is_told(here: Run, home: Path) -> None:
    done = here("ask", "How many days of leave do we get?", "--as", "U1")
    assert done.code == 0
    assert "'U1' names nobody" in done.err
