"""Key-encryption keys in a real PKCS#11 token (SoftHSM 2): what it wraps opens, and the keys never come out."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from huiyin.kit.crypto.key_provider import CannotChangeKeys, KeyMissing, KeyProvider
from huiyin.kit.crypto.keys import provider
from huiyin.kit.crypto.vault import Unreadable, Vault
from huiyin.settings import Settings, UnsafeSetting

pkcs11 = pytest.importorskip("pkcs11", reason="pip install huiyin[pkcs11]")
MODULE = next((path for path in Path("/usr/lib").glob("**/libsofthsm2.so")), None)
pytestmark = [
    pytest.mark.skipif(MODULE is None or shutil.which("softhsm2-util") is None, reason="apt-get install softhsm2"),
    pytest.mark.xdist_group("token"),  # the library is loaded once in a process, with one configuration
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("token")
    (made / "tokens").mkdir()
    (made / "softhsm2.conf").write_text(f"directories.tokendir = {made / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(made / "softhsm2.conf"))
        command = ["softhsm2-util", "--init-token", "--free", "--label", "huiyin", "--pin", "7391", "--so-pin", "80126"]
        subprocess.run(command, check=True, capture_output=True)
        yield made


def chosen(folder: Path, pin: str = "7391", token: str = "huiyin") -> Settings:
    pin_file = folder / f"pin-{len(list(folder.iterdir()))}"
    pin_file.write_text(pin)
    pin_file.chmod(0o600)
    return Settings(data=folder, pkcs11_module=MODULE, pkcs11_pin_file=pin_file, pkcs11_token=token)


@pytest.fixture
def held(folder: Path) -> KeyProvider:
    return provider(chosen(folder))


def test_a_data_key_opens_in_its_place_alone(held: KeyProvider):
    key = Vault(held).new_key("tips/1")
    assert Vault(held).unwrap(key.wrapped, "tips/1") == key.plain
    for wrapped, place in [(key.wrapped, "tips/2"), (key.wrapped[:-1], "tips/1"), (key.wrapped[:9], "tips/1")]:
        with pytest.raises(Unreadable):
            Vault(held).unwrap(wrapped, place)


def test_the_same_token_opens_it_from_another_process_start(folder: Path, held: KeyProvider):
    key = Vault(held).new_key("tips/1")
    again = provider(chosen(folder))
    assert Vault(again).unwrap(key.wrapped, "tips/1") == key.plain
    assert again.derive("huiyin/search/v1") == held.derive("huiyin/search/v1") != held.derive("huiyin/mac/v1")


def test_the_next_version_wraps_and_the_earlier_one_still_opens(held: KeyProvider):
    earlier, newest = Vault(held).new_key("tips/1"), held.versions()[-1]
    derived = held.derive("huiyin/search/v1")
    held.make(newest + 1, ())
    later = Vault(held).new_key("tips/1")
    assert later.kek_version == newest + 1 == earlier.kek_version + 1
    assert Vault(held).unwrap(earlier.wrapped, "tips/1") == earlier.plain
    assert held.derive("huiyin/search/v1") == derived, "search words stay what they were"
    with pytest.raises(CannotChangeKeys, match="the token's own tool"):
        held.retire(newest)


def test_a_version_that_is_not_there_is_missing(held: KeyProvider):
    with pytest.raises(KeyMissing):
        held.unwrap(999, os.urandom(60), b"x")


def test_the_keys_do_not_come_out(folder: Path, held: KeyProvider):
    with pkcs11.lib(str(MODULE)).get_token(token_label="huiyin").open() as session:
        keys = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY}))
        assert len(keys) >= 2
        for key in keys:
            assert key[pkcs11.Attribute.EXTRACTABLE] is False
            with pytest.raises(pkcs11.PKCS11Error):
                key[pkcs11.Attribute.VALUE]


def test_many_threads_use_one_session(held: KeyProvider):
    vault = Vault(held)
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda number: (number, vault.new_key(f"tips/{number}")), range(100)))
        assert all(threads.map(lambda one: vault.unwrap(one[1].wrapped, f"tips/{one[0]}") == one[1].plain, keys))


START = """
import sys
from pathlib import Path
from huiyin.kit.crypto.keys import provider
from huiyin.settings import Settings, UnsafeSetting
module, pin_file, token = sys.argv[1:]
try:
    provider(Settings(pkcs11_module=Path(module), pkcs11_pin_file=Path(pin_file), pkcs11_token=token))
except UnsafeSetting as refused:
    sys.exit(str(refused))
"""


@pytest.mark.parametrize(
    ("pin", "token", "why"),
    [("0000", "huiyin", "PinIncorrect"), ("7391", "another", "NoSuchToken"), ("7391", "huiyin", "")],
)
def test_a_token_that_does_not_let_us_in_stops_the_start_and_the_pin_is_not_repeated(
    folder: Path, pin: str, token: str, why: str
):
    """In a process of its own: to log in once is to be logged in for the whole process."""
    given = chosen(folder, pin, token)
    command = [sys.executable, "-c", START, str(MODULE), str(given.pkcs11_pin_file), token]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == bool(why), done.stderr
    assert why in done.stderr
    assert pin not in done.stderr


def test_a_pin_that_others_can_read_stops_the_start(folder: Path):
    given = chosen(folder)
    assert given.pkcs11_pin_file is not None
    given.pkcs11_pin_file.chmod(0o644)
    with pytest.raises(UnsafeSetting, match="can be read by others"):
        provider(given)
