"""Makes sealed-s1.json anew: what the browser and Python must agree on about sealed tips. Throw-away test values."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from huiyin.tips.identity.envelope import private_key, public_bytes
from huiyin.tips.sealed import envelope as s1

HERE = Path(__file__).parent
BINDING = "MCtFrDchCb3vFEPXGjg7u00nufsjzZoZESrh9ih0DzI"
KEY_ID = "0198c5a0-0000-7000-8000-00000000000a"
TOLD: dict[str, dict[str, Any]] = {
    "tip": {"narrative": "局里有人给砂场通风报信。\n“第二行” 😀", "place": None, "reply": ""},
    "message/reporter": {"text": "他昨天又打了电话。"},
    "message/staff": {"text": "您记得是哪一天吗？"},
    "file": {"name": "录音 1.m4a", "type": "audio/mp4", "key": "AAAA"},
    "message/answer": {"text": "长" * 6000},
}


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def fixed(name: str, size: int = 32) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:size]


def main() -> None:
    # Keys are fixed, so what the browser sealed to them stays good.
    kept = {one["what"]: one for one in json.loads((HERE / "sealed-s1.json").read_text())["envelopes"]}
    agency, reporter = fixed("agency"), fixed("reporter")
    public = {who: public_bytes(private_key(key).public_key()) for who, key in (("a", agency), ("r", reporter))}
    envelopes = []
    for what, told in TOLD.items():
        key = fixed(what)
        body = s1.seal_body(key, what, BINDING, told)
        envelopes.append(
            {
                "what": what,
                "told": told,
                "content_key": b64(key),
                # Long bodies by their hash.
                "body": b64(body) if len(body) < 2000 else None,
                "body_bytes": len(body),
                "body_sha256": hashlib.sha256(body).hexdigest(),
                "to_agency": b64(s1.seal_key(public["a"], s1.info(what, KEY_ID, BINDING), key)),
                "to_reporter": b64(s1.seal_key(public["r"], s1.info(what, s1.REPORTER, BINDING), key)),
                "to_agency_by_browser": kept[what]["to_agency_by_browser"],
                "to_reporter_by_browser": kept[what]["to_reporter_by_browser"],
            }
        )
    vectors = json.loads((HERE / "receipt-r1.json").read_text())["vectors"]
    root = base64.urlsafe_b64decode(vectors[0]["root"] + "=")
    nonce = fixed("nonce", 12)
    pieces = []
    for size in (1, s1.PIECE - 1, s1.PIECE, s1.PIECE + 1, 2 * s1.PIECE):
        content = bytes(size)
        sealed = s1.seal_pieces(fixed("pieces"), content)
        pieces.append({"zeros": size, "bytes": len(sealed), "sha256": hashlib.sha256(sealed).hexdigest()})
    document = {
        "suite": s1.SUITE,
        "about": "Made by make_sealed.py. Sealed keys were made by Python's cryptography and, `…_by_browser`, by "
        "frontend/src/shared/sealedTip.ts; bodies, pieces and the wrapped reply key are the same bytes on both sides. "
        "Bytes as base64url without padding.",
        "binding": BINDING,
        "key_id": KEY_ID,
        "agency": {"secret": b64(agency), "public_key": b64(public["a"])},
        "reporter": {"secret": b64(reporter), "public_key": b64(public["r"])},
        "envelopes": envelopes,
        "reply": {
            "code": vectors[0]["code"],
            "key": b64(s1.reply_key(root)),
            "nonce": b64(nonce),
            "wrapped": b64(s1.wrap_reply(s1.reply_key(root), nonce, b64(public["r"]), reporter)),
        },
        "pieces": {"key": b64(fixed("pieces")), "files": pieces},
    }
    (HERE / "sealed-s1.json").write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
