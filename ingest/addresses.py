"""Which network addresses may be fetched from: public ones only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Addresses that carry an IPv4 address inside: who answers is the machine with that one.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Ports of other services than the web: mail, databases, remote shells speak to whoever connects.
_WEB_PORTS = {80, 443, 8000, 8008, 8080, 8081, 8443, 8888}
_FIRST_FREE_PORT = 10_000


def why_not_public(address: Address) -> str:
    """What kind of place `address` is when it is not a public one; nothing when it is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (any(address in network for network in _NAT64) or (address in _COMPATIBLE and int(address) > 1)):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return why_not_public(inner)
        if address.is_site_local:
            return "a private address"
    for kind, holds in (
        ("this machine", address.is_loopback or address.is_unspecified),
        ("a link-local address", address.is_link_local),
        ("a multicast address", address.is_multicast),
        ("a private address", address.is_private),
        ("a reserved address", address.is_reserved or not address.is_global),
    ):
        if holds:
            return kind
    return ""


def parse_networks(names: Sequence[str]) -> tuple[Network, ...]:
    """The networks written as '10.0.0.0/8'.

    Raises:
        ValueError: one is not written so.
    """
    return tuple(ipaddress.ip_network(name) for name in names)


def why_not_fetched(url: str, allowed: Sequence[Network] = ()) -> str:
    """Why `url` is not even looked up; nothing when its host may be. The address it leads to is checked when connecting."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        return "the address holds blanks, backslashes or control characters"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname
    except ValueError as error:
        return f"the address is not well formed ({error})"
    if parts.scheme.lower() not in {"http", "https"}:
        return f"only http and https addresses are fetched, not {(parts.scheme or 'none')[:20]!r}"
    if not host or not host.strip("."):
        return "the address names no host"
    if "@" in parts.netloc:
        return "the address carries a user name or password, which can disguise where it leads"
    if "%" in parts.netloc:
        return "the host of the address is escaped, which can disguise where it leads"
    if port is not None and port not in _WEB_PORTS and port < _FIRST_FREE_PORT and not allowed:
        return f"port {port} is not one of the web's"
    return ""
