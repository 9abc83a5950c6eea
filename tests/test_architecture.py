"""The shape of the project: arrows point down, heavy libraries have one importer and come late."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {"brain": {"brain"}, "ingest": {"ingest", "brain"}, "bots": {"bots", "ingest", "brain"}}
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
LONGEST_MODULE = 400

_MODELS = ("brain/phi3/", "brain/tuning/", "brain/cross_encoding/torch_reader.py")
# Libraries that are slow to import, large, or likely to change, each with the one place that knows it, or the
# few that must.
ONLY_IMPORTER: dict[str, str | tuple[str, ...]] = {
    "PIL": "ingest/readers/pages/picture.py",
    "adlfs": "ingest/remote/azure.py",
    "asyncssh": "ingest/remote/sftp.py",
    "bs4": "ingest/readers/markup/hypertext.py",
    "botocore": "ingest/remote/s3.py",
    "chromadb": "brain/index/chroma_index.py",
    "click": "bots/",
    "dotenv": "bots/settings.py",
    "discord": "bots/discord/",
    "docutils": "ingest/readers/markup/",
    "docx": "ingest/readers/office/",
    "fsspec": "ingest/remote/",
    "gguf": "brain/tuning/export/gguf_file.py",
    "gcsfs": "ingest/remote/gcs.py",
    "google": ("ingest/cloud/google_tokens.py", "ingest/remote/gcs.py"),
    "huggingface_hub": "brain/phi3/",
    "langchain": ("brain/answering/factory.py", "brain/embedding/langchain_provider.py"),
    "langchain_community": "brain/embedding/jina_endpoint.py",
    "langchain_openai": ("brain/answering/factory.py", "brain/embedding/openai_endpoint.py"),
    "lxml": "ingest/readers/",
    "markdown_it": "ingest/readers/markup/markdown.py",
    "matplotlib": "brain/",
    "msal": "ingest/cloud/graph_tokens.py",
    "onnx": "brain/embedding/minilm_graph.py",
    "onnxruntime": "brain/onnx_runtime.py",
    "openpyxl": "ingest/readers/office/workbook.py",
    "pathspec": "ingest/reconciling/sifting.py",
    "bitsandbytes": "brain/phi3/",
    "peft": "brain/tuning/learning/",
    "pptx": "ingest/readers/office/slides.py",
    "prometheus_client": "bots/monitoring/figures.py",
    "protego": "ingest/web/robots.py",
    "pydantic_settings": "bots/settings.py",
    "pypdfium2": "ingest/readers/pages/pdf_lines.py",
    "rapidocr": "ingest/readers/pages/optical.py",
    "rich": "bots/terminal/",
    "s3fs": "ingest/remote/s3.py",
    "slack_bolt": "bots/slack/",
    "slack_sdk": "bots/slack/",
    "smbclient": "ingest/remote/smb_files.py",
    "smbprotocol": "ingest/remote/",
    "sshfs": "ingest/remote/sftp.py",
    "tokenizers": ("brain/embedding/", "brain/cross_encoding/"),
    "safetensors": _MODELS,
    "torch": _MODELS,
    "transformers": _MODELS,
    "triton": "brain/phi3/kernels.py",
    "watchfiles": "ingest/following/events.py",
    "webdav4": "ingest/remote/webdav.py",
    "websockets": "bots/serving/",
    "xllamacpp": "brain/llamacpp/child.py",
}
TOO_SLOW_FOR_HELP = {
    "aiohttp", "bs4", "chromadb", "discord", "docutils", "docx", "google.auth", "httpx", "langchain",
    "langchain_core", "lxml",
    "matplotlib", "msal", "numpy", "onnx", "onnxruntime", "openpyxl", "pptx",
    "prometheus_client", "pydantic", "pypdfium2", "rich",
    "slack_bolt", "slack_sdk", "sqlite3", "tokenizers", "torch", "transformers", "watchfiles",
    "websockets",
}  # fmt: skip


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """A module's syntax tree, the module itself first; parsed once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_arrows_point_down_and_heavy_libraries_have_one_importer(path: Path) -> None:
    allowed = FLOORS[name(path).split("/")[0]]
    for module in imports(path):
        package = module.split(".")[0]
        assert package not in FLOORS.keys() - allowed, f"{name(path)} imports {module}"
        place = ONLY_IMPORTER.get(package, "")
        assert name(path).startswith(place), f"{name(path)} imports {module}, which is for {place} only"


def dotted(path: Path) -> str:
    """A module by the name that it is imported by."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def needed(node: ast.AST) -> Iterator[str]:
    """What is imported when a module is loaded: not what functions import, nor what types alone want."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
            yield child.module or ""
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from (name for other in child.orelse for name in needed(other))
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from needed(child)


