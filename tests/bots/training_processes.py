"""`citewise tune train` in processes of their own, all forked from one that has imported torch but once.

Run as a script it is that one: it reads a line of JSON a command, and tells of its process and how it ended.
"""

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from command_kit import Done, bare_environment

ROOT = Path(__file__).resolve().parents[2]
IMPORTED = (
    "bots.cli", "bots.terminal.tune.train", "bots.settings", "brain.tuning.learning.carrying_out",
    "transformers.models.phi3.modeling_phi3", "peft", "torch.utils.tensorboard",
)  # fmt: skip


class TrainingProcesses:
    """Where the processes are forked from, one at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "ignore", __file__]
        folders = os.pathsep.join((str(ROOT), str(Path(__file__).parent)))
        self._server = subprocess.Popen(
            command, env=bare_environment(PYTHONPATH=folders), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def close(self) -> None:
        """The process that the others come from ends."""
        self._server.kill()
        self._server.communicate()

    def run(
        self,
        folder: Path,
        *words: str,
        step: int | None = None,
        end: signal.Signals = signal.SIGKILL,
        largest_file: int | None = None,
        **environment: str,
    ) -> Done:
        """Run the command in that folder; when it has told of that step, it is sent the signal `end`.

        No file may grow beyond `largest_file` bytes.
        """
        out, err = folder / "out.fifo", folder / "err.txt"
        out.unlink(missing_ok=True)
        os.mkfifo(out)
        asked: dict[str, Any] = {"folder": str(folder), "words": words, "largest_file": largest_file}
        asked["environment"] = bare_environment(**environment)
        print(json.dumps(asked), file=self._stdin, flush=True)
        process, said = int(self._stdout.readline()), []
        with out.open(encoding="utf-8") as lines:
            for line in lines:
                said.append(line)
                if step is not None and json.loads(line).get("step") == step:
                    os.kill(process, end)
                    step = None
        return Done(int(self._stdout.readline()), "".join(said), err.read_text("utf-8"))

    @property
    def _stdin(self) -> IO[str]:
        assert self._server.stdin is not None
        return self._server.stdin

    @property
    def _stdout(self) -> IO[str]:
        assert self._server.stdout is not None
        return self._server.stdout


def main() -> None:
    for module in IMPORTED:
        importlib.import_module(module)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _carry_out(json.loads(line))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _carry_out(asked: dict[str, Any]) -> None:
    """As `citewise tune train …` was started in that folder; this process ends with it."""
    os.chdir(asked["folder"])
    os.dup2(os.open("out.fifo", os.O_WRONLY), 1)
    os.dup2(os.open("err.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  (its own: the orders came by the other)
    os.environ.clear()
    os.environ.update(asked["environment"])
    if asked["largest_file"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["largest_file"],) * 2)
    sys.argv = ["citewise", "tune", "train", *asked["words"]]
    code = 1
    try:
        sys.modules["bots.cli"].main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
