"""Asking a ClamAV daemon over its socket (clamd(8), command INSTREAM). Its client libraries are no longer kept."""

import socket
from collections.abc import Iterable

from huiyin.kit.database.items import NotNow

_SECONDS = 120


def scan(address: str, content: Iterable[bytes]) -> str | None:
    """The name of what the scanner found, or None where it found nothing.

    Args:
        address: a socket's path, or host:port.
        content: the file in parts; each is sent with its length in front (4 bytes, network order), zero ends it.

    Raises:
        NotNow: no scanner answers there.
        OSError: it could not scan this file (its size limit, for one), or broke off.
    """
    try:
        connected = _connect(address)
    except OSError as error:
        raise NotNow(f"the virus scanner does not answer ({type(error).__name__})") from None
    with connected as line:
        line.sendall(b"zINSTREAM\0")
        for part in content:
            line.sendall(len(part).to_bytes(4, "big") + part)
        line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and (more := line.recv(4096)):
            answer += more
    said = answer.rstrip(b"\0\n").decode(errors="replace").removeprefix("stream: ")
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise OSError("the virus scanner could not scan")


def _connect(address: str) -> socket.socket:
    if "/" in address:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), _SECONDS)
