"""Whose site this is: set by the office, on every public page, and without it a real system does not start."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from huiyin.office import LANGUAGES, read_office
from huiyin.pages import add_pages
from huiyin.settings import CHECKOUT, Settings, UnsafeSetting
from tests.factories.office import OFFICE, office_file

PAGES = ["/", "/receipt"]


def real(folder: Path, **more: object) -> Settings:
    given: dict[str, object] = {"demo": False, "data": folder, "second_factor": True} | more
    return Settings.model_validate(given)


def test_real_system_does_not_start_before_it_says_whose_it_is(tmp_path: Path):
    with pytest.raises(UnsafeSetting, match=r"HUIYIN_OFFICE_FILE is not set.*office\.example\.toml"):
        real(tmp_path).refuse_if_unsafe()
    real(tmp_path, office_file=office_file(tmp_path)).refuse_if_unsafe()
    assert "演示系统" in Settings(demo=True, data=tmp_path).read_office().zh_cn.name, "a demo says that it is one"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OFFICE.replace('name = "桃源县扫黑办"', ""), r"zh-CN\.name: Field required"),
        (OFFICE.replace('"0731-5550 1234", "12345"', '"call us"'), r"telephone\.0: .*pattern"),
        (OFFICE.replace("telephone =", "phone ="), r"phone: Extra inputs"),
        (OFFICE.replace('桃源县扫黑办"', '【某市扫黑办】"'), "still says '【某市扫黑办】'"),
        (re.sub(r"reward = .*", 'reward = "有"', OFFICE), r"zh-CN\.reward: .*at least 40"),
        ("= nothing", "is no TOML"),
        ((CHECKOUT / "deploy/office.example.toml").read_text(encoding="utf-8"), "still says"),
    ],
)
def test_file_that_is_not_right_names_the_field(tmp_path: Path, content: str, said: str):
    with pytest.raises(UnsafeSetting, match=said):
        real(tmp_path, office_file=office_file(tmp_path, content)).refuse_if_unsafe()


def test_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(UnsafeSetting, match=r"nowhere\.toml cannot be read"):
        real(tmp_path, office_file=tmp_path / "nowhere.toml").refuse_if_unsafe()


class _Calls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.to: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and address.startswith("tel:"):
            self.to.add(address)


@pytest.fixture
def page(tmp_path: Path):
    built = tmp_path / "dist"
    (built / "assets/review").mkdir(parents=True)
    for name in ("report.html", "receipt.html", "review.html"):
        (built / name).write_text('<!doctype html><html><head></head><body><div id="app"></div></body></html>')
    app = FastAPI()
    add_pages(app, built, lambda: read_office(office_file(tmp_path)))

    async def get(path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get(path, headers=headers)

    return get


@pytest.mark.anyio
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_every_public_page_says_whose_it_is_in_each_language(page, path: str, coding: str):
    answer = await page(path, **{"accept-encoding": coding})
    assert answer.headers.get("content-encoding", "identity") == coding
    told = answer.text
    for language in LANGUAGES:
        assert told.count(f'data-for="{language}"') == 2
    for said in ("桃源县扫黑办", "工作日 9:00–17:00", "《反有组织犯罪法》第八条", "最高五万元", "桃备00000001号"):
        assert said in told
    assert "&lt;甲&amp;乙&gt;" in told, "escaped"
    assert told.index("桃源县扫黑办") < told.index('id="app"') < told.index("隐私说明")
    calls = _Calls()
    calls.feed(told)
    assert calls.to == {"tel:073155501234", "tel:12345", "tel:12337", "tel:12388"}


@pytest.mark.anyio
async def test_dashboard_is_not_the_offices_public_word(page):
    assert "桃源县扫黑办" not in (await page("/review")).text


def test_language_without_words_shows_the_chinese_ones_as_chinese(tmp_path: Path):
    words, said = read_office(office_file(tmp_path)).words("en")
    assert (words.name, said) == ("桃源县扫黑办", "zh-CN")
