"""What holds for every test."""

import os

from hypothesis import settings

# Several tests run at once: threads that wait for one another then take thirty times as long as one alone.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes depends on what else the machine does: a slow one is not a failure.
settings.register_profile("citewise", deadline=None)
settings.load_profile("citewise")
