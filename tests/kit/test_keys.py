"""Where key-encryption keys come from: what is refused, what a process notices, that nothing tells a key."""

import base64
import logging
import os
from pathlib import Path

import pytest

from huiyin.kit.crypto import keys
from huiyin.kit.crypto.keys import EnvironmentKeys, FileKeys, KeyMissing, provider
from huiyin.kit.crypto.vault import Unreadable, Vault
from huiyin.settings import Settings, UnsafeSetting


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write(tmp_path / "secrets" / "kek-v1", os.urandom(32))


def write(path: Path, secret: bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(secret)
    path.chmod(mode)
    return path


WEAK = {
    "zeros": bytes(32),
    "one byte": b"\x7f" * 32,
    "a pattern": b"\x01\x02\x03\x04" * 8,
    "typed by a person": b"correct-horse-battery-staple-123",
    "hexadecimal": os.urandom(16).hex().encode(),
}


@pytest.mark.parametrize("secret", WEAK.values(), ids=WEAK)
def test_key_that_is_not_random_is_refused(first: Path, secret: bytes):
    write(first, secret)
    with pytest.raises(UnsafeSetting, match="is not random"):
        FileKeys(first)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_key_that_others_can_read_is_refused(first: Path, mode: int):
    first.chmod(mode)
    with pytest.raises(UnsafeSetting, match="can be read by others"):
        FileKeys(first)


def test_key_in_a_folder_where_others_write_is_refused(first: Path):
    first.parent.chmod(0o777)
    with pytest.raises(UnsafeSetting, match="Others can put another"):
        FileKeys(first)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_key_of_another_length_is_refused(first: Path, length: int):
    write(first, os.urandom(length))
    with pytest.raises(UnsafeSetting, match="bytes, not 32"):
        FileKeys(first)


def test_any_version_is_checked_not_the_first_alone(first: Path):
    write(first.with_name("kek-v2"), bytes(32))
    with pytest.raises(UnsafeSetting, match="kek-v2 is not random"):
        FileKeys(first)


def test_no_key_is_made_outside_of_a_demo(tmp_path: Path):
    with pytest.raises(UnsafeSetting, match="There is no key-encryption key"):
        provider(Settings(data=tmp_path, demo=False))
    assert not (tmp_path / "secrets").exists()


def test_second_version_alone_needs_the_derived_keys(first: Path):
    first.rename(first.with_name("kek-v2"))
    with pytest.raises(UnsafeSetting, match="derived-keys is missing"):
        FileKeys(first)


def test_damaged_derived_keys_are_refused(first: Path):
    write(first.with_name("derived-keys"), b'{"mac": "zz"}')
    with pytest.raises(UnsafeSetting, match="is damaged"):
        FileKeys(first)


def test_running_process_reads_a_version_that_came_later(first: Path):
    running = Vault(FileKeys(first))
    write(first.with_name("kek-v2"), os.urandom(32))
    later = Vault(FileKeys(first)).new_key("tips/1")
    assert later.kek_version == 2
    assert running.unwrap(later.wrapped, "tips/1") == later.plain, "at once, when it meets one"


def test_running_process_wraps_with_a_version_that_came_later(first: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    running = Vault(FileKeys(first))
    write(first.with_name("kek-v2"), os.urandom(32))
    assert running.new_key("tips/1").kek_version == 2


def test_bad_new_version_is_not_used_and_said_without_its_content(
    first: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    running = Vault(FileKeys(first))
    secret = os.urandom(32)
    write(first.with_name("kek-v2"), secret, 0o644)
    with caplog.at_level(logging.DEBUG):
        assert running.new_key("tips/1").kek_version == 1, "tips still come in"
    assert "can be read by others" in caplog.text
    assert secret.hex() not in caplog.text
    assert repr(secret) not in caplog.text


def test_version_that_is_not_there_is_unreadable(first: Path):
    write(first.with_name("kek-v2"), os.urandom(32))
    wrapped = Vault(FileKeys(first)).new_key("tips/1").wrapped
    first.with_name("kek-v2").unlink()
    with pytest.raises(Unreadable):
        Vault(FileKeys(first)).unwrap(wrapped, "tips/1")


@pytest.mark.parametrize("length", range(0, 62, 7))
def test_wrapped_key_cut_short_is_unreadable(first: Path, length: int):
    write(first.with_name("kek-v2"), os.urandom(32))
    held = Vault(FileKeys(first))
    with pytest.raises(Unreadable):
        held.unwrap(held.new_key("tips/1").wrapped[:length], "tips/1")


def test_version_is_part_of_what_opens(first: Path):
    write(first.with_name("kek-v2"), os.urandom(32))
    held = FileKeys(first)
    with pytest.raises(KeyMissing):
        held.unwrap(1, held.wrap(2, bytes(32), b"x"), b"x")


def test_keys_show_in_no_text(first: Path):
    held = FileKeys(first)
    secret = first.read_bytes()
    for shown in (repr(held), str(held), f"{Vault(held)!r}"):
        assert secret.hex() not in shown
        assert repr(secret)[2:-1] not in shown


def env(*given: bytes) -> str:
    return ",".join(f"{number}:{base64.b64encode(key).decode()}" for number, key in enumerate(given, start=1))


def test_environment_gives_versions():
    one, two = os.urandom(32), os.urandom(32)
    held = EnvironmentKeys(env(one, two))
    assert held.versions() == (1, 2)
    assert held.unwrap(2, held.wrap(2, b"k" * 32, b"x"), b"x") == b"k" * 32
    assert held.derive("l") == EnvironmentKeys(env(one)).derive("l"), "what is derived stays the same"


@pytest.mark.parametrize("given", ["", "1", "1:", "1:zz!", "x:QUJD", "1:QUJD", "1:" + "A" * 43 + "="])
def test_environment_that_makes_no_sense_is_refused_and_not_repeated(given: str):
    with pytest.raises(UnsafeSetting) as refused:
        EnvironmentKeys(given)
    assert given[2:] == "" or given[2:] not in str(refused.value)


def test_environment_needs_the_first_version():
    with pytest.raises(UnsafeSetting, match="version 1 too"):
        EnvironmentKeys("2:" + base64.b64encode(os.urandom(32)).decode())


def test_settings_do_not_show_keys():
    given = env(os.urandom(32))
    assert given not in repr(Settings(keks=given))  # type: ignore[arg-type]