def test_no_module_needs_one_that_needs_it() -> None:
    modules = {dotted(path) for path in MODULES}
    graph = {dotted(path): set(needed(nodes(path)[0])) & modules - {dotted(path)} for path in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These need each other: {' → '.join(error.args[1])}")


def test_the_language_model_is_loaded_late() -> None:
    """Only its own packages, and what is imported late itself, import what takes seconds and gigabytes."""
    own = (*_MODELS, "brain/llamacpp/child.py")
    heavy = {
        "torch", "transformers", "peft", "bitsandbytes", "triton", "safetensors", "gguf", "xllamacpp"
    }  # fmt: skip
    importing = {name(path) for path in MODULES for module in imports(path) if module.split(".")[0] in heavy}
    assert all(path.startswith(own) for path in importing)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_one_job_and_says_it(path: Path) -> None:
    text = path.read_text("utf-8")
    module = nodes(path)[0]
    assert isinstance(module, ast.Module)
    assert ast.get_docstring(module), f"{name(path)} does not say what it is for"
    assert text.count("\n") <= LONGEST_MODULE
    assert not {"utils", "helpers", "common", "manager"} & set(name(path).removesuffix(".py").split("/"))
    assert len(path.relative_to(ROOT).parts) <= 4


def test_the_architecture_page_names_every_folder_and_what_stands_beside_them() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    beside = {path.stem for path in MODULES if path.parent.name in FLOORS} - {"__init__"}
    wanted = beside | {path.parent.name for path in MODULES}
    assert sorted(word for word in wanted if not re.search(rf"\b{word}\b", page)) == []


def test_the_calls_that_the_architecture_page_follows_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    followed = re.findall(r"^\| `([\w.]+)` \| `([\w/]+\.py)` \|", page, re.MULTILINE)
    assert len(followed) > 15
    for function, place in followed:
        *of, own = function.split(".")
        scope = nodes(ROOT / place)[0]
        for each in of:
            scope = next(node for node in scope.body if isinstance(node, ast.ClassDef) and node.name == each)
        functions = {n.name for n in scope.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert own in functions, f"{place} has no {function}"


def test_the_brain_names_no_chat_platform() -> None:
    platform = re.compile(r"slack|discord|\bteams\b", re.IGNORECASE)
    naming = [
        name(path) for path in (ROOT / "brain").rglob("*.py") if platform.search(path.read_text("utf-8"))
    ]
    assert not naming


def test_only_the_settings_read_the_environment() -> None:
    reading = [
        name(path)
        for path in MODULES
        if re.search(r"os\.environ|os\.getenv|from os import (environ|getenv)", path.read_text("utf-8"))
    ]
    # The first and the last see to it that nothing leaves this machine.
    assert reading == ["bots/kept_here.py", "bots/settings.py", "brain/onnx_runtime.py"]


BROAD = {"Exception", "BaseException"}


def swallows(node: ast.AST) -> bool:
    """Whether any exception at all may end here, and what comes after goes on."""
    if isinstance(node, ast.ExceptHandler):
        return (node.type is None or ast.unparse(node.type) in BROAD) and not isinstance(
            node.body[-1], ast.Raise
        )
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("suppress", "contextlib.suppress"):
        return bool(BROAD & {ast.unparse(argument) for argument in node.args})
    return False


def test_a_failure_that_nobody_expected_is_swallowed_in_few_places_only() -> None:
    """For a command, a file, a message, a service, a drive, a model's stream or a reranker's, a line."""
    swallowing = {name(path) for path in MODULES for node in nodes(path) if swallows(node)}
    assert swallowing == {
        "bots/cli.py",
        "bots/discord/service.py",
        "bots/doors/inbox.py",
        "bots/serving/services.py",
        "brain/answering/writing/written.py",
        "brain/reranking/reranker.py",
        "ingest/following/follower.py",
        "ingest/indexing/reading.py",
        "ingest/remote/connection.py",
    }


def test_a_broad_except_says_so_where_it_stands() -> None:
    """A tuple such as `(Exception,)`, handed on under another name, would hide it from the test above."""
    hiding = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Tuple) and BROAD & {ast.unparse(part) for part in node.elts}
    }
    assert not hiding


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_commands_share_a_process_without_noticing() -> None:
    """`citewise serve` runs several clients' commands side by side: "Serving" in docs/architecture.md."""
    for path in MODULES:
        for function, call in calls(path):
            assert function not in ("os.chdir", "chdir"), f"{name(path)} moves the whole process"
            if function == "click.Path":
                assert name(path) == "bots/terminal/invocation.py", (
                    f"{name(path)}: PathArgument knows the client"
                )
            if function in ("Console", "rich.console.Console"):
                assert name(path) == "bots/terminal/console.py", (
                    f"{name(path)}: out() and err() know the client"
                )
            if function in ("Live", "Progress") and name(path).startswith("bots/"):  # rich's
                kept = {word.arg for word in call.keywords if ast.unparse(word.value) == "False"}
                wanted = {"redirect_stdout", "redirect_stderr"}
                assert wanted <= kept, f"{name(path)}: {function} takes the process's streams"


def test_a_script_in_bots_finds_the_discord_library() -> None:
    script = (
        "import runpy, sys\nsys.path.insert(0, 'bots')\nsys.argv = ['cli.py', '--version']\n"
        "try:\n    runpy.run_path('bots/cli.py', run_name='__main__')\n"
        "except SystemExit as end:\n    import discord\n    print(end.code, discord.Client.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 Client"


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import json, sys\nfrom bots.cli import run\n"
        "code = run(['--help'])\nprint(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stderr)
    assert code == 0
    assert "ask-batch" in done.stdout
    assert not TOO_SLOW_FOR_HELP & set(modules)
