"""What tests of the command line share: a small drive, and what a command leaves behind."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bots.settings import Settings

DRIVE = {
    "leave.md": """\
# Leave

## Annual leave

Full-time employees get 27 days of paid annual leave in a calendar year. Up to five unused days can be
carried over until 31 March of the next year.

## Part-time staff

Part-time employees get annual leave in proportion to their contracted hours: someone who works three days
a week gets 16.2 days.

## Parental leave

Parents get 16 weeks of fully paid parental leave after six months of service.
""",
    "it/vpn.md": """\
# Causeway, our VPN

## Connecting from outside

Open Causeway, choose "Harbour" and confirm with your second factor. The connection ends after twelve hours.

## When it does not connect

Restart Causeway first. If error 809 appears, the hotel or café blocks UDP port 500: use a hotspot instead.
""",
    "products/petrel.txt": """\
Petrel 2 weather station

The Petrel 2 has a warranty of three years. The ultrasonic head of the Pro has five years.

The battery lasts 14 months at one measurement a minute.
""",
    "holidays.csv": "date,holiday\n2026-01-01,New Year's Day\n2026-12-25,Christmas Day\n",
}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def bare_environment(**extra: str) -> dict[str, str]:
    """This environment without settings of citewise."""
    names = setting_names()
    return {name: value for name, value in os.environ.items() if name not in names} | extra


def setting_names() -> set[str]:
    return {str(field.validation_alias) for field in Settings.model_fields.values()}


def write_drive(folder: Path) -> Path:
    for name, text in DRIVE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
