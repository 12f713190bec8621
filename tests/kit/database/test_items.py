"""One item never stops a queue: it steps aside, is tried again later and later, and is set aside where it is seen."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text

from huiyin.kit.database.items import Items, failed
from huiyin.kit.database.lanes import JobFailed, Lane
from huiyin.kit.database.owner import Urls
from huiyin.kit.database.sessions import Sessions, transaction
from tests.kit.database import poison

JOB = "poisoned"


@pytest.fixture
def lane(live: Urls, own: Sessions, owner: Connection) -> Iterator[Lane]:
    """A lane that does the items of the table `poison`."""
    for statement in (poison.TABLE, poison.GRANT):
        owner.execute(text(statement))

    def note(job: str, item: str, failure: str) -> None:
        with transaction(own) as session:
            failed(session, job, item, failure)

    lane = Lane(partial(poison.serve, live.app), item_seconds=2, failed=note, memory=400 << 20)
    yield lane
    lane.stop()


def fill(owner: Connection, *kinds: str) -> None:
    for number, kind in enumerate(kinds, 1):
        owner.execute(text("INSERT INTO poison (id, kind) VALUES (:id, :kind)"), {"id": number, "kind": kind})


def done(owner: Connection) -> list[int]:
    return list(owner.execute(text("SELECT id FROM poison WHERE done ORDER BY id")).scalars())


def noted(owner: Connection) -> list[tuple[Any, ...]]:
    rows = owner.execute(text("SELECT item, failure, tries FROM job_items ORDER BY item")).all()
    return [tuple(row) for row in rows]


def run(lane: Lane) -> None:
    """As the worker does: behind what ended the process, it goes on."""
    assert any(lane.run(JOB) for _ in range(5))


@pytest.mark.parametrize("kind", list(poison.KINDS))
def test_next_item_is_served_whatever_one_does_to_the_process(lane: Lane, owner: Connection, kind: str):
    fill(owner, "good", kind, "good")
    run(lane)
    run(lane)  # what a batch lost with its connection is done by the next run
    assert done(owner) == [1, 3]
    assert noted(owner) == [("2", poison.KINDS[kind], 1)]


@pytest.mark.parametrize("kind", ["raises", "kills_the_process"])
def test_what_failed_is_not_first_again_but_rests(lane: Lane, owner: Connection, kind: str):
    fill(owner, kind)
    run(lane)
    owner.execute(text("INSERT INTO poison (id, kind) VALUES (2, 'good')"))
    run(lane)
    assert (done(owner), noted(owner)) == ([2], [("1", poison.KINDS[kind], 1)])


def test_what_failed_is_tried_again_when_it_is_due_and_then_forgotten(lane: Lane, owner: Connection):
    fill(owner, "raises")
    run(lane)
    owner.execute(text("UPDATE poison SET kind = 'good'"))
    run(lane)
    assert done(owner) == []
    owner.execute(text("UPDATE job_items SET next_at = now()"))
    run(lane)
    assert (done(owner), noted(owner)) == ([1], [])


def test_distances_grow_and_the_fifth_failure_sets_it_aside(own: Sessions, owner: Connection):
    distances = []
    for _ in range(5):
        with transaction(own) as session:
            failed(session, JOB, "7", "ValueError")
        distances.append(owner.execute(text("SELECT extract(epoch FROM next_at - last_at) FROM job_items")).scalar())
    assert [None if gap is None else round(float(gap) / 60) for gap in distances] == [1, 5, 25, 125, None]
    assert not Items(own, JOB).due("7")


def test_lane_for_what_failed_does_nothing_else(own: Sessions, owner: Connection):
    with transaction(own) as session:
        failed(session, JOB, "old", "too_long")
    owner.execute(text("UPDATE job_items SET next_at = now()"))
    first, second = Items(own, JOB, again=False), Items(own, JOB, again=True)
    assert [first.due("old"), first.due("new"), second.due("old"), second.due("new")] == [False, True, True, False]


def test_failure_outside_of_any_item_is_the_jobs_own_and_the_lane_goes_on(lane: Lane, owner: Connection):
    owner.execute(text("ALTER TABLE poison RENAME TO gone"))
    with pytest.raises(JobFailed, match="poisoned: ProgrammingError"):
        lane.run(JOB)
    owner.execute(text("ALTER TABLE gone RENAME TO poison"))
    assert lane.run(JOB)


def test_lane_that_is_ended_in_the_middle_blames_no_item(lane: Lane, owner: Connection):
    fill(owner, "hangs")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(lane.run, JOB)
        time.sleep(1)  # the item hangs by then, and has a second left
        lane.stop()
        assert running.result(timeout=10)
    assert noted(owner) == []


def test_what_is_recorded_holds_no_words(lane: Lane, owner: Connection):
    fill(owner, "raises")
    run(lane)
    row = owner.execute(text("SELECT job_items::text FROM job_items")).scalar_one()
    assert "told" not in row
