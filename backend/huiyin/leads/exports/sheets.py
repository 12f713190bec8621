"""Export files: every sheet and page says who took it, when and why, and every row has the export's number.

No cell is ever a formula (OWASP, CSV injection): XLSX cells are written as strings; in CSV a text that a spreadsheet
would take for a formula gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


@dataclass(frozen=True, slots=True)
class Mark:
    """Who took it, when and why."""

    number: str
    lines: tuple[str, ...]
    """Number, officer, agency, time, purpose: as they stand above the table."""


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = value.lstrip(" \u00a0\u3000\ufeff")
    return f"'{value}" if text.startswith(_FORMULA) else value


def as_csv(mark: Mark, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as CSV (RFC 4180) with the mark above and below, and the number in each row; UTF-8 with its mark."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    for line in mark.lines:
        write.writerow([harmless(line)])
    write.writerow([*titles, mark.number])
    for row in rows:
        write.writerow([*(harmless(value) for value in row), mark.number])
    write.writerow([f"{mark.number} · {len(rows)}"])
    return "\ufeff".encode() + out.getvalue().encode()


def as_xlsx(mark: Mark, name: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The same as one sheet; printed, each page has the mark in its header and footer."""
    out = io.BytesIO()
    options = {
        "in_memory": True,  # nothing of it on a disk
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": mark.number, "comments": "\n".join(mark.lines)})
        book.set_custom_property("export", mark.number)
        sheet = book.add_worksheet(name)
        bold, faint = book.add_format({"bold": True}), book.add_format({"font_color": "#666666"})
        for at, line in enumerate(mark.lines):
            sheet.write_string(at, 0, line, faint)
        top = len(mark.lines)
        for column, title in enumerate([*titles, mark.number]):
            sheet.write_string(top, column, title, bold)
        for at, row in enumerate(rows, top + 1):
            for column, value in enumerate(row):
                sheet.write_string(at, column, value)
            sheet.write_string(at, len(row), mark.number, faint)
        sheet.write_string(top + 1 + len(rows), 0, f"{mark.number} · {len(rows)}", faint)
        sheet.set_column(0, len(titles), 18)
        sheet.freeze_panes(top + 1, 1)
        sheet.repeat_rows(0, top)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        said = " ".join(mark.lines).replace("&", "&&")[:200]
        sheet.set_header(f"&C{said}")
        sheet.set_footer(f"&L{mark.number}&R&P / &N")
    return out.getvalue()
