"""`citewise tune export`: the tuned model as files that other programs load."""

from pathlib import Path

import click

from bots.terminal.invocation import Invocation, PathArgument, home_option, invocation, json_option


@click.command("export", short_help="Write a tuned model as safetensors and GGUF.")
@click.argument("meant", metavar="RUN_OR_VERSION", default="current")
@click.option(
    "--to", "target", type=PathArgument(), required=True, metavar="FOLDER", help="A new folder for the files."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["safetensors", "gguf", "both"]),
    default="both",
    show_default=True,
    help="safetensors for transformers and vLLM, gguf for llama.cpp.",
)
@click.option(
    "--quantize",
    "precision",
    type=click.Choice(["q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16", "bf16", "f32"]),
    default="q4_k_m",
    show_default=True,
    help="The numbers of the GGUF: fewer bits are faster on a processor and less exact.",
)
@click.option(
    "--base", metavar="MODEL", help="The base model (default: the adapter's own, or CITEWISE_MODEL)."
)
@home_option
@json_option
@invocation
def export(call: Invocation, meant: str, target: Path, form: str, precision: str, base: str | None) -> None:
    """Merge an adapter into its base model and write both as one.

    RUN_OR_VERSION is a version's number, a run's name, a folder with an adapter, or `current`.
    """
    from bots.terminal.console import out, print_json, progress
    from brain.answering.factory import need_phi3_extra

    settings = call.settings()
    need_phi3_extra()
    from brain.catalog.home import Home
    from brain.tuning.export.exporting import Format
    from brain.tuning.export.exporting import export as write
    from brain.tuning.export.precision import Precision
    from brain.tuning.export.source import source

    found = source(meant, call.place(meant), Home(settings.home).tuning, base, settings.model)
    with progress() as report:
        done = write(found, target, Format(form), Precision(precision), report)
    if call.as_json:
        gguf = str(done.gguf) if done.gguf else None
        print_json(
            {
                "folder": str(done.folder),
                "gguf": gguf,
                "bytes": done.size,
                "adapter": found.name,
                "base": str(found.base),
            }
        )
        return
    where = done.gguf or done.folder
    out().print(
        f"{found.name}, merged into {found.base.name}: {done.size / 1e6:,.0f} MB in {call.typed(target)}"
    )
    out().print(f"To answer with it: CITEWISE_ANSWERER=phi3, CITEWISE_MODEL={where.absolute()}")
