"""Makes log-v1.json, the public log's vectors for Python and TypeScript: `python tests/vectors/make_log.py`.

A construction of its own: RFC 6962 section 2.1 word for word, on lists, with nothing of ours imported. The leaves are
those of the Certificate Transparency project's own tests, so the roots can be compared with theirs.
"""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "60" * 16)]
LEAVES[7] = bytes(range(0x60, 0x70))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mth(leaves: list[bytes]) -> bytes:
    """Merkle Tree Hash: section 2.1."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha(b"\1" + mth(leaves[:k]) + mth(leaves[k:]))


def split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]): section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b): section 2.1.2."""
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = split(n)
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Key:
    def __init__(self, name: str, seed: bytes, kind: int) -> None:
        self.key, self.name, self.kind = Ed25519PrivateKey.from_private_bytes(seed), name, kind
        self.public = self.key.public_key().public_bytes_raw()
        self.id = sha(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    def line(self, signature: bytes) -> str:
        return f"— {self.name} {b64(self.id + signature)}\n"


def vectors() -> dict[str, object]:
    sizes = range(len(LEAVES) + 1)
    log = Key("log.example/huiyin", bytes(range(32)), 1)
    witness = Key("witness.example/w1", bytes(range(32, 64)), 4)
    text = f"{log.name}\n8\n{b64(mth(LEAVES))}\n"
    note = f"{text}\n{log.line(log.key.sign(text.encode()))}"
    when = 1_767_225_600
    cosigned = witness.key.sign(f"cosignature/v1\ntime {when}\n{text}".encode())
    entry = (
        '{"actor":null,"actor_kind":"system","agency":null,"at":"2026-01-01T00:00:00.000000+00:00","event":"tip:promise",'
        '"facts":{"receipt":"' + sha(bytes(32)).hex() + '"},"from":null,"id":"0193a1b2-0000-7000-8000-000000000001",'
        '"lead":null,"subject":"0193a1b2-0000-7000-8000-000000000002","to":null}'
    )
    salt = bytes(range(64, 96))
    leaf = sha(b"\0" + sha(salt + entry.encode()))
    # A tree whose fifth leaf is that entry, for the whole check of a receipt.
    of_receipt = [*LEAVES[:4], sha(salt + entry.encode()), *LEAVES[5:]]
    promised = f"huiyin/promise/v1\n{log.name}\n{b64(leaf)}\n{when + 86400}\n"
    receipt_text = f"{log.name}\n8\n{b64(mth(of_receipt))}\n"
    return {
        "leaves": [b64(leaf) for leaf in LEAVES],
        "roots": [b64(mth(LEAVES[:size])) for size in sizes],
        "inclusion": [
            {"index": m, "size": n, "hashes": [b64(h) for h in path(m, LEAVES[:n])]} for n in sizes for m in range(n)
        ],
        "consistency": [
            {"old": m, "size": n, "hashes": [b64(h) for h in subproof(m, LEAVES[:n], True)]}
            for n in sizes
            for m in range(1, n + 1)
        ],
        "key": log.vkey,
        "checkpoint": note,
        "witness": witness.vkey,
        "cosigned": note + witness.line(when.to_bytes(8, "big") + cosigned),
        "cosigned_at": when,
        "receipt": {
            "token": base64.urlsafe_b64encode(bytes(32)).rstrip(b"=").decode(),
            "log": {
                "entry": entry,
                "salt": b64(salt),
                "index": 4,
                "promise": f"{promised}\n{log.line(log.key.sign(promised.encode()))}",
            },
            "leaf": b64(leaf),
            "by": when + 86400,
            "proof": {
                "index": 4,
                "size": 8,
                "leaf": b64(leaf),
                "hashes": [b64(h) for h in path(4, of_receipt)],
                "checkpoint": f"{receipt_text}\n{log.line(log.key.sign(receipt_text.encode()))}",
            },
        },
    }


if __name__ == "__main__":
    (HERE / "log-v1.json").write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
