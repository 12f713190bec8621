"""Where key-encryption keys live: files, the environment, or a PKCS#11 token (token.py) that never gives them out.

A key has a version. The newest wraps, all that are there unwrap. What is derived for keyed hashes stays the same when
the newest version changes, so that a rotation needs no new search index (ADR 0030).
"""

import base64
import binascii
import contextlib
import hmac
import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiyin.kit.crypto.key_provider import NONCE_BYTES, CannotChangeKeys, KeyMissing, KeyProvider
from huiyin.settings import KEK_BYTES, Settings, UnsafeSetting, read_secret, store_secret

LOOK_SECONDS = 2.0
"""Within this time every running process knows a new version, and wraps with it."""
_ROOT = "root"
_log = logging.getLogger(__name__)


class HeldKeys:
    """Keys in this process's memory; the base of those that come from files or from the environment."""

    def __init__(self, keys: Mapping[int, bytes], derived: Mapping[str, bytes] | None = None) -> None:
        if not keys:
            raise UnsafeSetting("There is no key-encryption key.")
        if any(len(key) != KEK_BYTES for key in keys.values()):
            raise ValueError(f"a key-encryption key must have {KEK_BYTES} bytes")
        self._keys = dict(keys)
        self._derived = dict(derived or {})

    def __repr__(self) -> str:  # keys never reach a log by way of a traceback
        return f"{type(self).__name__}(…)"

    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._keys))

    def _key(self, version: int) -> bytes:
        try:
            return self._keys[version]
        except KeyError:
            raise KeyMissing(f"key-encryption key version {version}") from None

    def wrap(self, version: int, plain: bytes, place: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._key(version)).encrypt(nonce, plain, place)

    def unwrap(self, version: int, wrapped: bytes, place: bytes) -> bytes:
        key = self._key(version)
        try:
            return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:  # ValueError: cut short, so that no nonce is left
            raise KeyMissing(f"key-encryption key version {version} does not open it") from error

    def derive(self, label: str) -> bytes:
        if (known := self._derived.get(label)) is not None:
            return known
        return hmac.digest(self._derived.get(_ROOT) or self._key(1), label.encode(), "sha256")

    def derived(self, labels: Collection[str]) -> dict[str, bytes]:
        """What `derive` gives for these labels and, under `root`, the key for labels to come; none tells version 1."""
        root = self._derived.get(_ROOT) or hmac.digest(self._key(1), b"huiyin/derived-keys/v1", "sha256")
        return {**self._derived, **{label: self.derive(label) for label in labels}, _ROOT: root}

    def make(self, version: int, labels: Collection[str]) -> None:  # noqa: ARG002  the interface's
        raise CannotChangeKeys(f"Version {version} has to be given to every process that runs.")

    def retire(self, version: int) -> None:
        raise CannotChangeKeys(f"Version {version} has to be taken from every process that runs.")


class FileKeys(HeldKeys):
    """`kek-v1`, `kek-v2`, … in one folder: 32 bytes each, mode 0600. `derived-keys` stands beside them once rotated.

    Running processes look for new files every two seconds, and at once when they meet a version that they do not know.
    """

    def __init__(self, first: Path) -> None:
        self._first = first
        self._changing = threading.Lock()
        self._looked = time.monotonic()
        keys = {version: read_secret(path, "key-encryption key") for version, path in key_files(first).items()}
        derived = read_derived(self._derived_path)
        if 1 not in keys and _ROOT not in derived:
            raise UnsafeSetting(f"{self._derived_path} is missing. It keys the search: restore it from its copy.")
        super().__init__(keys, derived)

    @property
    def _derived_path(self) -> Path:
        return self._first.with_name("derived-keys")

    def versions(self) -> tuple[int, ...]:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        return super().versions()

    def _key(self, version: int) -> bytes:
        if version not in self._keys:
            self._look()
        return super()._key(version)

    def _look(self) -> None:
        with self._changing:
            self._looked = time.monotonic()
            for version, path in key_files(self._first).items():
                if version not in self._keys:
                    try:
                        self._keys = {**self._keys, version: read_secret(path, "key-encryption key")}
                    except (UnsafeSetting, OSError) as error:
                        _log.error("A new key-encryption key is not used: %s", error)

    def make(self, version: int, labels: Collection[str]) -> None:
        try:
            if not self._derived_path.exists():
                kept = {label: key.hex() for label, key in self.derived(labels).items()}
                store_secret(self._derived_path, json.dumps(kept, indent=1).encode())
            store_secret(key_file(self._first, version), secrets.token_bytes(KEK_BYTES))
        except OSError as error:
            raise CannotChangeKeys(
                f"Cannot write {key_file(self._first, version)}: {error.strerror}. Run this where that folder can be "
                f"written, and give the new file and {self._derived_path.name} to the services."
            ) from None
        self._derived = read_derived(self._derived_path)
        self._look()

    def retire(self, version: int) -> None:
        path = key_file(self._first, version)
        kept = path.parent / "retired" / path.name
        try:
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # a run that was cut short has moved it
                path.rename(kept)
        except OSError as error:
            raise CannotChangeKeys(f"Cannot move {path} to {kept}: {error.strerror}.") from None
        self._keys = {number: key for number, key in self._keys.items() if number != version}


