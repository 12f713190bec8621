"""The modules that define tables of this part."""

from huiyin.kit.database import items, key_versions
from huiyin.kit.web import idempotency, proof_of_work

TABLES = (idempotency, items, key_versions, proof_of_work)
