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
# RFC 8215: the same for use inside a network, at any of several prefix lengths: refused as a whole.
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
# Where clouds hand a machine its own credentials: never a document, so that no setting opens them.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, OpenStack, DigitalOcean
        "169.254.170.2",  # AWS, for containers
        "169.254.170.23",  # AWS, for Kubernetes pods
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",  # Google, over IPv6
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's wire server, a public address
        "192.0.0.192",  # Oracle, older machines
    )
)
_METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"})


class AddressRefused(UsageError):
    """A page lies on an address that pages are not read from."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All addresses that the system's resolver gives for a host; OSError where it gives none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a part of the name is longer than names may be
        raise OSError(f"{host[:80]} is no name of a host") from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Public addresses only, plus the `allowed` networks, or private ones too where `allow_private` is set.

    What clouds use to hand out credentials is refused in any case.
    """

    allow_private: bool = False
    allowed: tuple[Network, ...] = ()
    resolve: Resolve = resolve

    def checked(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses to connect to; one refused address refuses the host, since any may be used.

        Raises AddressRefused, or OSError where the name can't be resolved.
        """
        if host.lower().rstrip(".") in _METADATA_NAMES:
            raise AddressRefused(_secrets(host))
        found = tuple(self.resolve(host, port))
        for text in found:
            if _is_metadata(ipaddress.ip_address(text.partition("%")[0])):
                raise AddressRefused(_secrets(host))
            if not self.permits(ipaddress.ip_address(text.partition("%")[0])):
                leads = "is a private address" if host == text else f"leads to the private address {text}"
                raise AddressRefused(
                    f"{host} {leads}, and pages on private addresses are not read. "
                    "Set CITEWISE_ALLOW_PRIVATE_URLS=true if your own intranet is meant."
                )
        return found

    def permits(self, address: Address) -> bool:
        """Whether this address, and any IPv4 address wrapped in it, may be connected to."""
        if _is_metadata(address):
            return False
        if self.allow_private:
            return True
        if isinstance(address, ipaddress.IPv6Address):
            if address in _NAT64:
                return self.permits(_last_bytes(address))
            if (wrapped := _wrapped(address)) is not None and not self.permits(wrapped):
                return False
            if address.sixtofour is not None:  # as public as what it wraps; Debian 12's Python calls none so
                return True
        if any(address in network for network in self.allowed if network.version == address.version):
            return True
        if isinstance(address, ipaddress.IPv6Address) and (
            address.ipv4_mapped or address.is_site_local or address in _LOCAL_NAT64
        ):
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved


def _is_metadata(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = _wrapped(address)
        if address in _NAT64 or address in _LOCAL_NAT64:
            wrapped = _last_bytes(address)
        return address in _METADATA or (wrapped is not None and wrapped in _METADATA)
    return address in _METADATA


def _secrets(host: str) -> str:
    return f"{host} is where a cloud hands out a machine's credentials: nothing is ever read from there."


def _last_bytes(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
