"""Blind index: keyed hashes that stand for words and numbers, so that a database can look them up without reading them.

BLAKE2b with a key (RFC 7693, section 2.9) derived from the key-encryption key, 64 bits each. Equal words give equal
hashes; without the key neither a word nor its hash can be computed. What remains visible to a thief is how often a
hash occurs and beside which others (ADR 0008).
"""

import functools
from hashlib import blake2b

from huiyin.kit.crypto.base64url import text_of
from huiyin.kit.crypto.vault import Vault, vault

_BYTES = 8
_KEPT = 65_536  # words whose hash a process remembers: most of what people write


@functools.cache
def _key(held: Vault, purpose: str) -> bytes:
    return held.purpose_key(purpose)


@functools.lru_cache(maxsize=_KEPT)
def lexeme(word: str) -> str:
    """Eleven characters of base64url that stand for a word in the search index."""
    digest = blake2b(word.encode(), key=_key(vault(), "search"), digest_size=_BYTES).digest()
    return text_of(digest)


def number(purpose: str, value: str) -> int:
    """A signed 64-bit integer that stands for a value, another one for each purpose."""
    digest = blake2b(value.encode(), key=_key(vault(), purpose), digest_size=_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)
