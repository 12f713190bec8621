"""The modules that define tables of this part."""

from huiyin.clocks import models

TABLES = (models,)
