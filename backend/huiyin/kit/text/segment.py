"""Text to tokens: what of a text can be found, and what a query looks for.

Folding: NFKC, lower case, traditional characters to simplified ones (OpenCC), so that either script finds the other.
It goes character by character, so that one is folded alike wherever it stands: OpenCC's phrases leave the 乾 of 乾隆
and change the 乾 of 李乾, and 李乾 would not be found in 李乾隆重. What is not seen (zero-width characters, variation
selectors) is left out.

A text is indexed by every pair of neighbouring Chinese characters, by single characters that jieba finds standing
alone, and by runs of Latin letters and digits. Pairs are independent of any dictionary, so a name is found whatever a
segmenter would have made of its sentence (ADR 0008 has the measured sizes). jieba cuts the *query* into words, and
a word is looked up by the pairs that cover it, at their exact distance.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc
import rjieba

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
# 138 1234 5678, 138-1234-5678, (0731) 8888-1234: groups of digits that are one number.
_GROUPED = re.compile(r"(?<![a-z0-9])\d{2,8}(?:[ \-()]{1,2}\d{2,8}){1,6}(?![a-z0-9])")
# 湘A·12345 and 湘A 12345 are 湘A12345.
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_GAP = re.compile(rf"(?<=[{_PROVINCES}][A-Za-z])[·•.\- ](?=[A-Za-z0-9]{{5,6}}(?![A-Za-z0-9]))")
# 王 伟 is 王伟, 买买提·艾力 is 买买提艾力: neither a blank nor the dot of a name parts two Chinese characters.
_NAME_GAP = re.compile(rf"(?<=[{_HAN}])(?:[·•‧・]|[ \t]{{1,3}})(?=[{_HAN}])")
# A number of a telephone in China, with its prefix: +86 or 0086, then a mobile one, or an area code and a local one.
_MOBILE = re.compile(r"(?:00)?86(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(?:0|(?:00)?860?)(?:10|2\d|[3-9]\d\d)(\d{7,8})")
_LONGEST_RUN = 64
_LONGEST_NUMBER = 30

# Single characters that carry a sentence but no matter; alone they are neither indexed nor looked up.
STOP = frozenset(
    "的了是在有和就都而及与着或也很到要会能这那我你他她它们把被给对从向为以于但并其之个一不没所些么吗呢吧啊又还再"
)


class _Folding(dict[int, str]):
    """Each character's NFKC form in lower case and simplified, remembered when first met."""

    def __missing__(self, code: int) -> str:
        unseen = unicodedata.category(chr(code)) == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
        normal = "" if unseen else unicodedata.normalize("NFKC", chr(code)).lower()
        folded = self[code] = "".join(str(_simplifier().convert(character)) for character in normal)
        return folded


_FOLDING = _Folding()


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """The form in which texts and queries are compared."""
    return text.translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """As `fold`, and for each character of the result its place in the text."""
    pieces = [_FOLDING[ord(character)] for character in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def runs(folded: str) -> list[str]:
    """The stretches of Chinese characters, and of other letters and digits."""
    return _RUN.findall(folded)


def bare(text: str) -> str:
    """A name, place or text as it is compared with another: folded, letters and digits alone. 王 伟 is 王伟."""
    return "".join(runs(fold(text)))


@lru_cache(maxsize=50_000)
def _bare_name(name: str) -> str:
    """As `bare`, remembered: every tip that names somebody is compared with every officer's name."""
    return bare(name)


def is_named_in(name: str, bare_text: str) -> bool:
    """Whether a person's name occurs in what was told, in its `bare` form: rather one namesake too many than too few.

    A name of one character would fit half of everybody.
    """
    looked_for = _bare_name(name)
    return len(looked_for) >= 2 and looked_for in bare_text


def is_han(run: str) -> bool:
    return _IS_HAN.match(run) is not None


def is_single(text: str) -> bool:
    """Whether it is one Chinese character."""
    return len(text) == 1 and is_han(text)


def words(run: str) -> list[str]:
    """The dictionary words of a run of Chinese characters; what no dictionary knows falls into single characters."""
    return rjieba.cut(run, False)


def grouped_numbers(folded: str) -> Iterator[str]:
    """Numbers that are written in groups, joined."""
    for match in _GROUPED.finditer(folded):
        joined = re.sub(r"\D", "", match[0])
        if 7 <= len(joined) <= _LONGEST_NUMBER:
            yield joined


def close_plates(folded: str) -> str:
    """Number plates without the dot or space that some write in them."""
    return _PLATE_GAP.sub("", folded)


def close_names(folded: str) -> str:
    """Chinese text without the blanks and dots that some write in names."""
    return _NAME_GAP.sub("", folded)


def local_number(digits: str) -> str | None:
    """A telephone number without the country's and the area's prefix; None where it has none, or is no such number.

    0731-8888-1234 and 88881234 are one number to whoever tells of it (numbering plan of the MIIT; ITU-T E.164).
    """
    match = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)
    return match[1] if match else None


