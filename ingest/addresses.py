"""Which network addresses may be fetched from: none inside the house, unless that is allowed.

Without this, a link handed to the bot could read what only the server can reach: cloud metadata, admin
pages, the loopback control API (server-side request forgery).
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from brain.errors import UsageError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

# RFC 6052: how IPv4 is reached from networks that have IPv6 alone; the last four bytes are the address.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(UsageError):
    """A page lies on an address that pages are not read from."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All addresses that the system's resolver gives for a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Public addresses only, plus the `allowed` networks, or everything where `allow_private` is set."""

    allow_private: bool = False
    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def checked(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses to connect to; one refused address refuses the host, since any may be used.

        Raises AddressRefused, or OSError where the name can't be resolved.
        """
        found = tuple(self.resolve(host, port))
        for text in found:
            if not self.permits(ipaddress.ip_address(text.partition("%")[0])):
                leads = "is a private address" if host == text else f"leads to the private address {text}"
                raise AddressRefused(
                    f"{host} {leads}, and pages on private addresses are not read. "
                    "Set CITEWISE_ALLOW_PRIVATE_URLS=true if your own intranet is meant."
                )
        return found

    def permits(self, address: Address) -> bool:
        """Whether this address, and any IPv4 address wrapped in it, may be connected to."""
        if self.allow_private:
            return True
        if isinstance(address, ipaddress.IPv6Address):
            if address in _NAT64:
                return self.permits(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
            if (wrapped := _wrapped(address)) is not None and not self.permits(wrapped):
                return False
        if any(address in network for network in self.allowed if network.version == address.version):
            return True
        if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.is_site_local):
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
