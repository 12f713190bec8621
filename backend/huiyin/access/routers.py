"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.access.register import api as register
from huiyin.access.register import set_aside
from huiyin.access.sign_in import api as sign_in

ROUTERS = (register.router, set_aside.router, sign_in.router)
