"""Sealed tips (suite s1): the form of an envelope and of a file's pieces, both halves, for commands and tests.

The service itself opens nothing: it has none of the keys. The same forms are made and opened by
`frontend/src/shared/sealedTip.ts`; `tests/vectors/sealed-s1.json` holds both to the same bytes.

An envelope is a body (AES-256-GCM under a key used once, padded to one of a few sizes) and that key, sealed by HPKE to
each reader: the agency's key, and for what the reporter reads too, the key that the receipt code opens.
"""

import json
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from huiyin.kit.crypto.hpke import HPKE, KEY_BYTES, NotAnEnvelope, private_key, public_key

SUITE: Final = "s1"
TAG_BYTES = 16
CONTENT_KEY_BYTES = 32
SEALED_KEY_BYTES = KEY_BYTES + CONTENT_KEY_BYTES + TAG_BYTES
# What is sealed has one of these sizes, so that its length tells little.
STEPS = tuple(1024 * size for size in (1, 4, 16, 64, 256, 512))
BODY_SIZES = tuple(step + TAG_BYTES for step in STEPS)
PIECE = 1024 * 1024
REPORTER = "reporter"
_ONCE = bytes(12)  # the nonce: each content key serves once


def info(what: str, reader: object, binding: str) -> str:
    """What a content key is bound to.

    Args:
        what: `tip`, `file`, or `message/` and who writes (`reporter`, `staff`, `answer`, `objection`).
        reader: the id of the agency's key, or `reporter`.
        binding: the tip's receipt hash in base64url.
    """
    return f"huiyin/sealed/{SUITE}/{what}/{reader}/{binding}"


def _place(what: str, binding: str) -> bytes:
    return f"huiyin/sealed/{SUITE}/{what}/{binding}".encode()


def pad(told: dict[str, Any]) -> bytes:
    """The length in four bytes, the JSON, zeros up to the next step. Raises ValueError: longer than the last step."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    plain = len(text).to_bytes(4, "big") + text
    step = next((step for step in STEPS if len(plain) <= step), None)
    if step is None:
        raise ValueError("too long for an envelope")
    return plain.ljust(step, b"\0")


def seal_body(key: bytes, what: str, binding: str, told: dict[str, Any]) -> bytes:
    """The body of an envelope. Raises ValueError as `pad`."""
    return AESGCM(key).encrypt(_ONCE, pad(told), _place(what, binding))


def open_body(key: bytes, what: str, binding: str, body: bytes) -> dict[str, Any]:
    """What a body holds. Raises NotAnEnvelope: another key or binding, or it was changed."""
    try:
        plain = AESGCM(key).decrypt(_ONCE, body, _place(what, binding))
    except InvalidTag as error:
        raise NotAnEnvelope(what) from error
    length = int.from_bytes(plain[:4], "big")
    if len(plain) not in STEPS or length > len(plain) - 4:
        raise NotAnEnvelope(what)
    told: dict[str, Any] = json.loads(plain[4 : 4 + length])
    return told


def seal_key(to: bytes, bound: str, key: bytes) -> bytes:
    """A content key for one reader: `SEALED_KEY_BYTES`. Raises ValueError: `to` is no public key."""
    return HPKE.encrypt(key, public_key(to), bound.encode())


def open_key(secret: bytes, bound: str, sealed: bytes) -> bytes:
    """The content key. Raises NotAnEnvelope: wrong reader, wrong binding, or it was changed."""
    try:
        return HPKE.decrypt(sealed, private_key(secret), bound.encode())
    except (InvalidTag, ValueError) as error:
        raise NotAnEnvelope(bound) from error


def reply_key(root: bytes) -> bytes:
    """The key under which the reporter's private key is kept, from the root of the receipt code (suite r1)."""
    return HKDF(SHA256(), 32, None, b"huiyin/receipt/r1/reply").derive(root)


def _reply_aad(public: str) -> bytes:
    return f"huiyin/receipt/r1/reply/{public}".encode()


def wrap_reply(key: bytes, nonce: bytes, public: str, secret: bytes) -> bytes:
    """The reporter's private key as the server keeps it; `public` in base64url."""
    return AESGCM(key).encrypt(nonce, secret, _reply_aad(public))


def unwrap_reply(key: bytes, nonce: bytes, public: str, wrapped: bytes) -> bytes:
    """The reporter's private key. Raises NotAnEnvelope: another code, or it was changed."""
    try:
        return AESGCM(key).decrypt(nonce, wrapped, _reply_aad(public))
    except InvalidTag as error:
        raise NotAnEnvelope("reply") from error


def seal_pieces(key: bytes, content: bytes) -> bytes:
    """A file in pieces of 1 MiB, each with a tag; number and end are in the nonce (STREAM, as tips/files/pieces.py)."""
    count = -(-len(content) // PIECE)
    return b"".join(
        AESGCM(key).encrypt(_nonce(at, count), content[at * PIECE : (at + 1) * PIECE], b"") for at in range(count)
    )


def open_pieces(key: bytes, sealed: bytes) -> bytes:
    """The file. Raises NotAnEnvelope: another key, a piece changed, moved, or missing at the end."""
    whole = PIECE + TAG_BYTES
    count = -(-len(sealed) // whole)
    try:
        return b"".join(
            AESGCM(key).decrypt(_nonce(at, count), sealed[at * whole : (at + 1) * whole], b"") for at in range(count)
        )
    except InvalidTag as error:
        raise NotAnEnvelope("pieces") from error


def _nonce(at: int, count: int) -> bytes:
    """Seven zeros, the number in four bytes, and one that says whether this is the last."""
    return bytes(7) + at.to_bytes(4, "big") + bytes([at == count - 1])
