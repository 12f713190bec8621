"""Envelopes of sealed tips: the same bytes as the browser's, one of a few sizes, and nothing opens out of its place."""

import hashlib
import json
from typing import Any

import pytest

from huiyin.kit.crypto.base64url import bytes_of
from huiyin.settings import CHECKOUT
from huiyin.tips.identity.envelope import NotAnEnvelope
from huiyin.tips.sealed import envelope as s1

VECTORS: dict[str, Any] = json.loads((CHECKOUT / "tests/vectors/sealed-s1.json").read_text())
BINDING, KEY_ID = VECTORS["binding"], VECTORS["key_id"]
AGENCY, REPORTER = bytes_of(VECTORS["agency"]["secret"]), bytes_of(VECTORS["reporter"]["secret"])
EACH = pytest.mark.parametrize("vector", VECTORS["envelopes"], ids=lambda one: one["what"])


@EACH
def test_both_readers_open_what_either_side_sealed(vector: dict[str, Any]):
    what = vector["what"]
    body = s1.seal_body(bytes_of(vector["content_key"]), what, BINDING, vector["told"])
    assert (len(body), hashlib.sha256(body).hexdigest()) == (vector["body_bytes"], vector["body_sha256"])
    for secret, reader, field in ((AGENCY, KEY_ID, "to_agency"), (REPORTER, s1.REPORTER, "to_reporter")):
        for name in (field, f"{field}_by_browser"):
            key = s1.open_key(secret, s1.info(what, reader, BINDING), bytes_of(vector[name]))
            assert s1.open_body(key, what, BINDING, body) == vector["told"]


@EACH
def test_envelope_opens_for_nothing_else(vector: dict[str, Any]):
    what, sealed = vector["what"], bytes_of(vector["to_agency"])
    for wrong in (
        s1.info("other", KEY_ID, BINDING),
        s1.info(what, s1.REPORTER, BINDING),
        s1.info(what, KEY_ID, BINDING[::-1]),
    ):
        with pytest.raises(NotAnEnvelope):
            s1.open_key(AGENCY, wrong, sealed)
    with pytest.raises(NotAnEnvelope):
        s1.open_key(REPORTER, s1.info(what, KEY_ID, BINDING), sealed)
    key = bytes_of(vector["content_key"])
    body = s1.seal_body(key, what, BINDING, vector["told"])
    for other, binding in (("other", BINDING), (what, BINDING[::-1])):
        with pytest.raises(NotAnEnvelope):
            s1.open_body(key, other, binding, body)


def test_length_tells_one_of_six_sizes_and_what_is_longer_is_refused():
    key = bytes(32)
    sizes = {len(s1.seal_body(key, "tip", BINDING, {"text": "长" * count})) for count in range(0, 170_000, 997)}
    assert sizes == set(s1.BODY_SIZES)
    with pytest.raises(ValueError, match="too long"):
        s1.pad({"text": "长" * 180_000})


def test_reply_key_is_what_the_receipt_code_gives():
    reply = VECTORS["reply"]
    receipt = json.loads((CHECKOUT / "tests/vectors/receipt-r1.json").read_text())["vectors"][0]
    key = s1.reply_key(bytes_of(receipt["root"]))
    assert key == bytes_of(reply["key"])
    public, nonce, wrapped = VECTORS["reporter"]["public_key"], bytes_of(reply["nonce"]), bytes_of(reply["wrapped"])
    assert s1.wrap_reply(key, nonce, public, REPORTER) == wrapped
    assert s1.unwrap_reply(key, nonce, public, wrapped) == REPORTER
    with pytest.raises(NotAnEnvelope):
        s1.unwrap_reply(key, nonce, VECTORS["agency"]["public_key"], wrapped)


@pytest.mark.parametrize("file", VECTORS["pieces"]["files"], ids=lambda one: str(one["zeros"]))
def test_file_in_pieces_has_the_browsers_bytes(file: dict[str, Any]):
    sealed = s1.seal_pieces(bytes_of(VECTORS["pieces"]["key"]), bytes(file["zeros"]))
    assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (file["bytes"], file["sha256"])
    assert s1.open_pieces(bytes_of(VECTORS["pieces"]["key"]), sealed) == bytes(file["zeros"])


def test_pieces_that_were_cut_off_moved_or_changed_do_not_open():
    key, whole = bytes(32), s1.PIECE + s1.TAG_BYTES
    sealed = s1.seal_pieces(key, bytes(2 * s1.PIECE + 5))
    first, second, last = sealed[:whole], sealed[whole : 2 * whole], sealed[2 * whole :]
    for wrong in (first + second, second + first + last, first + last, sealed[:-1], sealed[:9] + b"x" + sealed[10:]):
        with pytest.raises(NotAnEnvelope):
            s1.open_pieces(key, wrong)
