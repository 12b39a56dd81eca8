"""Whose doorstep a request comes from."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# One customer gets a network of this size at least, and changes their address in it at will
# (RFC 6177, RFC 8981).
NETWORK_BITS = 64  # bits

UNKNOWN = "unknown"  # a Unix socket, or a proxy that names nobody


def client_network(address: str | None) -> str:
    """Return what stands for everybody behind one connection to the net.

    `address` is what the server or a trusted proxy says, with a port or without.
    """
    found = _parse(address or "")
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found) >> NETWORK_BITS << NETWORK_BITS, NETWORK_BITS)))
    return UNKNOWN if found is None else str(found)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it: 192.0.2.1:80, 2001:db8::1, [2001:db8::1]:80."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    for candidate in (bare, bare.partition(":")[0]):
        try:
            return ip_address(candidate.partition("%")[0])
        except ValueError:
            continue
    return None
