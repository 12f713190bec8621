"""The jobs of tips: files that arrived, and identities and keys whose term has ended."""

from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.tips.files.checks import tend
from huiyin.tips.identity.desk import end_expired
from huiyin.tips.sealed.keys import destroy_retired


def tend_attachments(sessions: Sessions) -> None:
    """Look at files that have arrived; remove unfinished uploads after a day, and files whose key is gone."""
    tend(sessions)


def end_identities(sessions: Sessions) -> None:
    """Destroy identities that were sealed to askers and whose term has ended, and keys that nothing is sealed to."""
    with transaction(sessions) as session:
        end_expired(session)
        destroy_retired(session)


JOBS = (
    Job(
        name="tend_attachments",
        run=tend_attachments,
        cron="* * * * * */5",
        queueing_lock="tend_attachments",
        lock="tend_attachments",
    ),
    Job(name="end_identities", run=end_identities, cron="* * * * *", queueing_lock="end_identities"),
)
