"""What a reporter sends, and the receipt code's token that the browser keeps."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from huiyin.kit.crypto.base64url import text_of

TIPS = "/api/v1/public/tips"
NOBODY = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class ReceiptCode:
    """What the reporter's browser derives from the code: the token opens the receipt, its hash is sent."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def token(self) -> str:
        return text_of(self.secret)

    @property
    def given(self) -> dict[str, str]:
        return {"suite": "r1", "token_hash": text_of(hashlib.sha256(self.secret).digest())}


def tip_body(code: ReceiptCode | None = None, **changes: Any) -> dict[str, Any]:
    """A tip as the form sends it; `changes` replace or add fields."""
    body = {
        "region_code": "430104",
        "conduct": "protection_money",
        "sector": "markets",
        "narrative": "有人每月到市场向摊主收取“卫生费”，不给就砸摊子。",
        "subjects": [{"kind": "person", "nickname": "三哥"}],
        "receipt": (code or ReceiptCode()).given,
    }
    return body | changes
