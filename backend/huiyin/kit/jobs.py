"""The kit's job: forget what has served."""

from sqlalchemy import text

from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction


def housekeeping(sessions: Sessions) -> None:
    """Forget kept answers after 30 days, and spent proofs once they would be refused as expired."""
    with transaction(sessions) as session:
        session.execute(text("DELETE FROM spent_proofs WHERE expires_at < now()"))
        session.execute(text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '30 days'"))


JOBS = (Job(name="housekeeping", run=housekeeping, cron="17 * * * *", queueing_lock="housekeeping"),)
