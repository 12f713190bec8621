"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.channels import api, surge_api

ROUTERS = (api.router, surge_api.router)
