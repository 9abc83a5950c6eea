"""What the environment must not do by itself: send questions and documents away from this machine."""

import os

from brain.onnx_runtime import tell_nobody

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def keep_here() -> None:
    """Switch tracing and telemetry off, and let what listens on this machine be reached without a proxy.

    LangChain sends each question with its passages to LangSmith, and HTTP clients send what is meant for a
    model or Chroma server on this machine to a proxy, where a variable says so: be it set for other programs.
    ONNX Runtime tells its maker of each model unless a variable says that it shall not, also in the processes
    that are started from here.
    """
    tell_nobody()
    for name in list(os.environ):
        if name.startswith(("LANGCHAIN_", "LANGSMITH_")) and "TRACING" in name:
            del os.environ[name]
    # Both spellings are looked up, the small one first.
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if direct.strip() != "*":
        names = [name.strip() for name in direct.split(",") if name.strip()]
        direct = ",".join([*names, *(name for name in _LOOPBACK if name not in names)])
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = direct
