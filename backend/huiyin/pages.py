"""The built web apps: the public form at `/`, the dashboard at `/review`, and a plain page where there is nothing."""

import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from fastapi import Depends, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from huiyin.access.actors import public
from huiyin.kit.errors import NotFound


class Words(NamedTuple):
    title: str
    text: str
    start: str
    receipt: str


# The one page that no app writes, so that it needs no script; in the languages of the apps.
WORDS = {
    "zh-CN": Words("没有这个网页", "网址可能输错了，或者网页已经移走。", "举报首页", "用回执码查询"),
    "zh-Hant": Words("沒有這個網頁", "網址可能輸錯了，或者網頁已經移走。", "舉報首頁", "用回執碼查詢"),
    "en": Words(
        "Page not found",
        "The address may be mistyped, or the page has moved.",
        "Start page for reporting",
        "Follow a report with its receipt code",
    ),
}


def add_pages(app: FastAPI, folder: Path) -> None:
    """Serve the built frontend; without one, the API alone."""
    if not (folder / "report.html").is_file():
        return
    app.mount("/assets", StaticFiles(directory=folder / "assets"), name="assets")

    def page(name: str) -> FileResponse:
        """Kept by no browser: a page in a device's cache would tell who reported, or read about a tip."""
        return FileResponse(folder / name)

    @app.get("/", include_in_schema=False, dependencies=[Depends(public)])
    async def report() -> FileResponse:
        return page("report.html")

    @app.get("/receipt", include_in_schema=False, dependencies=[Depends(public)])
    async def receipt() -> FileResponse:
        return page("receipt.html")

    @app.get("/review", include_in_schema=False, dependencies=[Depends(public)])
    @app.get("/review/{path:path}", include_in_schema=False, dependencies=[Depends(public)])
    async def review() -> FileResponse:
        return page("review.html")

    @app.get("/favicon.svg", include_in_schema=False, dependencies=[Depends(public)])
    async def icon() -> FileResponse:
        if not (folder / "favicon.svg").is_file():
            raise NotFound
        return page("favicon.svg")

    _answer_people_in_words(app, _styles(folder))


def _styles(folder: Path) -> list[str]:
    """Stylesheets of the public app: their names change with each build."""
    return re.findall(r'<link rel="stylesheet"[^>]* href="(/assets/[\w.-]+)"', (folder / "report.html").read_text())


def _answer_people_in_words(app: FastAPI, styles: list[str]) -> None:
    """Where no route fits, somebody who reads gets a page; a program, and everything below /api, a problem document."""
    elsewhere = app.router.default

    async def nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _wants_a_page(scope):
            await elsewhere(scope, receive, send)
            return
        language = preferred_language(Headers(scope=scope).get("accept-language", ""))
        await _not_found_page(language, styles)(scope, receive, send)

    app.router.default = nothing_here


def _wants_a_page(scope: Scope) -> bool:
    first = scope["path"].split("/")[1]
    reads = scope["method"] in {"GET", "HEAD"} and "text/html" in Headers(scope=scope).get("accept", "")
    return reads and first not in {"api", "health"}


def preferred_language(accepted: str) -> str:
    """The app's language that `Accept-Language` (RFC 9110, 12.5.4) likes best; zh-CN where it names none."""
    liked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if name.startswith("en"):
            liked.append((quality, "en"))
        elif name.startswith("zh"):
            traditional = any(one in name for one in ("hant", "-tw", "-hk", "-mo"))
            liked.append((quality, "zh-Hant" if traditional else "zh-CN"))
    best = max(liked, key=lambda one: one[0], default=(0.0, "zh-CN"))
    return best[1] if best[0] > 0 else "zh-CN"


def _not_found_page(language: str, styles: list[str]) -> Response:
    words = Words(*map(escape, WORDS[language]))
    links = "".join(f'<link rel="stylesheet" href="{escape(style)}">' for style in styles)
    asked = f"?lang={language}" if language != "zh-CN" else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>{words.title} · 回音</title>{links}</head>
<body><header class="top"><div class="inner"><a class="brand" href="/{asked}" lang="zh-CN">回音</a></div></header>
<main id="main"><h1 id="title">{words.title}</h1><p class="lead">{words.text}</p>
<ul><li><a href="/{asked}">{words.start}</a></li><li><a href="/receipt{asked}">{words.receipt}</a></li></ul></main>
</body></html>
""",
        404,
    )
