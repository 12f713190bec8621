"""Makes draft-d1.json, a kept draft's box as any other program would make it: `python -m tests.vectors.make_draft`.

PBKDF2-HMAC-SHA-256 over the passphrase (NFKC, without spaces and dashes), AES-256-GCM over the JSON with spaces at its
end up to a multiple of 8192 bytes, the last moment in the additional data. Throw-away test values.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = Path(__file__).parent
CONTENT = {
    "narrative": "每月收一次“卫生费”。\n第二行 😀",
    "conduct": "extortion",
    "officials": [{"id": 3, "name": "某副局长"}],
}


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def vector() -> dict[str, Any]:
    """One box, its passphrase as somebody may type it, and what it holds."""
    salt, nonce, until = bytes(range(16)), bytes(range(12)), 1_790_000_000_000
    key = hashlib.pbkdf2_hmac("sha256", b"bcdfghjkmnpqrstv", salt, 600_000)
    told = json.dumps(CONTENT, ensure_ascii=False).encode()
    box = AESGCM(key).encrypt(nonce, told.ljust(8192), f"huiyin/draft/d1/{until}".encode())
    stored = {"suite": "d1", "until": until, "salt": b64(salt), "nonce": b64(nonce), "box": b64(box)}
    return {"passphrase": "ｂｃｄｆ ghjk-mnpq  rstv", "content": CONTENT, "stored": stored}


if __name__ == "__main__":
    (HERE / "draft-d1.json").write_text(json.dumps(vector(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