def join_numbers(text: str) -> str:
    """A query in which numbers and number plates that are written in groups stand in one piece."""
    normal = close_plates(unicodedata.normalize("NFKC", text))
    return _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), normal)


def index_tokens(text: str, start: int = 1) -> tuple[list[tuple[str, int]], int]:
    """What a text is found by: (token, position), and the position after its end.

    Positions count characters, leaving out punctuation; a run of letters or digits counts one.
    """
    folded = close_names(close_plates(fold(text)))
    found: list[tuple[str, int]] = []
    position = start
    for run in runs(folded):
        if not is_han(run):
            found.append((run[:_LONGEST_RUN], position))
            if local := local_number(run):
                found.append((local, position))
            position += 1
            continue
        found += [(run[i : i + 2], position + i) for i in range(len(run) - 1)]
        if len(run) == 1:
            if run not in STOP:
                found.append((run, position))
        else:
            place = position
            for word in words(run):
                if len(word) == 1 and word not in STOP:
                    found.append((word, place))
                place += len(word)
        position += len(run)
    for number in grouped_numbers(folded):
        found += [(form, start) for form in (number, local_number(number)) if form]
    return found, position


@dataclass(frozen=True, slots=True)
class Sought:
    """A word or phrase of a query: its text for highlights, its tokens with their distance from the first."""

    text: str
    tokens: tuple[tuple[str, int], ...]


def phrase(folded: str) -> Sought | None:
    """The whole of a folded text as one thing to find, or None when nothing in it can be looked up."""
    tokens: list[tuple[str, int]] = []
    place = 0
    found = runs(folded)
    for run in found:
        if is_han(run):
            tokens += [(token, place + offset) for token, offset in cover(run)]
            place += len(run)
        else:
            tokens.append((run[:_LONGEST_RUN], place))
            place += 1
    if not tokens:
        return None
    first = tokens[0][1]
    return Sought("".join(found) if len(found) == 1 else folded, tuple((t, p - first) for t, p in tokens))


def cover(run: str) -> list[tuple[str, int]]:
    """The fewest pairs that cover a run of Chinese characters; a single one stands for itself, if it carries any."""
    if len(run) == 1:
        return [] if run in STOP else [(run, 0)]
    starts = list(range(0, len(run) - 1, 2))
    if len(run) % 2:
        starts.append(len(run) - 2)
    return [(run[i : i + 2], i) for i in starts]


def query_words(folded: str) -> tuple[list[Sought], list[str]]:
    """What a piece of a query without quotes looks for: its words, all of them; and what was too common to look for.

    Numbers in groups are looked for as one. A single character beside a word belongs to it: 李 建国 is one name.
    """
    sought: list[Sought] = []
    ignored: list[str] = []
    folded = close_plates(folded)
    numbers = [local_number(joined) or joined for joined in grouped_numbers(folded)]
    sought += [Sought(number, ((number, 0),)) for number in numbers]
    for run in runs(_GROUPED.sub(" ", folded) if sought else folded):
        if not is_han(run):
            number = local_number(run) or run
            sought.append(Sought(number, ((number[:_LONGEST_RUN], 0),)))
            continue
        sought += [Sought(word, tuple(cover(word))) for word in _joined(run, ignored)]
    return sought, ignored


def _joined(run: str, ignored: list[str]) -> list[str]:
    """Words of a run, with single characters put to what follows them, or else to what stands before."""
    joined: list[str] = []
    waiting = ""
    open_end = False  # whether the last word may still take a character at its end
    for word in words(run):
        if len(word) == 1 and word in STOP:
            ignored.append(word)
            if waiting:
                joined.append(waiting)
            waiting, open_end = "", False
        elif len(word) == 1:
            waiting += word
        else:
            joined.append(waiting + word)
            waiting, open_end = "", True
    if waiting and open_end and len(waiting) == 1:
        joined[-1] += waiting
    elif waiting:
        joined.append(waiting)
    return joined
