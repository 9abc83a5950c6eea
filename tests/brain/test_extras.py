"""How an extra is installed is told for the installation that runs, by no name that a stranger may take."""

import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest

from brain import extras
from brain.extras import extra_by_name, install_command, need_extra


def installed_as_a_wheel(monkeypatch: pytest.MonkeyPatch, folder: Path, told: list[str] | None) -> None:
    def requires(name: str) -> list[str] | None:
        if told is None:
            raise metadata.PackageNotFoundError(name)
        return told

    monkeypatch.setattr(extras, "__file__", str(folder / "brain" / "extras.py"))
    monkeypatch.setattr(extras.metadata, "requires", requires)


def test_a_checkout_is_told_with_its_own_folder_and_pins() -> None:
    checkout = Path(extras.__file__).parent.parent
    assert shlex.split(install_command("ocr")) == [
        *(sys.executable, "-m", "pip", "install"),
        *("-c", f"{checkout}/constraints.txt", "-e", f"{checkout}[ocr]"),
    ]


def test_an_installed_wheel_is_told_the_libraries_of_the_extra(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = [
        "click<9,>=8.1.8",
        "rapidocr<4,>=3.10; extra == 'ocr'",
        'pillow<14,>=11; python_version >= "3.11" and extra == "ocr"',
        "moto[server]<6,>=5.1; extra == 'dev'",
    ]
    installed_as_a_wheel(monkeypatch, tmp_path, told)
    words = shlex.split(install_command("ocr"))
    assert words == [sys.executable, "-m", "pip", "install", "rapidocr<4,>=3.10", "pillow<14,>=11"]
    assert need_extra("ocr") == f"citewise[ocr]: `{install_command('ocr')}`"


@pytest.mark.parametrize("told", [None, ["click<9"]], ids=["no metadata", "no such extra"])
def test_where_nothing_is_known_no_package_of_an_index_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: list[str] | None
) -> None:
    installed_as_a_wheel(monkeypatch, tmp_path, told)
    assert install_command("ocr") == ""
    assert need_extra("ocr") == extra_by_name("ocr")
    assert "pip" not in need_extra("ocr")


def test_an_image_without_pip_is_built_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    assert "put ocr into EXTRAS" in need_extra("ocr")


def test_the_page_that_is_named_has_the_part() -> None:
    page, _, part = extras._PAGE.partition(", ")
    assert f"## {part}\n" in (Path(extras.__file__).parent.parent / page).read_text("utf-8")
    assert not [
        path
        for folder in ("bots", "brain", "ingest")
        for path in (Path(extras.__file__).parent.parent / folder).rglob("*.py")
        if path.name != "extras.py" and "pip install" in path.read_text("utf-8")
    ]
