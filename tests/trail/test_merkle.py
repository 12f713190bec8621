"""The log's tree and notes against vectors of another construction, and against every way of lying."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from huiyin.settings import CHECKOUT
from huiyin.trail import merkle
from huiyin.trail.merkle import BadProof, Edge, Node
from huiyin.trail.notes import COSIGNATURE, BadNote, Checkpoint, Note, Signer, Verifier
from tests.factories.keeper import unbase64
from tests.vectors.make_log import vectors

VECTORS: dict[str, Any] = json.loads((CHECKOUT / "tests/vectors/log-v1.json").read_text(encoding="utf-8"))
# certificate-transparency-go, trillian/merkle: the roots of their reference tree.
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


LEAVES = [merkle.leaf_hash(leaf) for leaf in unbase64(VECTORS["leaves"])]
ROOTS = unbase64(VECTORS["roots"])


def tree(leaves: list[bytes]) -> dict[Node, bytes]:
    """Every complete node."""
    edge, nodes = Edge(), {}
    for index, leaf in enumerate(leaves):
        nodes[0, index] = leaf
        nodes |= dict(edge.append(leaf))
    return nodes


def test_the_vectors_are_what_their_construction_gives():
    assert vectors() == VECTORS


@pytest.mark.parametrize("size", CT_ROOTS)
def test_the_vectors_have_the_roots_of_the_certificate_logs(size: int):
    assert ROOTS[size].hex() == CT_ROOTS[size]


def test_appending_one_by_one_gives_every_root():
    edge = Edge()
    for size, root in enumerate(ROOTS):
        assert edge.root() == root
        assert merkle.hashes_of([(0, size)], lambda nodes: {node: tree(LEAVES)[node] for node in nodes}) == [root]
        if size < len(LEAVES):
            edge.append(LEAVES[size])


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: f"{v['index']} of {v['size']}")
def test_inclusion_proofs_are_those_of_the_vectors_and_hold(vector: dict[str, Any]):
    index, size = vector["index"], vector["size"]
    proof = merkle.hashes_of(merkle.inclusion_ranges(index, size), lambda _: tree(LEAVES[:size]))
    assert proof == unbase64(vector["hashes"])
    merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    lies = [
        (LEAVES[index - 1] if size > 1 else LEAVES[5], index, size, proof, ROOTS[size]),
        (LEAVES[index], index + 1, size, proof, ROOTS[size]),
        (LEAVES[index], index, size, [*proof, LEAVES[0]], ROOTS[size]),
        (LEAVES[index], index, size, proof, ROOTS[size - 1]),
    ]
    lies += [(LEAVES[index], index, size, proof[:-1], ROOTS[size])] if proof else []
    for lie in lies:
        with pytest.raises(BadProof):
            merkle.verify_inclusion(*lie)


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda v: f"{v['old']} to {v['size']}")
def test_consistency_proofs_are_those_of_the_vectors_and_hold(vector: dict[str, Any]):
    old, size = vector["old"], vector["size"]
    proof = merkle.hashes_of(merkle.consistency_ranges(old, size), lambda _: tree(LEAVES[:size]))
    assert proof == unbase64(vector["hashes"])
    merkle.verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)
    lies: list[tuple[Any, ...]] = [
        (old, LEAVES[7] if old == 1 else ROOTS[old - 1], size, ROOTS[size], proof),
        (old, ROOTS[old], size, LEAVES[7], proof),
        (old, ROOTS[old], size, ROOTS[size], [*proof, LEAVES[0]]),
        (size + 1, ROOTS[old], size, ROOTS[size], proof),
    ]
    lies += [(old, ROOTS[old], size, ROOTS[size], proof[:-1])] if proof else []
    for lie in lies:
        with pytest.raises(BadProof):
            merkle.verify_consistency(*lie)


def test_a_larger_tree_proves_every_leaf_and_every_earlier_size():
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(70)]
    nodes, roots, edge = tree(leaves), [Edge().root()], Edge()
    for leaf in leaves:
        edge.append(leaf)
        roots.append(edge.root())
    for n in (63, 64, 65, 70):
        for m in range(1, n + 1):
            proof = merkle.hashes_of(merkle.consistency_ranges(m, n), lambda _: nodes)
            merkle.verify_consistency(m, roots[m], n, roots[n], proof)
            path = merkle.hashes_of(merkle.inclusion_ranges(m - 1, n), lambda _: nodes)
            merkle.verify_inclusion(leaves[m - 1], m - 1, n, path, roots[n])


def test_checkpoint_and_cosignature_of_the_vectors_are_read_and_made_alike():
    log = Signer("log.example/huiyin", bytes(range(32)))
    witness = Signer("witness.example/w1", bytes(range(32, 64)), COSIGNATURE)
    assert (log.verifier.vkey, witness.verifier.vkey) == (VECTORS["key"], VECTORS["witness"])
    checkpoint = Checkpoint.checked(VECTORS["checkpoint"], Verifier.parse(VECTORS["key"]))
    assert (checkpoint.size, checkpoint.root) == (8, ROOTS[8])
    assert log.sign(checkpoint.text) == VECTORS["checkpoint"]
    at = datetime.fromtimestamp(VECTORS["cosigned_at"], UTC)
    assert VECTORS["checkpoint"] + witness.cosign(checkpoint.text, at) == VECTORS["cosigned"]
    assert Note.parse(VECTORS["cosigned"]).cosigned(witness.verifier)[0] == at


def test_example_of_the_specification_is_read():
    """C2SP tlog-cosignature: the cosigned checkpoint that the text shows."""
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
        "zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dl"
        "rDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    parsed = Note.parse(note)
    assert Checkpoint.parse(parsed.text).size == 20852163
    assert [name for name, _ in parsed.lines] == ["example.com/behind-the-sofa", "witness.example.com/w1"]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("\n8\n", "\n9\n"),
        ("\n8\n", "\n08\n"),
        ("log.example/huiyin\n8", "log.example/other\n8"),
        ("\n\n— ", "\n— "),
        ("— log.example/huiyin", "— log.example/nobody"),
        ("=\n\n", "=\n\t\n\n"),
        ("— log", "- log"),
    ],
)
def test_note_that_was_touched_is_refused(was: str, becomes: str):
    assert was in VECTORS["checkpoint"]
    with pytest.raises(BadNote):
        Checkpoint.checked(VECTORS["checkpoint"].replace(was, becomes, 1), Verifier.parse(VECTORS["key"]))


@pytest.mark.parametrize(
    "vkey", ["", "name", "name+00000000+AAAA", VECTORS["witness"], VECTORS["key"].replace("huiyin", "h"), "a b+1+x"]
)
def test_key_that_is_none_is_refused(vkey: str):
    with pytest.raises(BadNote):
        Verifier.parse(vkey)


def test_promise_is_no_checkpoint_and_a_checkpoint_no_promise():
    key = Verifier.parse(VECTORS["key"])
    with pytest.raises(BadNote):
        Checkpoint.checked(VECTORS["receipt"]["log"]["promise"], key)
