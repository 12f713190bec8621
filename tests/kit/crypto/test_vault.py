"""Envelope encryption: what opens, and everything that must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kit.crypto.key_provider import NONCE_BYTES
from huiyin.kit.crypto.keys import HeldKeys
from huiyin.kit.crypto.vault import Unreadable, Vault, decrypt_json, encrypt_json

KEK = bytes(range(32))
KEY = bytes(range(32, 64))
_texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.recursive(st.none() | st.booleans() | st.integers() | _texts, st.lists, max_leaves=8))
def test_what_was_sealed_opens_as_it_was(content: object):
    assert decrypt_json(KEY, encrypt_json(KEY, content, "tips/1/content"), "tips/1/content") == content


@pytest.mark.parametrize("place", ["tips/2/content", "tips/1/contents", "", "TIPS/1/content"])
def test_ciphertext_opens_in_its_own_place_only(place: str):
    sealed = encrypt_json(KEY, "甲", "tips/1/content")
    with pytest.raises(Unreadable):
        decrypt_json(KEY, sealed, place)


@pytest.mark.parametrize("position", [0, NONCE_BYTES, -1])
def test_changed_ciphertext_does_not_open(position: int):
    sealed = bytearray(encrypt_json(KEY, "甲", "tips/1/content"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        decrypt_json(KEY, bytes(sealed), "tips/1/content")


@pytest.mark.parametrize("length", [0, 5, NONCE_BYTES, NONCE_BYTES + 15])
def test_ciphertext_cut_short_does_not_open(length: int):
    with pytest.raises(Unreadable):
        decrypt_json(KEY, encrypt_json(KEY, "甲" * 20, "x")[:length], "x")


def test_another_key_does_not_open():
    with pytest.raises(Unreadable):
        decrypt_json(KEK, encrypt_json(KEY, "甲", "x"), "x")


def test_same_text_is_never_sealed_the_same():
    assert len({encrypt_json(KEY, "甲", "x") for _ in range(50)}) == 50


def test_data_key_unwraps_for_its_row_only():
    vault = Vault(HeldKeys({1: KEK}))
    key = vault.new_key("tips/1")
    assert vault.unwrap(key.wrapped, "tips/1") == key.plain
    for place in ("tips/2", "leads/1"):
        with pytest.raises(Unreadable):
            vault.unwrap(key.wrapped, place)


def test_destroyed_key_unwraps_no_more():
    with pytest.raises(Unreadable):
        Vault(HeldKeys({1: KEK})).unwrap(None, "tips/1")


def test_another_key_encryption_key_opens_nothing():
    with pytest.raises(Unreadable):
        Vault(HeldKeys({1: bytes(32)})).unwrap(Vault(HeldKeys({1: KEK})).new_key("tips/1").wrapped, "tips/1")


def test_wrapped_key_is_not_taken_for_a_text():
    """The places of keys and of texts are apart, even of the same name."""
    vault = Vault(HeldKeys({1: KEK}))
    with pytest.raises(Unreadable):
        vault.decrypt_small(vault.new_key("x").wrapped, "x")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_key_encryption_key_of_another_length_is_refused(length: int):
    with pytest.raises(ValueError, match="32 bytes"):
        HeldKeys({1: bytes(length)})


def test_fingerprint_tells_equality_and_needs_the_key():
    vault = Vault(HeldKeys({1: KEK}))
    assert vault.fingerprint(b"a") == Vault(HeldKeys({1: KEK})).fingerprint(b"a") != vault.fingerprint(b"b")
    assert Vault(HeldKeys({1: bytes(32)})).fingerprint(b"a") != vault.fingerprint(b"a")


def test_key_never_shows_in_a_traceback():
    key = Vault(HeldKeys({1: KEK})).new_key("x")
    assert key.plain.hex() not in repr(key)
    assert repr(key.plain) not in repr(key)
