"""Settled before torch is imported: threads that wait for one another leave the cores to others meanwhile."""

import os


def wait_without_spinning() -> None:
    """Have OpenMP's threads sleep where they wait (OMP_WAIT_POLICY of the OpenMP specification).

    By default they spin. On two cores that other programs used too, training a small model then came to a
    halt; asleep it went on with the share of the cores that was left, and on idle cores it is as fast.
    """
    os.putenv("OMP_WAIT_POLICY", "PASSIVE")  # read by OpenMP's library when it is loaded, not by Python
