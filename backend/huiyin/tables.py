"""Every part's tables in one metadata, for the migrations to compare with."""

from huiyin.access import tables as access
from huiyin.channels import tables as channels
from huiyin.clocks import tables as clocks
from huiyin.kit import tables as kit
from huiyin.kit.database.tables import Table
from huiyin.leads import tables as leads
from huiyin.tips import tables as tips
from huiyin.trail import tables as trail
from huiyin.workflow import tables as workflow

TABLES = tuple(
    module for part in (kit, trail, access, clocks, workflow, channels, tips, leads) for module in part.TABLES
)
"""The modules that define them."""

metadata = Table.metadata
