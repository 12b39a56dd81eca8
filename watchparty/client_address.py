"""Reduce a client address to the network that the rate limits count."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Each IPv6 customer gets at least a network of this size, and changes addresses within it at will
# (RFC 6177, RFC 8981).
NETWORK_BITS = 64

UNKNOWN = "unknown"  # a Unix socket, or a proxy that does not send the address


def client_network(address: str | None) -> str:
    """Return a key that all clients behind one Internet connection share.

    `address` comes from the server or from a trusted proxy, with or without a port.
    """
    found = _parse(address or "")
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found) >> NETWORK_BITS << NETWORK_BITS, NETWORK_BITS)))
    return UNKNOWN if found is None else str(found)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address as proxies write it: 192.0.2.1:80, 2001:db8::1, [2001:db8::1]:80."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    for candidate in (host, host.partition(":")[0]):
        try:
            return ip_address(candidate.partition("%")[0])
        except ValueError:
            continue
    return None
