"""What stands around every request: size limit, room for the database, security headers, and errors as problems."""

import json
import logging
from typing import Any

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huiyin.kit.web.errors import Conflict, HuiyinError, Invalid, Malformed, NotFound, TooLarge
from huiyin.kit.web.misread_ids import MisreadIds

log = logging.getLogger("huiyin")
PROBLEM_JSON = "application/problem+json"

# OWASP Secure Headers; each answer carries them, whoever made it. tests/security/test_web_hygiene.py walks all routes.
_COMMON = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
        "local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), "
        "xr-spatial-tracking=(), publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}
# Pages: our own files and nothing inline, styles included (Vue and Element Plus set styles through the CSSOM, which a
# policy does not concern). Strings become markup through Vue's own policy alone, which serves its compiled templates.
_CSP_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types vue"
)
# Everything else is data: were a browser to show it as a page, it could do nothing.
_CSP_DATA = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
# Two years, as hstspreload.org asks; without includeSubDomains, since the names beside ours are not ours to bind.
_HSTS = "max-age=63072000"


def problem_response(error: HuiyinError) -> JSONResponse:
    """A refusal as problem details."""
    headers = dict(error.headers or {})
    if "retry_after" in error.members:
        headers["Retry-After"] = str(error.members["retry_after"])
    return JSONResponse(error.problem(), error.status, headers, PROBLEM_JSON)


def _pointer(location: tuple[Any, ...]) -> str:
    """RFC 6901; what is not in the body says where it is."""
    parts = list(location)
    if parts and parts[0] == "body":
        parts = parts[1:]
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def invalid_fields(error: RequestValidationError) -> HuiyinError:
    """Pydantic's findings as our one form; nothing that was sent is repeated in it."""
    findings = error.errors()
    if any(finding["type"] == "json_invalid" for finding in findings):
        return Malformed("The body is not valid JSON; send an object in UTF-8")
    errors = []
    for finding in findings:
        context = {
            name: value
            for name, value in finding.get("ctx", {}).items()
            if isinstance(value, int | float | str) and name not in {"error", "input"}
        }
        entry: dict[str, Any] = {"pointer": _pointer(finding["loc"]), "code": finding["type"], "detail": finding["msg"]}
        errors.append(entry | ({"ctx": context} if context else {}))
    return Invalid(*errors)


