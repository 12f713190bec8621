"""Key-encryption keys in a PKCS#11 token (OASIS PKCS #11 v3.1): they are made there and never leave it.

Any library that a token's maker gives works; the tests use SoftHSM 2. Needs `pip install huiyin[pkcs11]`.
"""

import os
import re
import threading
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import pkcs11
from pkcs11.exceptions import PKCS11Error

from huiyin.kit.crypto.keys import NONCE_BYTES, CannotChangeKeys, KeyMissing
from huiyin.settings import Settings, UnsafeSetting, read_secret

_TAG_BITS = 128
_KEK = "huiyin-kek-v{}"
_DERIVING = "huiyin-derive"
Answer = TypeVar("Answer")


_ANSWERS_FOR = pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT
_REFUSED = (pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange, pkcs11.FunctionFailed, pkcs11.GeneralError)
_CLOSED = (pkcs11.SessionHandleInvalid, pkcs11.SessionClosed, pkcs11.UserNotLoggedIn)


class TokenKeys:
    """Keys named `huiyin-kek-v1`, `huiyin-kek-v2`, … and `huiyin-derive` for what keyed hashes are made with.

    A session of PKCS#11 serves one thread at a time, so a lock stands before it. A session that the token has closed,
    after a restart of its own for example, is opened again once.
    """

    def __init__(self, chosen: Settings) -> None:
        pin_file = chosen.pkcs11_pin_file or chosen.secrets_dir / "pkcs11-pin"
        try:
            self._pin = read_secret(pin_file, "PIN of the token", size=None).decode().strip()
            self._library = pkcs11.lib(str(chosen.pkcs11_module))
        except (OSError, UnicodeDecodeError, RuntimeError, PKCS11Error) as error:
            raise UnsafeSetting(f"The PKCS#11 token cannot be used: {type(error).__name__}: {error}") from None
        self._label = chosen.pkcs11_token
        self._turn = threading.Lock()
        self._session = self._log_in()
        if not self.versions():
            with self._turn:
                self._generate(_DERIVING, pkcs11.KeyType.GENERIC_SECRET, pkcs11.MechanismFlag.SIGN)
                self._generate(_KEK.format(1), pkcs11.KeyType.AES, _ANSWERS_FOR)

    def __repr__(self) -> str:
        return "TokenKeys(…)"

    def _log_in(self) -> pkcs11.Session:
        try:
            token = self._library.get_token(token_label=self._label)
            try:
                return token.open(rw=True, user_pin=self._pin)
            except pkcs11.UserAlreadyLoggedIn:  # a log-in is the whole process's
                return token.open(rw=True)
        except PKCS11Error as error:
            raise UnsafeSetting(
                f"The PKCS#11 token {self._label} does not let us in ({type(error).__name__}). Check "
                f"HUIYIN_PKCS11_TOKEN and HUIYIN_PKCS11_PIN_FILE before its PIN is blocked."
            ) from None

    def _ask(self, what: Callable[[], Answer]) -> Answer:
        with self._turn:
            try:
                return what()
            except _CLOSED:
                self._session = self._log_in()
                return what()

    def versions(self) -> tuple[int, ...]:
        return self._ask(self._versions)

    def _versions(self) -> tuple[int, ...]:
        named = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES}
        labels = [key[pkcs11.Attribute.LABEL] for key in self._session.get_objects(named)]
        found = [re.fullmatch(_KEK.format(r"([1-9]\d{0,4})"), label or "") for label in labels]
        return tuple(sorted(int(match[1]) for match in found if match))

    def _generate(self, label: str, kind: pkcs11.KeyType, may: pkcs11.MechanismFlag) -> None:
        template = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
        self._session.generate_key(kind, 256, label=label, store=True, capabilities=may, template=template)

    def _key(self, label: str) -> Any:
        try:
            return self._session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, label=label)
        except pkcs11.NoSuchKey:
            raise KeyMissing(label) from None

    def wrap(self, version: int, plain: bytes, place: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        given = pkcs11.GCMParams(nonce, place, _TAG_BITS)

        def encrypt() -> bytes:
            key = self._key(_KEK.format(version))
            return bytes(key.encrypt(plain, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=given))

        return nonce + self._ask(encrypt)

    def unwrap(self, version: int, wrapped: bytes, place: bytes) -> bytes:
        if len(wrapped) < NONCE_BYTES + _TAG_BITS // 8:
            raise KeyMissing("cut short")
        given = pkcs11.GCMParams(wrapped[:NONCE_BYTES], place, _TAG_BITS)

        def decrypt() -> bytes:
            key = self._key(_KEK.format(version))
            sealed = wrapped[NONCE_BYTES:]
            return bytes(key.decrypt(sealed, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=given))

        try:
            return self._ask(decrypt)
        except _REFUSED as error:
            raise KeyMissing(f"key-encryption key version {version} does not open it") from error

    def derive(self, label: str) -> bytes:
        def sign() -> bytes:
            return bytes(self._key(_DERIVING).sign(label.encode(), mechanism=pkcs11.Mechanism.SHA256_HMAC))

        return self._ask(sign)

    def make(self, version: int, labels: Collection[str]) -> None:  # noqa: ARG002  the interface's
        self._ask(lambda: self._generate(_KEK.format(version), pkcs11.KeyType.AES, _ANSWERS_FOR))

    def retire(self, version: int) -> None:
        raise CannotChangeKeys(
            f"No row needs version {version}. Destroy {_KEK.format(version)} with the token's own tool when the "
            f"last backup that needs it has gone."
        )
