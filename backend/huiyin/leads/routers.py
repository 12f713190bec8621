"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.leads.exports import api as exports
from huiyin.leads.identity import api as identity
from huiyin.leads.inbox import api as inbox
from huiyin.leads.intake import api as intake
from huiyin.leads.intake import sealed_api
from huiyin.leads.lifecycle.ended_terms import api as ended_terms
from huiyin.leads.matching import links_api, search_api
from huiyin.leads.page import api as page
from huiyin.leads.retention import api as retention
from huiyin.leads.work import api as work
from huiyin.leads.work import dialogue_api, files_api
from huiyin.leads.work.templates import api as templates

ROUTERS = (
    exports.router,
    identity.router,
    inbox.router,
    intake.router,
    sealed_api.router,
    ended_terms.router,
    links_api.router,
    search_api.router,
    page.router,
    retention.router,
    work.router,
    templates.router,
    dialogue_api.router,
    files_api.router,
)
