"""The witness: watches another house's public log from a machine of its own and cosigns what it has verified.

It needs the log's address and public key, a key of its own, and one file in which it keeps the last checkpoint that it
cosigned. It never signs a log that does not extend that one.
"""

import base64
import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from huiyin.exchange.public_log.client import LogClient, Unreachable
from huiyin.kit.files.replace import replace_file
from huiyin.settings import store_secret
from huiyin.trail.notes import COSIGNATURE, Checkpoint, Note, Signer


class BadKeyFile(Exception):
    """The witness's key file is missing, open to others, or no key. The message says what to do."""


# The form in which Go's sumdb/note keeps private keys: PRIVATE+KEY+name+id+base64(type || seed).
_SECRET = re.compile(r"^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$")


def make_key(path: Path, name: str) -> Signer:
    """Make a witness's key and keep it where its owner alone can read it; an existing one stays."""
    seed = os.urandom(32)
    signer = Signer(name, seed, COSIGNATURE)
    secret = (
        f"PRIVATE+KEY+{name}+{signer.verifier.key_id.hex()}+{base64.b64encode(bytes([COSIGNATURE]) + seed).decode()}"
    )
    store_secret(path, secret.encode())
    return read_key(path)


def read_key(path: Path) -> Signer:
    """A witness's key from its file. Raises BadKeyFile."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        match = _SECRET.match(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeyFile(f"{path} cannot be read ({error}); `huiyin log witness-key` makes one") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadKeyFile(f'{path} can be read by others (mode {mode:04o}). Run: chmod 600 "{path}"')
    raw = base64.b64decode(match[3]) if match else b""
    if match is None or len(raw) != 33 or raw[0] != COSIGNATURE:
        raise BadKeyFile(f"{path} holds no witness key")
    return Signer(match[1], raw[1:], COSIGNATURE)


class Witness:
    """One round: read, verify against what was seen, keep, cosign."""

    def __init__(
        self, client: LogClient, post: Callable[[str, dict[str, str]], httpx.Response], signer: Signer, state: Path
    ) -> None:
        self.client, self._post, self.signer, self.state = client, post, signer, state

    def seen(self) -> Checkpoint | None:
        """The last checkpoint that was cosigned. Raises BadNote where the file was touched."""
        try:
            return Checkpoint.checked(self.state.read_text(encoding="utf-8"), self.client.key)
        except FileNotFoundError:
            return None

    def once(self) -> str:
        """Verify and cosign the newest checkpoint; returns a line for the witness's own record.

        Raises:
            LogLied: the log is not the one that was seen; nothing was signed.
            Unreachable: the log did not answer, or did not take the cosignature; tried again next time.
            BadNote: the state file is no checkpoint of this log.
        """
        seen = self.seen()
        newest, note = self.client.newest()
        if seen is not None:
            self.client.follows(seen, newest)
        if newest != seen:
            # Before it is signed: never two signatures on logs that do not extend each other.
            replace_file(self.state, note)
        text = Note.parse(note).text
        cosigned = f"{text}\n{_log_lines(note, self.client)}{self.signer.cosign(text, datetime.now(UTC))}"
        try:
            answer = self._post("/api/v1/log/cosignatures", {"note": cosigned})
        except httpx.HTTPError as error:
            raise Unreachable(f"cosignatures: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise Unreachable(f"the cosignature was not taken: status {answer.status_code} {answer.text[:300]}")
        return f"cosigned {newest.size} events, root {base64.b64encode(newest.root).decode()}"


def _log_lines(note: str, client: LogClient) -> str:
    """The log's own signature line, without those of other witnesses."""
    lines = note.rpartition("\n\n")[2].splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith(f"— {client.key.name} "))
