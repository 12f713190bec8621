"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.tips.keys import custody_api
from huiyin.tips.reporting import admission_api, receipt_api, uploads_api

ROUTERS = (custody_api.router, admission_api.router, receipt_api.router, uploads_api.router)
