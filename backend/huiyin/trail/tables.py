"""The modules that define tables of this part."""

from huiyin.trail import models

TABLES = (models,)
