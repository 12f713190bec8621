"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.clocks import api

ROUTERS = (api.router,)
