"""The modules that define tables of this part."""

from huiyin.workflow import models

TABLES = (models,)