def install_errors(app: FastAPI, ids: MisreadIds) -> None:
    """One form for every refusal, the framework's included. `ids`: of all routes."""

    @app.exception_handler(HuiyinError)
    def _ours(_: Request, error: HuiyinError) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    def _fields(_: Request, error: RequestValidationError) -> Response:
        return problem_response(invalid_fields(error))

    @app.exception_handler(HTTPException)
    def _framework(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            misread = ids.findings(request.method, request.scope["path"])
            return problem_response(invalid_fields(misread) if misread else NotFound())
        if error.status_code == 400:
            return problem_response(Malformed("The body could not be read; send JSON in UTF-8"))
        body = {
            "type": "about:blank",
            "title": error.detail,
            "status": error.status_code,
            "detail": error.detail,
        }
        return JSONResponse(body, error.status_code, error.headers, PROBLEM_JSON)

    @app.exception_handler(IntegrityError)
    @app.exception_handler(OperationalError)
    def _database(request: Request, error: IntegrityError | OperationalError) -> Response:
        if problem := collision(error):
            return problem_response(problem)
        if isinstance(error.orig, QueryCanceled):
            log.warning("a statement ran too long: %s %s", request.method, request.scope.get("route"))
        return _unexpected(request.scope, error)


def collision(error: IntegrityError | OperationalError) -> HuiyinError | None:
    """The refusal, where two requests met at a row or constraint; None: the database failed otherwise."""
    if isinstance(error, IntegrityError):
        # A constraint's name is safe to log; the row is not.
        diagnostics = getattr(error.orig, "diag", None)
        log.warning("constraint refused a change: %s", getattr(diagnostics, "constraint_name", "?"))
        return Conflict("Somebody else changed this at the same moment; read it again")
    if isinstance(error.orig, LockNotAvailable | DeadlockDetected):
        return Conflict("Somebody else is changing this right now; try again")
    return None


def _unexpected(scope: Scope, error: BaseException) -> JSONResponse:
    """500 without a word of the error: its message may hold what somebody told us. Kind and place are logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("%s at %s in %s", type(error).__name__, place, getattr(scope.get("route"), "path", "?"))
    return problem_response(HuiyinError())


class UnhandledErrors:
    """Answers what nobody expected, and keeps the error's text out of the server's own log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            answer = _unexpected(scope, error)
            if not begun:
                await answer(scope, receive, send)


class BodyLimit:
    """Answers 413 before a body larger than the limit is in memory."""

    def __init__(self, app: ASGIApp, limit: int, streamed: str) -> None:
        """`streamed`: below this path, PATCH has bodies that are read piece by piece and bounded by their route."""
        self.app, self.limit, self.streamed = app, limit, streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_streamed(scope, self.streamed):
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.limit:
            await problem_response(TooLarge(f"At most {self.limit} bytes"))(scope, receive, send)
            return
        seen, refused = 0, False

        async def counted() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def guarded(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self.app(scope, counted, guarded)
        except Exception:
            if not refused:
                raise
        if refused:
            await problem_response(TooLarge(f"At most {self.limit} bytes"))(scope, receive, send)


class ConnectionLimiter:
    """As many requests at once as there are connections; the rest wait here, holding neither thread nor connection.

    Without it, requests that hold a connection wait for a thread while threads wait for a connection. An event stream
    and a download give their place back as their answer begins: from then on they hold neither. An upload takes none:
    it lasts as long as its sender's line is slow.
    """

    def __init__(self, app: ASGIApp, places: int, streamed: str) -> None:
        self.app, self.places, self.streamed = app, places, streamed
        self.limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] != "http" or not scope["path"].startswith("/api/")
        if plain or _is_streamed(scope, self.streamed):
            await self.app(scope, receive, send)
            return
        limiter = self.limiter = self.limiter or anyio.CapacityLimiter(self.places)
        place = object()
        inside = True

        def leave() -> None:
            nonlocal inside
            if inside:
                inside = False
                limiter.release_on_behalf_of(place)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and _goes_on_alone(message):
                leave()
            await send(message)

        await limiter.acquire_on_behalf_of(place)
        try:
            await self.app(scope, receive, watched)
        finally:
            leave()


def _goes_on_alone(start: Message) -> bool:
    """An answer that needs neither thread nor connection any more: events, and files that are being downloaded."""
    headers = dict(start["headers"])
    return headers.get(b"content-type", b"").startswith(b"text/event-stream") or b"accept-ranges" in headers


def _is_streamed(scope: Scope, prefix: str) -> bool:
    return bool(scope["type"] == "http" and scope.get("method") == "PATCH" and scope["path"].startswith(prefix))


class SecurityHeaders:
    """Headers for every answer; nothing about tips or leads is ever stored by a browser or proxy."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        """`https`: people reach us over HTTPS, also where a proxy in front of us ends it."""
        self.app, self.https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[tuple[bytes, bytes]] = message["headers"]
                kept = {name.lower(): value for name, value in headers}
                page = kept.get(b"content-type", b"").startswith(b"text/html")
                wanted = {**_COMMON, "content-security-policy": _CSP_PAGE if page else _CSP_DATA}
                if self.https or scope["scheme"] == "https":
                    wanted["strict-transport-security"] = _HSTS
                headers += [(k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in kept]
            await send(message)

        await self.app(scope, receive, with_headers)


def to_json(value: Any) -> str:
    """Stable, readable JSON for documents kept in git."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
