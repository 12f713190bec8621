"""The route by which the public form asks for its work early, while the reporter is still typing."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from huiyin.access.actors import SessionDep, public
from huiyin.access.schemas import RegionCode
from huiyin.channels.register import nearest_web_channel
from huiyin.channels.surges import raised_until
from huiyin.kit.crypto.proof_of_work import issue
from huiyin.kit.web.networks import network_of
from huiyin.tips.reporting.admission import Purpose, admission_of
from huiyin.tips.reporting.admission_schemas import Challenge, WorkAsked

router = APIRouter(prefix="/api/v1/public", tags=["public"])


@router.get("/challenge", operation_id="get_challenge", dependencies=[Depends(public)])
def get_challenge(
    request: Request,
    session: SessionDep,
    region_code: Annotated[RegionCode | None, Query(description="Where the tip will be for")] = None,
) -> WorkAsked:
    """The work that sending a tip costs now. Its proof goes along as `Proof-Of-Work`, once, within half an hour."""
    admission = admission_of(request)
    until = raised_until(session)
    if not admission.tries:
        return WorkAsked(challenge=None, raised_until=until)
    channel_id = nearest_web_channel(session, region_code) if region_code else None
    network = network_of(request, admission.header)
    tries = admission.tries_of_tip(network, channel_id, surge=until is not None)
    challenge = Challenge.model_validate(issue(Purpose.tip, tries, datetime.now(UTC)))
    return WorkAsked(challenge=challenge, raised_until=until)
