"""Which addresses the platform may call for a department."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.egress import (
    AddressIsPlatform,
    AddressNotListed,
    AddressSpecial,
    HostMalformed,
    HostUnknown,
    NetworkMalformed,
    PortMalformed,
    PortRangeReversed,
    judge,
    parse_host,
    parse_permitted,
    plain,
)

OWN = [("127.0.0.1", 8000), ("10.1.2.3", 8000), ("::1", 8000)]
NET = parse_permitted("10.1.2.0/24", 3306, 3307)


def verdict(addresses, port=3306, permitted=(NET,), own=OWN):
    return judge(addresses, port, permitted, own, host="db")


def test_a_listed_address_is_the_one_to_connect_to():
    assert verdict(["10.1.2.9"]) == "10.1.2.9"


@pytest.mark.parametrize("port", [3305, 3308, 22])
def test_a_port_outside_the_entry_is_refused(port):
    with pytest.raises(AddressNotListed):
        verdict(["10.1.2.9"], port)


def test_every_address_of_a_name_must_be_listed():
    with pytest.raises(AddressNotListed):
        verdict(["10.1.2.9", "10.1.3.9"])


def test_a_name_without_addresses_is_unknown():
    with pytest.raises(HostUnknown):
        verdict([])


SPECIAL = [
    "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.1.1", "fe80::1",
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "224.0.0.1", "ff02::1", "255.255.255.255",
    "240.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_refused_however_wide_the_list(address):
    everything = [parse_permitted("0.0.0.0/0", 1, 65535), parse_permitted("::/0", 1, 65535)]

    with pytest.raises(AddressSpecial):
        verdict([address], 3306, everything)


def test_a_special_address_passes_by_its_own_address_and_port():
    entry = parse_permitted("127.0.0.1", 3306, 3306)

    assert verdict(["127.0.0.1"], 3306, [entry]) == "127.0.0.1"
    with pytest.raises(AddressSpecial):
        verdict(["127.0.0.1"], 3307, [entry])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.1.2.3", "127.3.3.3"])
def test_no_list_permits_a_port_of_the_platform(address):
    entries = [
        parse_permitted("0.0.0.0/0", 1, 65535), parse_permitted("::/0", 1, 65535),
        parse_permitted(str(plain_text(address)), 8000, 8000),
    ]  # fmt: skip

    with pytest.raises(AddressIsPlatform):
        verdict([address], 8000, entries)


def plain_text(address):
    import ipaddress

    return plain(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "", " ", "2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001", "0177.0.0.1", "127.0.0.1:80", "[::1",
        "a@b", "http://db", "db/x", "db,db2", "/var/run", "@sock", "db\x00", "db name", "-db", "db-", "a..b", "x" * 64,
        "1.2.3.4.5", "999.1.1.1", "fe80::1%eth0", "db#", "db?x", "db\\x", "％", "1e1",
    ],
)  # fmt: skip
def test_a_host_in_an_unusual_writing_is_refused(host):
    if host == "1e1":
        # A label that ends in digits but is no number is a name.
        assert parse_host(host) == host
        return
    with pytest.raises(HostMalformed):
        parse_host(host)


@pytest.mark.parametrize(
    ("host", "read"),
    [
        ("DB.Example.Gov.CN.", "db.example.gov.cn"), ("10.1.2.3", "10.1.2.3"), ("[fd00::1]", "fd00::1"),
        ("my_db-1", "my_db-1"), ("::FFFF:1.2.3.4", "::ffff:102:304"),
    ],
)  # fmt: skip
def test_usual_writings_are_read(host, read):
    assert parse_host(host) in (read, "::ffff:1.2.3.4")


def test_entries_are_checked():
    with pytest.raises(NetworkMalformed):
        parse_permitted("10.1.2.3/24", 1, 2)
    with pytest.raises(PortMalformed):
        parse_permitted("10.0.0.0/8", 0, 2)
    with pytest.raises(PortRangeReversed):
        parse_permitted("10.0.0.0/8", 5, 2)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_nothing_passes_an_empty_list(address, port):
    with pytest.raises((AddressNotListed, AddressSpecial, AddressIsPlatform)):
        judge([str(address)], port, [], OWN, host="x")


@given(st.ip_addresses(v=4))
def test_an_address_in_any_wrapping_is_judged_as_itself(address):
    import ipaddress

    wrapped = [f"::ffff:{address}", str(ipaddress.IPv6Address((0x64FF9B << 96) | int(address)))]

    assert {plain(ipaddress.ip_address(text)) for text in wrapped} == {address}
