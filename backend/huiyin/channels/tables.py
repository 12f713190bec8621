"""The modules that define tables of this part."""

from huiyin.channels import models

TABLES = (models,)
