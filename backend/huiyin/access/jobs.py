"""The job of access: forget sign-ins that have ended."""

from sqlalchemy import text

from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction


def forget_sign_ins(sessions: Sessions) -> None:
    """Forget challenges once they expire, and sessions 30 days after that."""
    with transaction(sessions) as session:
        session.execute(text("DELETE FROM sign_in_challenges WHERE expires_at < now()"))
        session.execute(text("DELETE FROM sessions WHERE expires_at < now() - interval '30 days'"))


JOBS = (Job(name="forget_sign_ins", run=forget_sign_ins, cron="17 * * * *", queueing_lock="forget_sign_ins"),)
