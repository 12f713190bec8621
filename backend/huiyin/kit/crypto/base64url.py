"""Bytes as text in addresses and JSON: base64url without padding (RFC 4648, section 5)."""

import base64


def text_of(value: bytes) -> str:
    """Four characters for three bytes, without the `=` at the end."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """What `text_of` wrote. Raises ValueError: it is something else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
