"""Every part's tables in one metadata, for the migrations to compare with."""

from huiyin.access import models as access
from huiyin.access.sign_in import models as sign_in
from huiyin.channels import models as channels
from huiyin.clocks import models as clocks
from huiyin.kit.crypto import key_versions, proof_of_work
from huiyin.kit.database.tables import Table
from huiyin.kit.web import idempotency
from huiyin.leads.exports import models as exports
from huiyin.leads.inbox import saved_views
from huiyin.leads.matching import models as indexes
from huiyin.leads.record import models as leads
from huiyin.leads.retention import models as retention
from huiyin.leads.work import models as work
from huiyin.tips.files import models as attachments
from huiyin.tips.identity import models as identity
from huiyin.tips.keys import custody_models as key_custody
from huiyin.tips.record import models as tips
from huiyin.tips.sealed import models as sealed
from huiyin.trail import models as trail
from huiyin.workflow import models as workflow

metadata = Table.metadata

__all__ = [
    "access",
    "attachments",
    "channels",
    "clocks",
    "exports",
    "idempotency",
    "identity",
    "indexes",
    "key_custody",
    "key_versions",
    "leads",
    "metadata",
    "proof_of_work",
    "retention",
    "saved_views",
    "sealed",
    "sign_in",
    "tips",
    "trail",
    "work",
    "workflow",
]
