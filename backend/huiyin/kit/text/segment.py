"""Text to tokens: what of a text can be found, and what a query looks for.

Folding: NFKC, lower case, traditional characters to simplified ones (OpenCC), so that either script finds the other.

A text is indexed by every pair of neighbouring Chinese characters, by single characters that jieba finds standing
alone, and by runs of Latin letters and digits. Pairs are independent of any dictionary, so a name is found whatever a
segmenter would have made of its sentence (ADR 0008 has the measured sizes). jieba cuts the *query* into words, and
a word is looked up by the pairs that cover it, at their exact distance.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

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
_LONGEST_RUN = 64
_LONGEST_NUMBER = 30

# Single characters that carry a sentence but no matter; alone they are neither indexed nor looked up.
STOP = frozenset(
    "的了是在有和就都而及与着或也很到要会能这那我你他她它们把被给对从向为以于但并其之个一不没所些么吗呢吧啊又还再"
)


class _Folding(dict[int, str]):
    """Each character's NFKC form in lower case, remembered when first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = folded
        return folded


_FOLDING = _Folding()


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """The form in which texts and queries are compared."""
    return str(_simplifier().convert(text.translate(_FOLDING)))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """As `fold`, and for each character of the result its place in the text."""
    pieces = [_FOLDING[ord(character)] for character in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    joined = "".join(pieces)
    simple = str(_simplifier().convert(joined))
    if len(simple) != len(joined):  # OpenCC keeps lengths from traditional to simplified, but promises it nowhere
        simple = joined
    return simple, places


def runs(folded: str) -> list[str]:
    """The stretches of Chinese characters, and of other letters and digits."""
    return _RUN.findall(folded)


def is_han(run: str) -> bool:
    return _IS_HAN.match(run) is not None


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


def join_numbers(text: str) -> str:
    """A query in which numbers and number plates that are written in groups stand in one piece."""
    normal = close_plates(unicodedata.normalize("NFKC", text))
    return _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), normal)


def index_tokens(text: str, start: int = 1) -> tuple[list[tuple[str, int]], int]:
    """What a text is found by: (token, position), and the position after its end.

    Positions count characters, leaving out punctuation; a run of letters or digits counts one.
    """
    folded = close_plates(fold(text))
    found: list[tuple[str, int]] = []
    position = start
    for run in runs(folded):
        if not is_han(run):
            found.append((run[:_LONGEST_RUN], position))
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
    found += [(number, start) for number in grouped_numbers(folded)]
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
    sought += [Sought(joined, ((joined, 0),)) for joined in grouped_numbers(folded)]
    for run in runs(_GROUPED.sub(" ", folded) if sought else folded):
        if not is_han(run):
            sought.append(Sought(run, ((run[:_LONGEST_RUN], 0),)))
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
