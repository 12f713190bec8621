"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.exchange.public_log import api as public_log

ROUTERS = (public_log.router,)
