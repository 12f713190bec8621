"""Signed notes, checkpoints and cosignatures, in the texts that other tools read too.

C2SP signed-note, tlog-checkpoint and tlog-cosignature (https://c2sp.org), all with Ed25519 (RFC 8032). A key is
written as a "vkey": `name+key id in hex+base64(type || public key)`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = 0x01, 0x04  # signature types of signed-note and tlog-cosignature
MAX_NOTE = 16 * 1024
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$")


class BadNote(Exception):
    """Not a note, not signed by the key at hand, or not what the text should say. The message says which."""


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("a value is not base64") from error


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name and what it signs: notes (`ED25519`) or checkpoints of others (`COSIGNATURE`)."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || newline || type || public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str, kind: int = ED25519) -> "Verifier":
        """Read a key of one kind. Raises BadNote, in words for who typed it."""
        name, id_, key = (*vkey.strip().split("+", 2), "", "")[:3]
        raw = _unbase64(key)
        if not _NAME.fullmatch(name) or len(raw) != 33:
            raise BadNote("A key looks like name+0a1b2c3d+base64 of 33 bytes")
        if raw[0] != kind:
            raise BadNote(f"The key is of type {raw[0]}; type {kind} is needed here")
        found = cls(name, raw[1:], kind)
        if found.key_id.hex() != id_:
            raise BadNote("The key's id does not fit its name and bytes")
        return found

    def check(self, signature: bytes, message: bytes) -> None:
        """Raises BadNote unless the key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise BadNote(f"A signature of {self.name} is wrong") from error


class Signer:
    """A private key with its name. Its 32 bytes are the seed of RFC 8032."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        if not _NAME.fullmatch(name):
            raise BadNote(f"{name!r} cannot be a key's name: no spaces, no plus sign")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw(), kind)

    def __repr__(self) -> str:  # keys never reach a log by way of a traceback
        return f"Signer({self.verifier.name})"

    def _line(self, signature: bytes) -> str:
        return f"— {self.verifier.name} {_base64(self.verifier.key_id + signature)}\n"

    def sign(self, text: str) -> str:
        """A signed note of a text that ends in a newline."""
        return f"{text}\n{self._line(self._key.sign(text.encode()))}"

    def cosign(self, text: str, at: datetime) -> str:
        """The signature line of a cosignature (tlog-cosignature v1) on a checkpoint's text."""
        seconds = int(at.timestamp())
        return self._line(seconds.to_bytes(8, "big") + self._key.sign(_cosigned(text, seconds)))


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Note:
    """A note's text and its signature lines, none of them checked yet."""

    text: str
    lines: tuple[tuple[str, bytes], ...]
    """Key name, and key id with signature."""

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Split a note. Raises BadNote."""
        if len(note) > MAX_NOTE or any(ord(char) < 0x20 and char != "\n" for char in note):
            raise BadNote("Not a note: too long, or with control characters")
        text, blank, signatures = note.rpartition("\n\n")
        if not blank or not signatures.endswith("\n"):
            raise BadNote("Not a note: it has no signature lines")
        lines = []
        for line in signatures[:-1].split("\n"):
            if (match := _LINE.match(line)) is None:
                raise BadNote("Not a note: a signature line is malformed")
            lines.append((match[1], _unbase64(match[2])))
        return cls(text + "\n", tuple(lines))

    def _of(self, key: Verifier) -> list[bytes]:
        return [raw[4:] for name, raw in self.lines if name == key.name and raw[:4] == key.key_id]

    def check(self, key: Verifier) -> str:
        """The text, if the key signed it. Raises BadNote."""
        found = self._of(key)
        if not found:
            raise BadNote(f"{key.name} has not signed this")
        for signature in found:
            key.check(signature, self.text.encode())
        return self.text

    def cosigned(self, key: Verifier) -> tuple[datetime, bytes]:
        """When a witness cosigned the checkpoint, and the signature as stored. Raises BadNote."""
        for signature in self._of(key):
            if len(signature) != 72:
                raise BadNote(f"The cosignature of {key.name} has {len(signature)} bytes, not 72")
            seconds = int.from_bytes(signature[:8], "big")
            key.check(signature[8:], _cosigned(self.text, seconds))
            try:
                return datetime.fromtimestamp(seconds, UTC), signature
            except (OverflowError, ValueError, OSError) as error:
                raise BadNote("The cosignature's time is no time") from error
        raise BadNote(f"{key.name} has not cosigned this")


def with_cosignature(note: str, key: Verifier, signature: bytes) -> str:
    """A note with one more signature line."""
    return f"{note}— {key.name} {_base64(key.key_id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large the log is and what its root is (tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a checkpoint's text, extension lines left aside. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]) or lines[-1] != "":
            raise BadNote("Not a checkpoint")
        root = _unbase64(lines[2])
        if not lines[0] or len(root) != 32:
            raise BadNote("Not a checkpoint")
        return cls(lines[0], int(lines[1]), root)

    @classmethod
    def checked(cls, note: str, key: Verifier) -> "Checkpoint":
        """The checkpoint of a note that the log signed. Raises BadNote: another log's, or not signed by the key."""
        found = cls.parse(Note.parse(note).check(key))
        if found.origin != key.name:
            raise BadNote(f"This is a checkpoint of {found.origin}, not of {key.name}")
        return found


@dataclass(frozen=True, slots=True)
class Promise:
    """The log's word to a reporter: this leaf will be in the log by this time."""

    origin: str
    leaf: bytes
    by: datetime

    @property
    def text(self) -> str:
        """The text that is signed: what it is, whose log, the leaf's hash, seconds since 1970.

        The first line keeps it apart from every checkpoint, whose first line is the log's name.
        """
        return f"huiyin/promise/v1\n{self.origin}\n{_base64(self.leaf)}\n{int(self.by.timestamp())}\n"