class EnvironmentKeys(HeldKeys):
    """HUIYIN_KEKS: `1:BASE64` or `1:BASE64,2:BASE64`, for platforms that hand secrets over in the environment."""

    def __init__(self, given: str) -> None:
        keys = {}
        for part in given.split(","):
            number, separator, text = part.strip().partition(":")
            try:
                if not separator:
                    raise ValueError
                keys[int(number)] = key = base64.b64decode(text, validate=True)
            except (ValueError, binascii.Error):
                raise UnsafeSetting("HUIYIN_KEKS must be 1:BASE64,2:BASE64 (`openssl rand -base64 32`).") from None
            if len(key) != KEK_BYTES or len(set(key)) < KEK_BYTES // 2:
                raise UnsafeSetting(f"HUIYIN_KEKS: version {number} must be {KEK_BYTES} random bytes.")
        if 1 not in keys:
            raise UnsafeSetting("HUIYIN_KEKS must hold version 1 too: it keys the search. Use files to do without it.")
        super().__init__(keys)

    def make(self, version: int, labels: Collection[str]) -> None:  # noqa: ARG002  the interface's
        raise CannotChangeKeys(
            f"HUIYIN_KEKS holds the keys: add {version}:$(openssl rand -base64 32) to it for API, worker and this "
            f"command, start them again, and run this once more."
        )

    def retire(self, version: int) -> None:
        if version == 1:
            raise CannotChangeKeys("Version 1 in HUIYIN_KEKS keys the search too and has to stay.")
        raise CannotChangeKeys(f"No row uses version {version} any more: take it out of HUIYIN_KEKS.")


def key_file(first: Path, version: int) -> Path:
    """Where a version's key stands, beside version 1: `kek-v2` beside `kek-v1`, `name-v2` beside any other `name`."""
    if version == 1:
        return first
    return first.with_name(f"{first.name.removesuffix('-v1')}-v{version}")


def key_files(first: Path) -> dict[int, Path]:
    """The versions whose files are there."""
    pattern = re.compile(re.escape(first.name.removesuffix("-v1")) + r"-v([1-9]\d{0,4})")
    found = {1: first} if first.exists() else {}
    with contextlib.suppress(OSError):
        for path in first.parent.iterdir():
            if (match := pattern.fullmatch(path.name)) and int(match[1]) > 1:
                found[int(match[1])] = path
    return found


def read_derived(path: Path) -> dict[str, bytes]:
    """The keys of `derived-keys`, by label; none when there is no such file. Raises UnsafeSetting."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(read_secret(path, "file of derived keys", size=None))
        return {label: bytes.fromhex(key) for label, key in kept.items()}
    except (ValueError, AttributeError):
        raise UnsafeSetting(f"{path} is damaged: restore it from its copy.") from None


def provider(chosen: Settings) -> KeyProvider:
    """The provider that the settings name. Raises UnsafeSetting."""
    if chosen.pkcs11_module is not None:
        from huiyin.kit.crypto.token import TokenKeys

        return TokenKeys(chosen)
    if chosen.keks is not None:
        return EnvironmentKeys(chosen.keks.get_secret_value())
    if not key_files(chosen.kek_path):
        chosen.make_first_kek()
    return FileKeys(chosen.kek_path)
