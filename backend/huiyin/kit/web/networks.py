"""From which network a request comes, as coarse as a neighbourhood: never the address, and never kept as it is."""

import ipaddress

from starlette.requests import HTTPConnection

_IPV4_BITS, _IPV6_BITS = 24, 48
UNKNOWN = "unknown"


def network_of(connection: HTTPConnection, header: str | None) -> str:
    """The /24 (IPv4) or /48 (IPv6) that a request comes from; `unknown` where nothing says so.

    A private address says nothing: it is a proxy's, behind which everybody stands.

    Args:
        header: the header in which the proxy in front says it (the last value of a list: what that proxy has added);
            None: the other end of the connection.
    """
    if header is not None:
        given = connection.headers.get(header, "").rpartition(",")[2].strip()
    else:
        given = connection.client.host if connection.client else ""
    try:
        address = ipaddress.ip_address(given.strip("[]").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global:
        return UNKNOWN
    bits = _IPV4_BITS if address.version == 4 else _IPV6_BITS
    return str(ipaddress.ip_network((address, bits), strict=False))
