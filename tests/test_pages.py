"""An address that does not exist: a person gets words, a program a problem document."""

import pytest

from huiyin.pages import preferred_language
from tests.client import Client

PERSON = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN,zh;q=0.9", "没有这个网页"),
        ("zh-TW,en;q=0.5", "沒有這個網頁"),
        ("en-GB,en;q=0.9,zh;q=0.2", "Page not found"),
        ("", "没有这个网页"),
    ],
)
def test_a_person_at_an_unknown_address_reads_so_in_the_language_of_the_browser(http: Client, language: str, said: str):
    answer = http.get("/foo", headers=PERSON | {"accept-language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert said in answer.text
    assert 'href="/receipt' in answer.text


def test_the_address_that_was_asked_for_is_not_repeated_on_the_page(http: Client):
    answer = http.get("/%3Cscript%3Ealert(1)%3C/script%3E", headers=PERSON)
    assert answer.status_code == 404
    assert "alert" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/health/nothing"])
def test_below_the_api_nothing_is_a_problem_document_for_everyone(http: Client, path: str):
    answer = http.get(path, headers=PERSON)
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:huiyin:problem:not_found"


def test_a_program_at_an_unknown_address_gets_a_problem_document(http: Client):
    answer = http.get("/foo", headers={"accept": "*/*"})
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:huiyin:problem:not_found"


def test_a_method_that_a_route_does_not_take_stays_a_405(http: Client):
    assert http.get("/api/v1/sessions", headers=PERSON).status_code == 405


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-HK", "zh-Hant"),
        ("zh-Hant-CN;q=0.8, zh-Hans", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("fr,en;q=x,*", "zh-CN"),
        (",;", "zh-CN"),
    ],
)
def test_odd_language_headers_still_choose_a_language(accepted: str, language: str):
    assert preferred_language(accepted) == language


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip;q=1.0", "gzip"),
        ("br;q=x", None),
        ("identity", None),
        ("", None),
    ],
)
def test_a_page_comes_compressed_to_who_takes_it(http: Client, accepted: str, coding: str | None):
    answer = http.get("/review", headers=PERSON | {"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.text == "<!doctype html><title>Huiyin</title><body></body>"


def test_a_file_without_a_compressed_copy_comes_as_it_is(http: Client):
    answer = http.get("/assets/report/app.js", headers={"accept-encoding": "br, gzip"})
    assert (answer.status_code, answer.headers.get("content-encoding")) == (200, None)
    assert answer.text.startswith("'use strict'")


def test_nothing_of_the_public_app_stays_on_a_device_and_the_dashboards_scripts_do(http: Client):
    assert http.get("/assets/report/app.js").headers["cache-control"] == "no-store"
    assert http.get("/").headers["cache-control"] == "no-store"
    assert http.get("/assets/review/app.js").headers["cache-control"] == "private, max-age=31536000, immutable"
    assert http.get("/assets/review/none.js").headers["cache-control"] == "no-store"
    assert http.get("/assets/review/../../secrets").status_code == 404
