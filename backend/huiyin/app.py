"""Puts the service together: routes of every part, errors, limits, health; the web apps are in `pages`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from huiyin.access import routers as access
from huiyin.access.actors import public
from huiyin.channels import routers as channels
from huiyin.clocks import routers as clocks
from huiyin.exchange import routers as exchange
from huiyin.kit.crypto.vault import vault
from huiyin.kit.database.sessions import Sessions, make_engine, make_sessions
from huiyin.kit.web import refusals
from huiyin.kit.web.constant_time import ConstantTime
from huiyin.kit.web.errors import PROBLEM_RESPONSES, problem_codes
from huiyin.kit.web.http import BodyLimit, ConnectionLimiter, SecurityHeaders, UnhandledErrors, install_errors
from huiyin.kit.web.misread_ids import MisreadIds
from huiyin.leads import routers as leads
from huiyin.leads.inbox.live import Live, closed_by_signals
from huiyin.pages import add_pages
from huiyin.settings import Settings, settings
from huiyin.tables import metadata
from huiyin.tips import routers as tips
from huiyin.tips.reporting.admission import Admission
from huiyin.tips.reporting.uploads import PATH as UPLOADS
from huiyin.tips.reporting.uploads_api import make_limiter
from huiyin.trail import events
from huiyin.trail.signing import log_signer

TITLE = "Huiyin 回音"
DESCRIPTION = "Every tip gets an answer, and every answer has a name under it. 件件有着落、事事有回音。"
ROUTERS = tuple(router for part in (access, clocks, channels, tips, leads, exchange) for router in part.ROUTERS)


def create_app(given: Settings | None = None, sessions: Sessions | None = None) -> FastAPI:
    """The service. Without arguments, as the environment says; tests hand in their own session maker."""
    chosen = given or settings()
    engine = None
    if sessions is None:
        chosen.refuse_if_unsafe()
        if chosen.app_database_url is None:
            raise RuntimeError("HUIYIN_APP_DATABASE_URL is not set; `make up` and docker-compose.yml set it")
        engine = make_engine(chosen.app_database_url, chosen.db_pool_size)
        sessions = make_sessions(engine)

    live = Live()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        metadata.sorted_tables  # noqa: B018  every foreign key finds its table now, not at somebody's first change
        vault()  # a missing or unreadable key stops the start, not the first tip
        log_signer()
        anyio.to_thread.current_default_thread_limiter().total_tokens = chosen.db_pool_size + 4
        with closed_by_signals(live):
            yield
        await live.ended()
        if engine is not None:
            engine.dispose()

    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the documentation pages load scripts from third parties
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.sessions = sessions
    app.state.live = live
    app.state.admission = Admission(chosen)
    app.state.upload_threads = make_limiter()
    install_errors(app, MisreadIds(route for router in ROUTERS for route in router.routes))
    for router in ROUTERS:
        app.include_router(router, responses=PROBLEM_RESPONSES)
    _add_health(app)
    add_pages(app, chosen.static_dir, chosen.read_office)
    app.add_middleware(ConnectionLimiter, places=chosen.db_pool_size, streamed=f"{UPLOADS}/")
    app.add_middleware(BodyLimit, limit=chosen.max_body_bytes, streamed=f"{UPLOADS}/")
    app.add_middleware(UnhandledErrors)
    _share_refusals(app)
    app.add_middleware(ConstantTime, below="/api/v1/public/receipts/")
    app.add_middleware(SecurityHeaders, https=chosen.is_https)
    return app


def _add_health(app: FastAPI) -> None:
    @app.get("/health/live", tags=["health"], operation_id="is_live", dependencies=[Depends(public)])
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/health/ready", tags=["health"], operation_id="is_ready", dependencies=[Depends(public)])
    def ready(request: Request) -> Response:
        """The database answers and is migrated."""
        session = request.app.state.sessions()
        try:
            session.execute(text("SELECT FROM clock_rules LIMIT 1")).all()
        except SQLAlchemyError as error:
            return JSONResponse({"status": "not ready", "cause": type(error).__name__}, 503)
        finally:
            session.close()
        return JSONResponse({"status": "ok"})


def _share_refusals(app: FastAPI) -> None:
    """Describe each refusal once (OpenAPI 3.1, 4.8.7), not at every operation: half of the document was that."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        document = describe()
        document["paths"] = dict(sorted(document["paths"].items()))  # whatever the order of the parts
        shared: dict[str, Any] = document["components"].setdefault("responses", {})
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    name = f"Refused{status}"
                    if status >= "400" and shared.setdefault(name, response) == response:
                        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
        _name_codes(document)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _name_codes(document: dict[str, Any]) -> None:
    """The registries of events and refusals, whole, and as enumerations where an answer has one of them."""
    document["x-events"] = events.described()
    document["x-refusals"] = {"problems": problem_codes(), "rules": refusals.RULES, "fields": refusals.FIELDS}
    named = {"event": ("EventName", list(document["x-events"])), "rule": ("RuleCode", list(refusals.RULES))}
    schemas = document["components"]["schemas"]
    for schema in list(schemas.values()):
        for field in schema.get("properties", {}).values():
            for value in (field, *field.get("anyOf", ())):
                if value.get("format") in named:
                    name, codes = named[value["format"]]
                    schemas[name] = {"type": "string", "title": name, "enum": codes}
                    value.clear()
                    value["$ref"] = f"#/components/schemas/{name}"
