"""Whose site this is: what an office says of itself at the foot of every public page (主办单位、联系方式、隐私说明).

A TOML file that HUIYIN_OFFICE_FILE names; outside a demo Huiyin does not start without it. Sources:
个人信息保护法 (2021), article 17 (who handles personal information, why, how to reach them, one's rights);
反有组织犯罪法 (2022), articles 8 and 61 (reports, rewards, protection); 互联网信息服务管理办法 (the filing number).
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

LANGUAGES = ("zh-CN", "zh-Hant", "en")
_PLACEHOLDER = re.compile(r"【[^】]*】|\bTODO\b|示例|example\.gov\.cn")
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Passage = Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=5000)]
Telephone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{2,19}$")]


class OfficeWords(BaseModel):
    """What is said in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line = Field(description="The office, as it signs (主办单位)")
    address: Line | None = None
    hours: Line | None = Field(None, description="When somebody answers the telephone")
    laws: list[Line] = Field(min_length=1, max_length=10, description="On what its work rests")
    privacy: Passage = Field(description="Who handles what is told here, why, for how long, and one's rights")
    reward: Passage = Field(description="When and how a report is rewarded, or that it is not")

    @field_validator("*", mode="after")
    @classmethod
    def _no_placeholder(cls, given: object) -> object:
        for text in given if isinstance(given, list) else [given]:
            if isinstance(text, str) and (found := _PLACEHOLDER.search(text)):
                raise ValueError(f"still says {found[0]!r}, which is from the example")
        return given


class Office(BaseModel):
    """Everything at the foot of a public page. Languages other than zh-CN may be left out; they show zh-CN then."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    telephone: list[Telephone] = Field(min_length=1, max_length=5)
    filing: Line | None = Field(None, description="ICP filing number (备案号)")
    zh_cn: OfficeWords = Field(alias="zh-CN")
    zh_hant: OfficeWords | None = Field(None, alias="zh-Hant")
    en: OfficeWords | None = None

    def words(self, language: str) -> tuple[OfficeWords, str]:
        """What is said to readers of a language, and in which language that is."""
        found = {"zh-CN": self.zh_cn, "zh-Hant": self.zh_hant, "en": self.en}[language]
        return (found, language) if found else (self.zh_cn, "zh-CN")


def read_office(path: Path) -> Office:
    """The file. Raises ValueError: there is none, or it is not right; the message names each field."""
    try:
        return Office.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no TOML in UTF-8: {error}") from None
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()
        ]
        raise ValueError("\n".join([f"{path} is not right:", *lines])) from None


DEMO = Office.model_validate(
    {
        "telephone": ["0731-0000-0000"],
        "zh-CN": {
            "name": "演示系统（不属于任何单位，请勿填写真实线索）",
            "laws": ["《中华人民共和国反有组织犯罪法》第八条、第六十一条", "《中华人民共和国个人信息保护法》第十七条"],
            "privacy": "这是演示系统：没有单位在使用它，这里填写的内容没有人受理，并且随时会被清空。正式系统在这"
            "里写明由谁处理举报内容、为什么处理、保存多久、向谁提出查阅和更正。",
            "reward": "这是演示系统，不发放举报奖励。正式系统在这里写明哪些举报可以获得奖励、数额怎样确定、怎样"
            "凭回执码领取，以及领取时怎样保护举报人。",
        },
        "zh-Hant": {
            "name": "演示系統（不屬於任何單位，請勿填寫真實線索）",
            "laws": ["《中華人民共和國反有組織犯罪法》第八條、第六十一條", "《中華人民共和國個人信息保護法》第十七條"],
            "privacy": "這是演示系統：沒有單位在使用它，這裡填寫的內容沒有人受理，並且隨時會被清空。正式系統在這"
            "裡寫明由誰處理舉報內容、為什麼處理、保存多久、向誰提出查閱和更正。",
            "reward": "這是演示系統，不發放舉報獎勵。正式系統在這裡寫明哪些舉報可以獲得獎勵、數額怎樣確定、怎樣"
            "憑回執碼領取，以及領取時怎樣保護舉報人。",
        },
        "en": {
            "name": "Demo system (no office uses it; please report nothing real)",
            "laws": ["Anti-Organized Crime Law, articles 8 and 61", "Personal Information Protection Law, article 17"],
            "privacy": "This is a demo: no office uses it, nobody acts on what is told here, and everything may be"
            " deleted at any time. A real system says here who handles reports, why, for how long, and "
            "whom to ask.",
            "reward": "This is a demo and rewards nothing. A real system says here which reports are rewarded, "
            "how much, how a reward is claimed with the receipt code, and how those who claim it are "
            "protected.",
        },
    }
)
