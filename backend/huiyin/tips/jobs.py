"""The jobs of tips: files that arrived, and identities and keys whose term has ended."""

from datetime import UTC, datetime

from huiyin.kit.database.items import Items
from huiyin.kit.database.jobs import Job
from huiyin.kit.database.sessions import Sessions, transaction
from huiyin.tips.files.checks import tend
from huiyin.tips.identity.desk import destroy_keys, ending
from huiyin.tips.sealed.keys import destroy_retired

BATCH = 200


def tend_attachments(sessions: Sessions) -> None:
    """Look at files that have arrived; remove unfinished uploads after a day, and files whose key is gone."""
    tend(sessions, again=False)


def tend_again(sessions: Sessions) -> None:
    """Look again at files that could not be looked at: one may take minutes, and holds up no other."""
    tend(sessions, again=True)


def end_identities(sessions: Sessions) -> None:
    """Destroy identities that were sealed to askers and whose term has ended, and keys that nothing is sealed to."""
    Items(sessions, "end_openings").all(ending(datetime.now(UTC)), BATCH)
    items = Items(sessions, "destroy_keys")
    for name, destroy in (("identity", destroy_keys), ("sealed", destroy_retired)):
        if items.due(name):
            with items.guarded(name), transaction(sessions) as session:
                destroy(session)


JOBS = (
    Job(
        name="tend_attachments",
        run=tend_attachments,
        cron="* * * * * */5",
        queueing_lock="tend_attachments",
        lock="tend_attachments",
        lane="files",
    ),
    Job(
        name="tend_again",
        run=tend_again,
        cron="* * * * * */15",
        queueing_lock="tend_again",
        lock="tend_again",
        lane="large_files",
    ),
    Job(name="end_identities", run=end_identities, cron="* * * * *", queueing_lock="end_identities"),
)
