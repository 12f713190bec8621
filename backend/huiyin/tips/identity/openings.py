"""Openings of a reporter's identity as a kind of request: asked, granted by another agency, opened by the desk, ended.

A step more than other requests have: what was granted waits for the desk, and runs from when the desk has opened it.
"""

from datetime import timedelta

from sqlalchemy import text

from huiyin.access.permissions import Permission
from huiyin.tips.identity.models import IdentityOpening, OpeningState
from huiyin.tips.identity.schemas import LAPSE_DAYS
from huiyin.workflow.request_models import Apart
from huiyin.workflow.requests import AskerAlone, RequestEvents, RequestKind, Right, Where

OPENINGS = RequestKind(
    table=IdentityOpening,
    matter=None,  # it is of a tip, and the desk that opens it sees no lead
    agreed=OpeningState.granted,
    runs=OpeningState.opened,
    asks=Right(permission=Permission.identities_ask, at=Where.visible_to),
    decides=Right(permission=Permission.identities_grant, at=Where.visible_to, apart=Apart.agency),
    ends=AskerAlone(),
    alone=("tip_id", "asked_by"),
    taken="You have asked for this one already",
    waits=timedelta(days=LAPSE_DAYS),
    term=lambda opening: opening.expires_at,
    events=RequestEvents(
        asked="identity:ask",
        agreed="identity:grant",
        refused="identity:refuse",
        ended="identity:end",
        over="identity:end",
    ),
    due=text("SELECT request, matter FROM identity_openings_to_end(:now, :most)"),
    forgets=("envelope",),
)
