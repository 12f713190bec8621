"""Envelopes of suite i1 and the desk key's shares: known answers shared with the browser, and what must not open."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from huiyin.cli import app
from huiyin.kit.crypto.base64url import bytes_of
from huiyin.settings import CHECKOUT
from huiyin.tips.identity.envelope import (
    ENVELOPE_BYTES,
    Identity,
    NotAnEnvelope,
    desk_info,
    open_envelope,
    opening_info,
    seal,
)
from huiyin.tips.keys.recovery import CannotRecover, checked, read_share, recover, shares_of, unwrap, wrap

VECTORS: dict[str, Any] = json.loads((CHECKOUT / "tests/vectors/identity-i1.json").read_text())
SECRET, PUBLIC = bytes_of(VECTORS["secret"]), bytes_of(VECTORS["public_key"])
SHARES = VECTORS["shares"]


@pytest.mark.parametrize("vector", VECTORS["envelopes"], ids=lambda one: f"{one['sealed_by']}-{bool(one['identity'])}")
def test_envelope_that_either_side_sealed_opens(vector: dict[str, Any]):
    info = desk_info(VECTORS["version"], VECTORS["token_hash"])
    assert vector["info"] == info
    opened = open_envelope(SECRET, info, bytes_of(vector["envelope"]))
    assert opened == (Identity(**vector["identity"]) if vector["identity"] else None)


def test_envelope_of_nobody_is_as_large_as_that_of_somebody():
    told = Identity("测试戊", "电话", "证件")
    sizes = {len(seal(PUBLIC, "x", identity)) for identity in (told, None)}
    assert sizes == {ENVELOPE_BYTES}


def test_envelope_opens_for_its_own_binding_and_key_alone():
    info = desk_info(1, VECTORS["token_hash"])
    envelope = seal(PUBLIC, info, Identity("甲", "", ""))
    other = bytes([*SECRET[:-1], SECRET[-1] ^ 1])
    changed = envelope[:-1] + bytes([envelope[-1] ^ 1])
    for secret, binding, sealed in (
        (SECRET, desk_info(2, VECTORS["token_hash"]), envelope),
        (SECRET, opening_info("1"), envelope),
        (other, info, envelope),
        (SECRET, info, changed),
        (SECRET, info, envelope[:60]),
    ):
        with pytest.raises(NotAnEnvelope):
            open_envelope(secret, binding, sealed)


def test_identity_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="too long"):
        seal(PUBLIC, "x", Identity("长" * 700, "", ""))


@pytest.mark.parametrize("chosen", list(itertools.combinations(range(5), 3)))
def test_any_three_custodians_recover_the_key(chosen: tuple[int, ...]):
    assert recover([read_share(SHARES[index]) for index in chosen], PUBLIC) == SECRET


def test_two_custodians_do_not():
    with pytest.raises(CannotRecover, match="3 different"):
        recover([read_share(SHARES[0]), read_share(SHARES[1])], PUBLIC)
    with pytest.raises(CannotRecover, match="3 different"):
        recover([read_share(SHARES[index]) for index in (0, 1, 1)], PUBLIC)


def test_share_that_is_mistyped_says_so():
    with pytest.raises(CannotRecover, match="mistyped"):
        read_share(SHARES[0][:-9] + ("0" if SHARES[0][-9] != "0" else "1") + SHARES[0][-8:])
    with pytest.raises(CannotRecover, match="no share"):
        read_share("HY1-3: zz")


def test_share_is_known_by_its_commitment_and_by_no_other():
    """As the browser makes and checks it (share.test.ts)."""
    for number, (share, kept) in enumerate(zip(SHARES, VECTORS["share_commitments"], strict=True), 1):
        assert checked(share, VECTORS["public_key"], number, kept) == VECTORS["version"]
        with pytest.raises(CannotRecover, match="not the share"):
            checked(share, VECTORS["public_key"], number % 5 + 1, kept)
        with pytest.raises(CannotRecover, match="not the share"):
            checked(share, VECTORS["envelopes"][0]["ephemeral_public"], number, kept)
    with pytest.raises(CannotRecover, match="copy both whole"):
        checked(SHARES[0], VECTORS["public_key"], 1, "?")


@pytest.mark.parametrize(
    ("sheet", "said"), [(2, "This is sheet 2 of version 3"), (3, "not the share that was recorded")]
)
def test_custodian_checks_a_sheet_offline(sheet: int, said: str):
    kept = VECTORS["share_commitments"][1]
    arguments = ["keys", "check", "--public-key", VECTORS["public_key"], "--sheet", str(sheet), "--commitment", kept]
    result = CliRunner().invoke(app, arguments, env={"HUIYIN_SHARE": SHARES[1]})
    assert said in result.output
    assert result.exit_code == (0 if sheet == 2 else 2)


def test_blanks_and_full_width_digits_of_a_share_do_not_matter():
    wide = SHARES[2].replace("0", "０").replace(" ", "　")
    assert read_share(wide) == read_share(SHARES[2])


def test_shares_of_another_key_recover_nothing():
    another = VECTORS["envelopes"][0]["ephemeral_public"]
    with pytest.raises(CannotRecover, match="another key"):
        recover([read_share(share) for share in SHARES[:3]], bytes_of(another))


@pytest.mark.parametrize("kept", ["wrapping", "wrapping_by_python"])
def test_key_that_either_side_wrapped_is_unwrapped_by_its_passphrase(kept: str):
    assert unwrap(VECTORS[kept], PUBLIC, VECTORS["passphrase"]) == SECRET
    assert unwrap(VECTORS[kept], PUBLIC, VECTORS["passphrase"] + "!") is None


def test_short_passphrase_is_refused():
    with pytest.raises(CannotRecover, match="16"):
        wrap(SECRET, PUBLIC, "too short")


def test_drill_a_lost_key_is_recovered_offline_and_opens_what_was_sealed_before(tmp_path: Path):
    """The command has no database, no server and no settings here; its file holds no key in clear."""
    shares, out = tmp_path / "shares", tmp_path / "key.json"
    shares.write_text("\n".join([SHARES[4], "", SHARES[0], SHARES[2]]))
    arguments = ["keys", "recover", "--public-key", VECTORS["public_key"], "--shares-file", str(shares)]
    ran = CliRunner().invoke(app, [*arguments, "--out", str(out)], env={"HUIYIN_PASSPHRASE": "a new passphrase"})
    assert ran.exit_code == 0, ran.output
    assert out.stat().st_mode & 0o777 == 0o600
    document = json.loads(out.read_text())
    assert (document["suite"], document["version"]) == ("i1", VECTORS["version"])
    assert VECTORS["secret"] not in out.read_text()
    secret = unwrap(document["wrapping"], PUBLIC, "a new passphrase")
    vector = VECTORS["envelopes"][0]
    assert secret is not None
    assert open_envelope(secret, vector["info"], bytes_of(vector["envelope"])) == Identity(**vector["identity"])


def test_drill_with_a_mistyped_share_writes_nothing_and_says_why(tmp_path: Path):
    out = tmp_path / "key.json"
    typed = "\n".join([SHARES[0], SHARES[1], SHARES[2].replace("a", "b")])
    arguments = ["keys", "recover", "--public-key", VECTORS["public_key"], "--out", str(out)]
    ran = CliRunner().invoke(app, arguments, input=typed + "\n", env={"HUIYIN_PASSPHRASE": "a new passphrase"})
    assert ran.exit_code == 2
    assert "mistyped" in ran.output
    assert SHARES[0] not in ran.output
    assert not out.exists()


def test_demo_splits_a_key_as_the_browser_does():
    sheets = shares_of(SECRET, 3)
    assert all(len(sheet) == len(SHARES[0]) for sheet in sheets)
    for chosen in itertools.combinations(sheets, 3):
        assert recover([read_share(sheet) for sheet in chosen], PUBLIC) == SECRET
    assert set(sheets).isdisjoint(shares_of(SECRET, 3)), "at random"
