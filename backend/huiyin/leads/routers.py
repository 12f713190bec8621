"""The routes of this part. Their order means nothing: no two match the same path."""

from huiyin.leads.exports import api as exports
from huiyin.leads.identity import api as identity
from huiyin.leads.inbox import api as inbox
from huiyin.leads.intake import api as intake
from huiyin.leads.intake import sealed_api
from huiyin.leads.lifecycle import ended_terms_api
from huiyin.leads.matching import links_api, search_api
from huiyin.leads.page import acts_api
from huiyin.leads.page import api as page
from huiyin.leads.retention import api as retention
from huiyin.leads.work import api as work
from huiyin.leads.work import checklist_api, dialogue_api, files_api

ROUTERS = (
    exports.router,
    identity.router,
    inbox.router,
    intake.router,
    sealed_api.router,
    ended_terms_api.router,
    links_api.router,
    search_api.router,
    acts_api.router,
    page.router,
    retention.router,
    work.router,
    checklist_api.router,
    dialogue_api.router,
    files_api.router,
)
