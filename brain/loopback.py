"""Whether an address is of this very machine, so that what is sent there stays here."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether a host name or number is this machine's own; names other than `localhost` are not looked up."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
