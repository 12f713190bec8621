"""The modules that define tables of this part."""

from huiyin.leads.exports import models as exports
from huiyin.leads.inbox import saved_views
from huiyin.leads.matching import models as matching
from huiyin.leads.record import expiry
from huiyin.leads.record import models as record
from huiyin.leads.retention import models as retention
from huiyin.leads.work import models as work

TABLES = (expiry, exports, matching, record, retention, saved_views, work)
