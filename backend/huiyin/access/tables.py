"""The modules that define tables of this part."""

from huiyin.access import models
from huiyin.access.sign_in import models as sign_in

TABLES = (models, sign_in)
