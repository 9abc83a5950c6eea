"""`citewise tune serve-command`: the line that starts vLLM with the promoted adapter."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import CitewiseError, UsageError, WeightsUnavailable

if TYPE_CHECKING:
    from bots.settings import Settings
    from brain.tuning.versions import Version, Versions

_AT_ONCE = 2  # adapters in one batch: with vLLM's default of 1, the new one's answers wait for the old one's
_RANKS = (16, 32, 64, 128, 256, 512)  # what vLLM takes, from its default on


@click.command("serve-command", short_help="Print the line that starts vLLM.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where it listens."
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Serve all versions of this model that are kept, not only the one in use.",
)
@home_option
@json_option
@invocation
def serve_command(call: Invocation, port: int, every: bool) -> None:
    """Print the `vllm serve` line for the model and the version in use, quoted for a shell.

    It serves on this machine alone; docs/answerers.md says what goes into .env beside it.
    """
    from bots.terminal.console import print_json
    from brain.catalog.home import Home
    from brain.tuning.versions import Versions

    settings = call.settings()
    versions = Versions(Home(settings.home).tuning)
    modules = _modules(settings, versions, every=every)
    words = vllm_words(settings.model, port, modules, rank=max(map(_rank, modules.values()), default=0))
    if call.as_json:
        print_json({"command": words, "models": list(modules)})
    else:
        click.echo(shlex.join(words))


def vllm_words(model: str, port: int, modules: dict[str, Path], *, rank: int) -> list[str]:
    """The command, word by word; `modules` are adapters' folders by the names that they are asked for by.

    The window is Phi-3-mini's sliding one, as citewise's own. What is promoted later can be loaded without
    a restart; whoever reaches the port could do that too, so it listens on this machine alone. Options:
    vLLM's documentation of `vllm serve` and of LoRA adapters.
    """
    words = ["env", "VLLM_ALLOW_RUNTIME_LORA_UPDATING=True", "vllm", "serve", model]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    words += ["--max-model-len", "2047", "--enable-prefix-caching"]
    least = next((known for known in _RANKS if known >= rank), _RANKS[-1])
    words += ["--enable-lora", "--max-loras", str(_AT_ONCE), "--max-lora-rank", str(least)]
    if modules:
        words += ["--lora-modules", *(f"{name}={folder}" for name, folder in modules.items())]
    return words


def _rank(adapter: Path) -> int:
    """The rank that an adapter was trained with."""
    try:
        return int(json.loads((adapter / "adapter_config.json").read_text("utf-8"))["r"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise WeightsUnavailable(
            f"adapter_config.json in {adapter} is missing or damaged: promote its run again.",
            detail=repr(error),
        ) from error


def _modules(settings: "Settings", versions: "Versions", *, every: bool) -> dict[str, Path]:
    """The adapters' folders by their names; UsageError where the version in use is another model's."""
    current = versions.current()
    if not every and current is not None and not _is_of(current, settings):
        raise UsageError(
            f"Version {current.number}, which is in use, was trained for {current.base_model}, and "
            f"CITEWISE_MODEL is {settings.model}: set it back, or go back to the base model with "
            "`citewise tune rollback none`."
        )
    chosen = [versions.version(number) for number in versions.numbers] if every else [current]
    return {
        version.name: versions.folder(version.number).absolute()
        for version in chosen
        if version is not None and _is_of(version, settings)
    }


def _is_of(version: "Version", settings: "Settings") -> bool:
    """Whether the version was trained for the model that is set: by its name, or by weights that are here."""
    from bots.model.adapter_in_use import base_of

    if settings.model == version.base_model:
        return True
    try:
        return base_of(settings) == version.base
    except CitewiseError:
        return False
