"""Which addresses pages may be read from."""

import ipaddress

import pytest

from brain.errors import UsageError
from ingest.addresses import AddressPolicy, AddressRefused, resolve
from ingest.drives import DriveUnavailable
from ingest.web.fetching import fetch

PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101", "2002:101:101::1"]
REFUSED = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12:3456::1",
    "64:ff9b:1::a00:1",
    "::7f00:1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:53aa:64c:0:0:f5ff:fffe",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_permitted(text):
    assert AddressPolicy().permits(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", REFUSED)
def test_addresses_inside_the_house_are_refused(text):
    assert not AddressPolicy().permits(ipaddress.ip_address(text))
    assert AddressPolicy(allow_private=True).permits(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_where_clouds_keep_credentials_is_refused_whatever_is_set(text):
    address = ipaddress.ip_address(text)
    everything = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    for policy in (AddressPolicy(), AddressPolicy(allow_private=True), AddressPolicy(allowed=everything)):
        assert not policy.permits(address)
    with pytest.raises(AddressRefused, match="hands out a machine's credentials"):
        AddressPolicy(allow_private=True, resolve=lambda host, port: (text,)).checked("intranet.test", 80)


@pytest.mark.parametrize("host", ["metadata.google.internal", "METADATA.google.internal.", "metadata.goog"])
def test_names_of_metadata_services_are_not_even_resolved(host):
    with pytest.raises(AddressRefused):
        AddressPolicy(allow_private=True, resolve=lambda host, port: pytest.fail("resolved")).checked(
            host, 80
        )


def test_named_networks_can_be_permitted_alone():
    policy = AddressPolicy(allowed=(ipaddress.ip_network("10.1.0.0/16"),))
    assert policy.permits(ipaddress.ip_address("10.1.2.3"))
    assert not policy.permits(ipaddress.ip_address("10.2.2.3"))


def test_a_literal_address_is_called_what_it_is():
    with pytest.raises(AddressRefused, match=r"^10\.0\.0\.1 is a private address,"):
        AddressPolicy().checked("10.0.0.1", 80)


def test_one_private_address_refuses_the_whole_name():
    policy = AddressPolicy(resolve=lambda host, port: ("93.184.216.34", "10.0.0.1"))
    with pytest.raises(AddressRefused, match=r"example.org leads to the private address 10\.0\.0\.1"):
        policy.checked("example.org", 443)


ODD_HOSTS = [
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0x7f000001",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "fe80::1%lo",
]


@pytest.mark.parametrize("host", ODD_HOSTS)
def test_odd_spellings_of_loopback_are_seen_through(host):
    with pytest.raises((AddressRefused, OSError)):
        AddressPolicy().checked(host, 80)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1]/",
        "http://[fe80::1%25lo]/",
        "http://127。0。0。1/",
        "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        "http://127.0.0.1\t/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1:80#@example.org/",
        "http://127.0.0.1\\@example.org/",
        *(f"http://{host}/" for host in ODD_HOSTS if ":" not in host),
    ],
)
def test_odd_addresses_of_pages_reach_no_private_host(url):
    """Whatever the parts of an address are taken for, only public addresses are ever connected to."""
    asked = []

    def resolving(host, port):
        asked.append(host)
        try:
            return resolve(host, port)
        except OSError:
            return ("127.0.0.1",)  # what a resolver with a search list might say

    with pytest.raises((UsageError, DriveUnavailable)):
        fetch(url, AddressPolicy(resolve=resolving))
    assert "example.org" not in asked


def test_a_name_in_another_script_is_resolved_as_punycode():
    asked = []

    def resolving(host, port):
        asked.append(host)
        return ("10.0.0.1",)

    with pytest.raises(AddressRefused):
        fetch("http://bücher.example/", AddressPolicy(resolve=resolving))
    assert asked == ["xn--bcher-kva.example"]
