"""The built web apps: the public form at `/`, the dashboard at `/review`, and a plain page where there is nothing."""

import gzip
import mimetypes
import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from huiyin.access.actors import public
from huiyin.kit.web.errors import NotFound
from huiyin.office import LANGUAGES, Office


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


class OfficeSays(NamedTuple):
    whose: str
    about: str
    telephone: str
    others: str
    laws: str
    privacy: str
    reward: str


OFFICE_WORDS = {
    "zh-CN": OfficeSays(
        "主办单位",
        "关于本单位",
        "电话",
        "全国扫黑除恶举报 {a}（12337.gov.cn） · 纪检监察举报 {b}（www.12388.gov.cn）",
        "依据：",
        "隐私说明：谁处理您填写的内容",
        "举报奖励",
    ),
    "zh-Hant": OfficeSays(
        "主辦單位",
        "關於本單位",
        "電話",
        "全國掃黑除惡舉報 {a}（12337.gov.cn） · 紀檢監察舉報 {b}（www.12388.gov.cn）",
        "依據：",
        "隱私說明：誰處理您填寫的內容",
        "舉報獎勵",
    ),
    "en": OfficeSays(
        "The office of this site",
        "About the office",
        "Telephone",
        "National reports of organised crime: {a} (12337.gov.cn) · Discipline inspection: {b} (www.12388.gov.cn)",
        "Legal basis: ",
        "Privacy: who handles what you write",
        "Rewards for reports",
    ),
}


class BuiltFiles(StaticFiles):
    """Files of the build; who takes a compressed copy gets the one that the build left beside it."""

    CODINGS = (("br", ".br"), ("gzip", ".gz"))

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file in the best coding that `Accept-Encoding` (RFC 9110, 12.5.3) names. Raises HTTPException: 404."""
        taken = {name for name, weight in _weighted(Headers(scope=scope).get("accept-encoding", "")) if weight > 0}
        for coding, ending in self.CODINGS:
            if coding not in taken:
                continue
            try:
                response = await super().get_response(path + ending, scope)
            except HTTPException:
                continue
            response.headers["content-encoding"] = coding
            response.headers["content-type"] = _media_type(path)
            break
        else:
            response = await super().get_response(path, scope)
        response.headers["vary"] = "accept-encoding"
        return response


def _weighted(accepted: str) -> Iterator[tuple[str, float]]:
    """The names in an `Accept-…` header with their weights (RFC 9110, 12.4.2), but for those of an improper weight."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            yield name.strip(), float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue


def _media_type(path: str) -> str:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class DashboardFiles(BuiltFiles):
    """Scripts and styles of the dashboard: their names change with what is in them, so that a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "private, max-age=31536000, immutable"
        return response


class PublicPage:
    """A page of the public app with what the office says of itself, which no build knows."""

    def __init__(self, file: Path, office: Office) -> None:
        html = file.read_text(encoding="utf-8")
        before, body, after = html.partition("<body>")
        content, end, rest = after.rpartition("</body>")
        if not body or not end:
            raise ValueError(f"{file} is no page")
        self._plain = (before + body + _whose(office) + content + _foot(office) + end + rest).encode()
        self._small = gzip.compress(self._plain, 9, mtime=0)

    def response(self, request: Request) -> Response:
        headers = {"vary": "accept-encoding"}
        taken = {name for name, weight in _weighted(request.headers.get("accept-encoding", "")) if weight > 0}
        if "gzip" not in taken:
            return HTMLResponse(self._plain, headers=headers)
        return HTMLResponse(self._small, headers=headers | {"content-encoding": "gzip"})


def _whose(office: Office) -> str:
    """The first line of a page. Each language stands there; the style sheet shows the page's own."""
    spoken = [(one, *office.words(one)) for one in LANGUAGES]
    return "".join(
        f'<section class="whose" data-for="{language}" lang="{said}" aria-label="{OFFICE_WORDS[language].whose}">'
        f"<p>{escape(words.name)}</p></section>"
        for language, words, said in spoken
    )


def _foot(office: Office) -> str:
    return "".join(_foot_in(office, one) for one in LANGUAGES)


def _foot_in(office: Office, language: str) -> str:
    words, said = office.words(language)
    say = OFFICE_WORDS[language]
    calls = "、".join(_call(one) for one in office.telephone)
    about = [f"{say.telephone} {calls}", *(escape(one) for one in (words.hours, words.address) if one)]
    laws = ("; " if said == "en" else "；").join(map(escape, words.laws))
    filing = f"<p>{escape(office.filing)}</p>" if office.filing else ""
    parts = [
        f"<p><strong>{escape(words.name)}</strong></p>",
        f"<p>{' · '.join(about)}</p>",
        f"<p>{say.others.format(a=_call('12337'), b=_call('12388'))}</p>",
        f"<p>{say.laws}{laws}</p>",
        f"<details><summary>{say.privacy}</summary>{_paragraphs(words.privacy)}</details>",
        f"<details><summary>{say.reward}</summary>{_paragraphs(words.reward)}</details>",
        filing,
    ]
    named = f'class="office no-print" data-for="{language}" lang="{said}" aria-label="{say.about}"'
    return f"<section {named}>{''.join(parts)}</section>"


def _call(number: str) -> str:
    return f'<a href="tel:{re.sub(r"[ -]", "", number)}">{escape(number)}</a>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(one.strip())}</p>" for one in re.split(r"\n\s*\n", text) if one.strip())


def add_pages(app: FastAPI, folder: Path, whose: Callable[[], Office]) -> None:
    """Serve the built frontend; without one, the API alone.

    No page, and nothing of the public app, is kept by a browser: it would tell who reported, or read about a tip.
    """
    if not (folder / "report.html").is_file():
        return
    app.mount("/assets/review", DashboardFiles(directory=folder / "assets/review"), name="dashboard")
    app.mount("/assets", BuiltFiles(directory=folder / "assets"), name="assets")
    pages = BuiltFiles(directory=folder)
    office = whose()
    form, answers = (PublicPage(folder / name, office) for name in ("report.html", "receipt.html"))

    @app.get("/", include_in_schema=False, dependencies=[Depends(public)])
    async def report(request: Request) -> Response:
        return form.response(request)

    @app.get("/receipt", include_in_schema=False, dependencies=[Depends(public)])
    async def receipt(request: Request) -> Response:
        return answers.response(request)

    @app.get("/review", include_in_schema=False, dependencies=[Depends(public)])
    @app.get("/review/{path:path}", include_in_schema=False, dependencies=[Depends(public)])
    async def review(request: Request) -> Response:
        return await pages.get_response("review.html", request.scope)

    @app.get("/favicon.svg", include_in_schema=False, dependencies=[Depends(public)])
    async def icon(request: Request) -> Response:
        if not (folder / "favicon.svg").is_file():
            raise NotFound
        return await pages.get_response("favicon.svg", request.scope)

    _answer_people_in_words(app, _styles(folder))


def _styles(folder: Path) -> list[str]:
    """Stylesheets of the public app: their names change with each build."""
    return re.findall(r'<link rel="stylesheet"[^>]* href="(/assets/[\w./-]+)"', (folder / "report.html").read_text())


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
    for name, quality in _weighted(accepted):
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
<body><header class="top"><div class="inner">
<a class="brand" href="/{asked}" lang="zh-CN"><strong>回音</strong></a></div></header>
<main id="main"><h1 id="title">{words.title}</h1><p class="lead">{words.text}</p>
<ul><li><a href="/{asked}">{words.start}</a></li><li><a href="/receipt{asked}">{words.receipt}</a></li></ul></main>
</body></html>
""",
        404,
    )
