"""OpenMP reads the process's environment when torch is imported, so a process of its own is asked."""

import subprocess
import sys

ASKED = """
import ctypes, sys
import brain.phi3
getenv = ctypes.CDLL(None).getenv
getenv.restype = ctypes.c_char_p
print("torch" in sys.modules, getenv(b"OMP_WAIT_POLICY"))
"""


def test_waiting_threads_leave_the_cores_to_others_before_torch_is_there() -> None:
    said = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "b'PASSIVE'"]
