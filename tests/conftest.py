"""What holds for every test."""

from hypothesis import settings

# How long an example takes depends on what else the machine does: a slow one is not a failure.
settings.register_profile("citewise", deadline=None)
settings.load_profile("citewise")
