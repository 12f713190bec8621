"""The log's own key, and the promise that a reporter gets with it."""

import functools
from datetime import datetime, timedelta

from huiyin.settings import settings
from huiyin.trail.notes import Promise, Signer

# The log answers within seconds and signs within a minute; a day leaves room for a worker that stood still over night.
# RFC 6962 section 3 calls this the maximum merge delay; certificate logs use 24 hours too.
PROMISED = timedelta(hours=24)


@functools.cache
def log_signer() -> Signer:
    """The process's signer, its key read once from where the settings say. Raises UnsafeSetting."""
    chosen = settings()
    return Signer(chosen.log_origin, chosen.read_log_key())


def promise(leaf: bytes, received_at: datetime) -> str:
    """The signed note that a leaf will be in the log a day after its tip came in.

    Ed25519 signs the same text the same way each time, so a promise is made anew instead of being kept.
    """
    signer = log_signer()
    return signer.sign(Promise(signer.verifier.name, leaf, received_at + PROMISED).text)
