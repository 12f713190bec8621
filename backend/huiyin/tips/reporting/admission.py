"""What the public form asks of a stranger before it takes something: work of their machine, more of it under a flood.

No address is kept. Counts of the last ten minutes, by channel and by network (kit/web/recent_counts.py), say how much
work; they never refuse, so that nobody is shut out by neighbours, a proxy or an exit of Tor that they share. Only a
channel that takes in more than any desk could read in a year answers 429 (ADR 0032 has the figures).
"""

import enum
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy.orm import Session

from huiyin.access.actors import public
from huiyin.channels.surges import raised_until
from huiyin.kit.database.sessions import transaction
from huiyin.kit.web.errors import NotFound, RateLimited
from huiyin.kit.web.networks import UNKNOWN, network_of
from huiyin.kit.web.proof_of_work import BadProof, Proof, ProofRequired, check, issue, spend
from huiyin.kit.web.recent_counts import RecentCounts
from huiyin.settings import Settings

FREE_OF_NETWORK = 5
"""Tips of one network within ten minutes before each further doubling doubles the work."""
FREE_OF_CHANNEL = 60
"""The same for a whole channel: ten times what a provincial capital's form took on its busiest day."""
FREE_PERMITS = 10
FREE_CODES = 20
"""Wrong receipt codes of one network: people mistype; with 20 random digits nobody hits one."""
MOST_STEPS = 4
"""Counts make the work at most 16 times as much: half a minute on a slow phone."""
SURGE_STEPS, MOST_STEPS_IN_SURGE = 4, 6
"""While the switch is on: 16 times at least, 64 times at most."""
CEILING = 6_000
"""Tips of one channel within ten minutes and process, ten a second, beyond which it waits: a hundred times where the
work begins to rise. At 16 times the work that takes some twenty processors at full load; reporters never get there."""
WAIT_SECONDS = 60


class Purpose(enum.StrEnum):
    """What a proof is good for; it opens nothing else."""

    tip = "tip"
    upload = "upload"
    receipt = "receipt"


def steps(count: int, free: int) -> int:
    """How many times the work doubles: 0 below `free`, 1 from there on, one more with each doubling of the count."""
    return (count // free).bit_length()


ProofHeader = Annotated[
    str | None,
    Header(alias="Proof-Of-Work", max_length=4000, description="The solved challenge: ALTCHA's payload in base64"),
]


class Admission:
    """Of one process: what came in lately, and how much work that means. Holds no address (see RecentCounts)."""

    def __init__(self, chosen: Settings) -> None:
        self.tries, self.header = chosen.proof_tries, chosen.client_address_header
        self.tips, self.permits, self.wrong_codes = RecentCounts(), RecentCounts(), RecentCounts()

    def tries_of_tip(self, network: str, channel_id: UUID | None, *, surge: bool) -> int:
        """The work that a tip costs now. Without a known network its channel alone counts."""
        by_network = 0 if network == UNKNOWN else steps(self.tips.count(network), FREE_OF_NETWORK)
        by_channel = steps(self.tips.count(str(channel_id)), FREE_OF_CHANNEL) if channel_id else 0
        counted = max(by_network, by_channel)
        if surge:
            return self.tries << min(MOST_STEPS_IN_SURGE, SURGE_STEPS + counted)
        return self.tries << min(MOST_STEPS, counted)


def admission_of(request: Request) -> Admission:
    """This process's counts."""
    found: Admission = request.app.state.admission
    return found


def ask_for(purpose: Purpose, tries: int, reason: str, *, raised: bool = False) -> ProofRequired:
    """The refusal that brings the challenge along; whoever solves it sends the same again."""
    challenge = issue(purpose, tries, datetime.now(UTC))
    detail = "Your machine has to do some work first; nothing is lost, and nothing was taken in yet"
    return ProofRequired(detail, reason=reason, challenge=challenge, raised=raised)


class Sender:
    """Who sends a tip: the network, and the proof that came along, already looked at."""

    def __init__(self, request: Request, proof_of_work: ProofHeader = None) -> None:
        """FastAPI dependency: refuses what is no proof before anything is asked of the database.

        Raises:
            ProofRequired: none, or not a right one.
        """
        self.admission = admission_of(request)
        self.network = network_of(request, self.admission.header)
        self.proof: Proof | None = None
        if self.admission.tries:
            tries = self.admission.tries_of_tip(self.network, None, surge=False)
            self.proof = _looked_at(proof_of_work, Purpose.tip, tries)

    def admit(self, session: Session, channel_id: UUID) -> None:
        """Take the proof for a tip by this channel, in the tip's own transaction; counts it.

        Raises:
            ProofRequired: the proof was used, or stands for less than half the work that is asked for now.
            RateLimited: the channel takes in more than anybody could read.
        """
        admission = self.admission
        if admission.tips.count(str(channel_id)) >= CEILING:
            raise RateLimited("Far too many reports are coming in; try again in a minute", retry_after=WAIT_SECONDS)
        if self.proof is not None:
            raised = raised_until(session) is not None
            tries = admission.tries_of_tip(self.network, channel_id, surge=raised)
            # Half: what was asked for while the page was open may have doubled since.
            if self.proof.tries * 2 < tries:
                raise ask_for(Purpose.tip, tries, "too_easy", raised=raised)
            if not spend(session, self.proof):
                raise ask_for(Purpose.tip, tries, "used", raised=raised)
        admission.tips.add(self.network, str(channel_id))


def _looked_at(given: str | None, purpose: Purpose, tries: int) -> Proof:
    if given is None:
        raise ask_for(purpose, tries, "missing")
    try:
        return check(given, purpose, datetime.now(UTC))
    except BadProof as error:
        raise ask_for(purpose, tries, error.args[0]) from None


class Costs:
    """A dependency of routes that a receipt code opens: guessing costs work, more with each wrong code of a network.

    Asked for before the code is looked at, so that it says nothing of it, and used up whatever comes of it.
    """

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose

    def __call__(self, request: Request, proof_of_work: ProofHeader = None) -> Iterator[None]:
        admission = admission_of(request)
        network = network_of(request, admission.header)
        tries = self._tries(admission, network)
        if tries:
            proof = _looked_at(proof_of_work, self.purpose, tries)
            if proof.tries * 2 < tries:
                raise ask_for(self.purpose, tries, "too_easy")
            with transaction(request.app.state.sessions) as session:
                fresh = spend(session, proof)
            if not fresh:
                raise ask_for(self.purpose, tries, "used")
        if self.purpose is Purpose.upload:
            admission.permits.add(network)
        try:
            yield
        except NotFound:
            admission.wrong_codes.add(network)
            raise

    def _tries(self, admission: Admission, network: str) -> int:
        guessing = steps(admission.wrong_codes.count(network), FREE_CODES)
        if self.purpose is Purpose.receipt:
            return admission.tries << min(MOST_STEPS, guessing - 1) if guessing else 0
        return admission.tries << min(MOST_STEPS, max(guessing, steps(admission.permits.count(network), FREE_PERMITS)))


BY_CODE = [Depends(public), Depends(Costs(Purpose.receipt), scope="function")]
"""For a public route that a receipt code opens: kit/web/constant_time.py holds its answers to whole steps of time."""
