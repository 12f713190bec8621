"""Witnesses: who cosigns a state of the log, and which cosignatures are refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huiyin.exchange.public_log.client import LogLied, Unreachable
from huiyin.exchange.public_log.witness import BadKeyFile, Witness, make_key, read_key
from huiyin.trail.notes import COSIGNATURE, Checkpoint, Note, Signer
from huiyin.trail.signing import log_signer
from tests.factories.keeper import LOG, Keeper, roll_back


@pytest.fixture
def witness(signed: Keeper, tmp_path: Path) -> Witness:
    """A registered witness of the market office."""
    signer = make_key(tmp_path / "secret", "witness.example/w1")
    given = {"agency_id": str(signed.house.agencies["market"].id), "key": signer.verifier.vkey}
    answer = signed.house.signed_in("city", "admin").post(f"{LOG}/witnesses", given)
    assert answer.status_code == 201, answer.text
    http = signed.house.connect()
    return Witness(signed.client(), http.post, signer, tmp_path / "state")


def test_witness_cosigns_and_everyone_sees_it(signed: Keeper, witness: Witness):
    assert "cosigned" in witness.once()
    note = signed.house.connect().get(f"{LOG}/checkpoint?cosigned=true").text
    assert Checkpoint.checked(note, log_signer().verifier) == witness.seen()
    assert abs(Note.parse(note).cosigned(witness.signer.verifier)[0] - datetime.now(UTC)) < timedelta(minutes=1)
    (shown,) = signed.house.connect().get(f"{LOG}/keys").json()["witnesses"]
    assert (shown["size"], shown["agency"]["name"]) == (signed.checkpoint().size, "测试市市场监管局")
    witness.once()  # again: nothing new, nothing wrong
    signed.house.file()
    signed.sign()
    witness.once()
    (shown,) = signed.house.connect().get(f"{LOG}/keys").json()["witnesses"]
    assert shown["size"] == signed.checkpoint().size


def test_witness_signs_nothing_that_does_not_extend_what_it_saw(signed: Keeper, witness: Witness):
    before = signed.checkpoint()
    signed.house.file()
    signed.sign()
    witness.once()
    state = witness.state.read_text()
    signed.house.sql("DELETE FROM log_cosignatures")
    roll_back(signed, before.size)
    with pytest.raises(LogLied, match="rolled back"):
        witness.once()
    for _ in range(3):
        signed.house.file()
    signed.sign()
    with pytest.raises(LogLied, match="rewritten"):
        witness.once()
    assert witness.state.read_text() == state
    assert signed.house.value("SELECT count(*) FROM log_cosignatures") == 0


def test_cosignature_of_a_stranger_or_a_retired_witness_is_refused(signed: Keeper, witness: Witness, tmp_path: Path):
    stranger = make_key(tmp_path / "other", "stranger.example/w")
    http = signed.house.connect()
    with pytest.raises(Unreachable, match="422"):
        Witness(signed.client(), http.post, stranger, tmp_path / "s").once()
    id_ = signed.house.value("SELECT id FROM log_witnesses")
    admin = signed.house.signed_in("city", "admin")
    assert admin.post(f"{LOG}/witnesses/{id_}/retire").json()["retired_at"] is not None
    assert admin.post(f"{LOG}/witnesses/{id_}/retire").status_code == 409
    with pytest.raises(Unreachable, match="422"):
        witness.once()


def cosigned(note: str, signer: Signer, at: datetime) -> dict[str, str]:
    return {"note": note + signer.cosign(Note.parse(note).text, at)}


def test_cosignature_that_is_wrong_is_refused_by_its_field(signed: Keeper, witness: Witness):
    http, now = signed.house.connect(), datetime.now(UTC)
    note = http.get(f"{LOG}/checkpoint").text
    good = cosigned(note, witness.signer, now)
    other = Signer(log_signer().verifier.name, bytes(32)).sign(Checkpoint("localhost/log", 3, bytes(32)).text)
    wrong = [
        {"note": "x"},
        {"note": note},
        cosigned(note, witness.signer, now + timedelta(hours=1)),
        cosigned(other, witness.signer, now),
        {"note": good["note"].replace("\n\n", "\nmore\n\n", 1)},
        {"note": note + Signer("witness.example/w1", bytes(32), COSIGNATURE).cosign(note, now)},
    ]
    for body in wrong:
        answer = http.post(f"{LOG}/cosignatures", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/note"), body
    assert signed.house.value("SELECT count(*) FROM log_cosignatures") == 0
    assert http.post(f"{LOG}/cosignatures", good).status_code == 200


def test_witness_is_registered_by_an_administrator_with_an_event(signed: Keeper, witness: Witness):
    given = {"agency_id": str(signed.house.agencies["market"].id), "key": witness.signer.verifier.vkey}
    assert signed.house.signed_in("city", "reviewer").post(f"{LOG}/witnesses", given).status_code == 403
    admin = signed.house.signed_in("city", "admin")
    assert admin.post(f"{LOG}/witnesses", given).status_code == 409
    assert admin.post(f"{LOG}/witnesses", given | {"key": log_signer().verifier.vkey}).status_code == 422
    assert signed.house.value("SELECT count(*) FROM events WHERE event = 'witness:register'") == 1


def test_witness_key_file_that_others_can_read_is_refused(tmp_path: Path):
    make_key(tmp_path / "secret", "witness.example/w1")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(BadKeyFile, match="chmod 600"):
        read_key(tmp_path / "secret")
    (tmp_path / "none").write_text("nothing")
    (tmp_path / "none").chmod(0o600)
    with pytest.raises(BadKeyFile, match="no witness key"):
        read_key(tmp_path / "none")
