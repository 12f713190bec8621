"""The modules that define tables of this part."""

from huiyin.tips.files import models as files
from huiyin.tips.identity import models as identity
from huiyin.tips.keys import custody_models as custody
from huiyin.tips.keys import models as keys
from huiyin.tips.record import models as record
from huiyin.tips.sealed import models as sealed

TABLES = (custody, files, identity, keys, record, sealed)
