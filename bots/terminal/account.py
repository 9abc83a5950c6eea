"""Who sits at a terminal: the account that a command runs under."""

import os
import pwd


def account_name(number: int | None = None) -> str:
    """The name of an account, by default this process's own, as the system has it: no variable changes it."""
    number = os.getuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # such as a container's made-up user
        return str(number)
