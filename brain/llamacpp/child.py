"""llama.cpp in a process of its own, so that its crash is not the bot's: run by `brain.llamacpp.server`.

Standard input: one line of JSON with what to load. Standard output: one line of JSON with where it listens,
on this machine only and for whoever has the key. When standard input ends, so does the process.
"""

import json
import os
import sys
from typing import Any


def parameters(told: dict[str, Any]) -> Any:
    """What llama.cpp is told: `model`, `window` tokens a text, `slots` texts at once, `threads`, `key`."""
    import xllamacpp

    chosen = xllamacpp.CommonParams()
    chosen.model.path = told["model"]
    chosen.n_ctx = told["window"] * told["slots"]
    chosen.n_parallel = told["slots"]
    chosen.kv_unified = False  # each text has its own part of the memory …
    chosen.cache_ram_mib = 0  # … and no prompt is kept beside it, as up to 8 GiB would be
    chosen.fit_params = False  # the window is what is asked for, not what is free
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = told["threads"]
    chosen.hostnames, chosen.port, chosen.api_keys = ["127.0.0.1"], 0, [told["key"]]
    chosen.offline, chosen.ui, chosen.ctx_shift = True, False, False
    chosen.verbosity = 1  # warnings
    return chosen


def main() -> None:
    """Serve until whoever started this is gone."""
    import xllamacpp

    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # llama.cpp may print whatever it likes
    told = json.loads(sys.stdin.readline())
    try:
        server = xllamacpp.Server(parameters(told))
    except Exception as error:  # whatever it is, the parent makes a sentence of it
        print(json.dumps({"error": str(error)}), file=answer, flush=True)
        raise
    print(json.dumps({"address": server.listening_address}), file=answer, flush=True)
    sys.stdin.read()
    os._exit(0)  # texts that nobody waits for are not finished


if __name__ == "__main__":
    main()
