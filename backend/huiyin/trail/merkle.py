"""The Merkle tree of the public log: hashing of RFC 6962 section 2.1, proofs and their verification.

Only complete subtrees are ever stored, each as a node `(level, at)`: the hash over the leaves from `at << level` up to
`(at + 1) << level`. They never change once written. Every other hash of the tree is folded from them.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Node = tuple[int, int]
"""Level (0: a leaf) and place among the nodes of that level."""
Range = tuple[int, int]
"""The leaves from the first number up to, not including, the second."""
Read = Callable[[Sequence[Node]], dict[Node, bytes]]
"""Gives the hashes of stored nodes. Raises KeyError, or leaves one out, where one is missing."""

EMPTY = hashlib.sha256(b"").digest()


class BadProof(Exception):
    """The proof does not show what it should: the log is not what it was said to be."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def cover(start: int, end: int) -> list[Node]:
    """The fewest complete nodes that make up a range, from left to right."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of a range from the hashes of its cover; of no leaves at all: SHA-256 of nothing."""
    if not hashes:
        return EMPTY
    *rest, total = hashes
    for left in reversed(rest):
        total = node_hash(left, total)
    return total


class Edge:
    """The right edge of a growing tree: the nodes of `cover(0, size)`, all that appending needs to know."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._nodes = list(zip(cover(0, size), hashes, strict=True))

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf's hash; returns the inner nodes that it completed, lowest first."""
        node, total = (0, self.size), leaf
        completed = []
        while self._nodes and self._nodes[-1][0][0] == node[0]:
            _, left = self._nodes.pop()
            node, total = (node[0] + 1, node[1] >> 1), node_hash(left, total)
            completed.append((node, total))
        self._nodes.append((node, total))
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return fold([hashed for _, hashed in self._nodes])


def _split(start: int, end: int) -> int:
    """Where RFC 6962 splits a range: after the largest power of two that is smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges whose hashes are the audit path of a leaf (RFC 6962 section 2.1.1), from the leaf upwards."""
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that the tree of `size` extends the one of `old` (section 2.1.2)."""
    if old in (0, size):
        return []
    start, end, whole = 0, size, True
    ranges = []
    while old != end:  # the last range that the old tree covers whole
        middle = _split(start, end)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def hashes_of(ranges: Sequence[Range], read: Read) -> list[bytes]:
    """The hashes of ranges, read in one go. Raises KeyError when the tree has a hole."""
    covers = [cover(*each) for each in ranges]
    known = read([node for nodes in covers for node in nodes])
    return [fold([known[node] for node in nodes]) for nodes in covers]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check an audit path as RFC 9162 section 2.1.3.2 says.

    Raises:
        BadProof: the leaf is not at that place of the tree.
    """
    if not 0 <= index < size:
        raise BadProof("the place is outside of the tree")
    first, last, total = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if first & 1 or first == last:
            total = node_hash(each, total)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            total = node_hash(total, each)
        first, last = first >> 1, last >> 1
    if last != 0 or total != root:
        raise BadProof("the leaf is not in the tree")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that a tree only grew, as RFC 9162 section 2.1.4.2 says.

    Raises:
        BadProof: what was in the tree of `old` leaves is not, or not unchanged, in the one of `size`.
    """
    if old > size:
        raise BadProof("the tree shrank")
    if old in (0, size):
        if proof or (old == size and old_root != root):
            raise BadProof("the tree has another root at the same size")
        return
    path = list(proof)
    if old & (old - 1) == 0:  # a power of two: the old root is itself the first node
        path.insert(0, old_root)
    if not path:
        raise BadProof("the proof is too short")
    first, last = old - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = path[0]
    for each in path[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if first & 1 or first == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            after = node_hash(after, each)
        first, last = first >> 1, last >> 1
    if last != 0 or before != old_root or after != root:
        raise BadProof("the tree was changed")
