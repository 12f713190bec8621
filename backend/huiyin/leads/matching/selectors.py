"""Exact selectors: numbers in a tip that name one telephone, vehicle, account, company or chat account.

They are kept as keyed hashes and compared with nothing but each other. What fails its own checksum is not taken.
"""

import enum
import re
from collections.abc import Iterator

from huiyin.kit.text.segment import close_plates, fold


class SelectorKind(enum.StrEnum):
    """What a selector names; also the reason of a link that it gives, as `same_<kind>`."""

    phone = "phone"
    plate = "plate"
    account = "account"
    company = "company"
    identity = "identity"  # 公民身份号码
    chat = "chat"
    place = "place"  # the place and conduct as told, both equal
    text = "text"  # the same words throughout


_DIGITS = re.compile(r"(?<![a-z0-9])\+?\d(?:[ \-()]{0,2}\d){5,23}(?![a-z0-9])")
_ACCOUNT = re.compile(r"\d{15,21}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,4})?")
_MOBILE = re.compile(r"(?:86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d)\d{7,8})")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z](?:[a-z0-9]{5}|[df][a-z0-9]\d{4}|\d{5}[df])(?![a-z0-9])"
)
_COMPANY = re.compile(r"(?<![a-z0-9])[0-9a-hj-npqrtuwxy]{2}\d{6}[0-9a-hj-npqrtuwxy]{10}(?![a-z0-9])")
_IDENTITY = re.compile(r"(?<![a-z0-9])\d{17}[\dx](?![a-z0-9])")
_WECHAT = re.compile(r"(?:微信|weixin|wechat|vx)(?:号码?|账号|id)?[是为:： ]{0,3}([a-z][a-z0-9_\-]{5,19})")
_QQ = re.compile(r"(?:qq|扣扣)(?:号码?|群|账号)?[是为:： ]{0,3}([1-9]\d{4,10})(?!\d)")

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015, table 1
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_ID_CHECKS = "10X98765432"  # GB 11643-1999


def selectors(text: str) -> set[tuple[SelectorKind, str]]:
    """Every selector in a text, in one spelling each."""
    folded = close_plates(fold(text))
    return set(_numbers(folded)) | set(_spelled(folded))


def _numbers(folded: str) -> Iterator[tuple[SelectorKind, str]]:
    for match in _DIGITS.finditer(folded):
        digits = re.sub(r"\D", "", match[0])
        if len(set(digits)) < 3:  # 0000-0000 stands for a number that was taken out
            continue
        if found := _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
            yield SelectorKind.phone, found[1]
        elif len(digits) == 18 and is_identity(digits):
            yield SelectorKind.identity, digits
        elif _ACCOUNT.fullmatch(match[0]) and digits.count("0") * 2 < len(digits):
            yield SelectorKind.account, digits


def _spelled(folded: str) -> Iterator[tuple[SelectorKind, str]]:
    for match in _PLATE.finditer(folded):
        if any(character.isdigit() for character in match[0]):
            yield SelectorKind.plate, match[0]
    for match in _COMPANY.finditer(folded):
        if is_company(match[0]):
            yield SelectorKind.company, match[0]
    for match in _IDENTITY.finditer(folded):
        if match[0].endswith("x") and is_identity(match[0]):
            yield SelectorKind.identity, match[0]
    for match in _WECHAT.finditer(folded):
        yield SelectorKind.chat, f"wechat:{match[1]}"
    for match in _QQ.finditer(folded):
        yield SelectorKind.chat, f"qq:{match[1]}"


def is_company(code: str) -> bool:
    """Whether the last character of a unified social credit code is right (GB 32100-2015)."""
    values = [_USCC.find(character) for character in code.upper()]
    if len(values) != 18 or -1 in values:
        return False
    return (sum(v * w for v, w in zip(values, _USCC_WEIGHTS, strict=False)) + values[17]) % 31 == 0


def is_identity(number: str) -> bool:
    """Whether a citizen's number has a possible date and the right last character (GB 11643-1999)."""
    if not re.fullmatch(r"[1-9]\d{5}(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dxX]", number):
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True)) % 11
    return _ID_CHECKS[rest] == number[17].upper()
