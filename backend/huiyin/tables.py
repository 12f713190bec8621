"""Every part's tables in one metadata, for the migrations to compare with."""

from huiyin.access import models as access
from huiyin.access import sign_in_models as sign_in
from huiyin.channels import models as channels
from huiyin.kit import idempotency, key_versions, proof_of_work
from huiyin.kit.tables import Table
from huiyin.leads import clock_models as clocks
from huiyin.leads import export_models as exports
from huiyin.leads import indexes, saved_views
from huiyin.leads import models as leads
from huiyin.leads import retention_models as retention
from huiyin.leads import work_models as work
from huiyin.tips import attachment_models as attachments
from huiyin.tips import identity_models as identity
from huiyin.tips import key_custody_models as key_custody
from huiyin.tips import models as tips
from huiyin.tips import sealed_models as sealed
from huiyin.trail import models as trail

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
]
