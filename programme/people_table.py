"""What a table of people says, row by row. Pure: it knows neither the web nor the database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.conf.locale import LANG_INFO

from programme.tables import Table

COLUMNS = ("name", "email", "kind", "team", "segment", "yearly value", "language")
_SPELLINGS = {
    "name": {"name", "full name", "person", "contact", "contact name"},
    "email": {"email", "e-mail", "mail", "email address", "e-mail address", "address"},
    "kind": {"kind", "type", "audience", "staff or customer"},
    "team": {"team", "department", "unit"},
    "segment": {"segment", "customer segment", "group", "customer group"},
    "yearly value": {"yearly value", "annual value", "value", "revenue", "yearly revenue",
                     "annual revenue", "value per year", "turnover"},
    "language": {"language", "lang", "locale"},
}  # fmt: skip
_STAFF = {"staff", "employee", "employees", "colleague", "internal", "team member"}
_CUSTOMER = {"customer", "customers", "client", "clients", "external"}
_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s.,;<>\"()]{2,}")
_LANGUAGES = {
    spelling.casefold(): code
    for code, info in LANG_INFO.items()
    if "name" in info
    for spelling in (code, info["name"], info["name_local"])
}
_MOST_VALUE = Decimal("999999999999.99")
_LENGTHS = {"name": 200, "email": 254, "team": 200, "segment": 200}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person as the file has them. None means that the file does not say; `number` is the
    row's line in the file, `kind` is "staff" or "customer"."""

    number: int
    kind: str
    name: str
    email: str
    team: str | None
    segment: str | None
    yearly_value: Decimal | None
    language: str | None


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong, and where: `number` is the line in the file, 0 for the file as a whole."""

    number: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """The rows that are fine, the errors of the others, and headings that we did not know."""

    rows: list[PersonRow]
    errors: list[RowError]
    ignored: list[str]


class _CellError(Exception):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column = column


def read_people(table: Table, *, kind: str = "") -> PeopleTable:
    """Read people from a table; `kind` is for a file without a column of that name."""
    found: dict[str, int] = {}
    ignored: list[str] = []
    errors: list[RowError] = []
    for index, heading in enumerate(table.headings):
        spelt = " ".join(heading.casefold().replace("_", " ").split())
        column = next((name for name, known in _SPELLINGS.items() if spelt in known), "")
        if not column:
            ignored.append(heading)
        elif column in found:
            errors.append(RowError(0, heading, f"This is a second column for the {column}."))
        else:
            found[column] = index
    if "name" not in found:
        errors.append(RowError(0, "name", "There is no column called “name”."))
    if "kind" not in found and not kind:
        errors.append(
            RowError(
                0, "kind", "There is no column called “kind”: add one, or say who the people are."
            )
        )
    if errors:
        return PeopleTable([], errors, ignored)
    rows: list[PersonRow] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        values = {name: cells[index] for name, index in found.items()}
        try:
            row = _row(number, values, kind)
        except _CellError as error:
            errors.append(RowError(number, error.column, str(error)))
            continue
        first = seen.setdefault(key_of(row), number)
        if first != number:
            column = "email" if row.email else "name"
            errors.append(RowError(number, column, f"The same {row.kind} is in row {first}."))
        else:
            rows.append(row)
    return PeopleTable(rows, errors, ignored)


def key_of(row: PersonRow) -> tuple[str, str]:
    """By what we know someone again: the address, or the name where there is none."""
    return row.kind, row.email or f"name:{row.name.casefold()}"


def _row(number: int, values: dict[str, str], default_kind: str) -> PersonRow:
    for column, most in _LENGTHS.items():
        if len(values.get(column, "")) > most:
            raise _CellError(column, f"This is longer than {most} characters.")
    name = " ".join(values["name"].split())
    if not name:
        raise _CellError("name", "The name is missing.")
    kind = _kind(values.get("kind", ""), default_kind)
    email = values.get("email", "").lower()
    if email and not _EMAIL.fullmatch(email):
        raise _CellError("email", f"“{email[:80]}” is not an email address.")
    for column, belongs in (
        ("team", "staff"),
        ("segment", "customer"),
        ("yearly value", "customer"),
    ):
        if values.get(column) and kind != belongs:
            whose = "staff" if belongs == "staff" else "customers"
            raise _CellError(column, f"Only {whose} have a {column}: leave it empty.")
    return PersonRow(
        number=number,
        kind=kind,
        name=name,
        email=email,
        team=" ".join(values.get("team", "").split()) or None,
        segment=" ".join(values.get("segment", "").split()) or None,
        yearly_value=_value(values.get("yearly value", "")),
        language=_language(values.get("language", "")),
    )


def _kind(text: str, default: str) -> str:
    spelt = text.casefold()
    if spelt in _STAFF:
        return "staff"
    if spelt in _CUSTOMER:
        return "customer"
    if not spelt and default:
        return default
    raise _CellError("kind", f"“{text[:80]}” is neither staff nor customer.")


def _value(text: str) -> Decimal | None:
    """12,000.50 as well as 12.000,50 and £12 000; what could be either is refused."""
    digits = re.sub(r"[\s\u00a0\u202f'’]|[£$€]|EUR|GBP|USD", "", text)
    if not digits:
        return None
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", digits):
        raise _CellError(
            "yearly value", f"“{text[:40]}” could be read in two ways: write it without the dot."
        )
    elif re.fullmatch(r"\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    try:
        value = round(Decimal(digits), 2)
    except InvalidOperation:
        raise _CellError("yearly value", f"“{text[:40]}” is not a number.") from None
    # "nan" is a Decimal too, and compares as neither.
    if not value.is_finite() or not 0 <= value <= _MOST_VALUE:
        raise _CellError("yearly value", f"“{text[:40]}” is below nothing or too large.")
    return value


def _language(text: str) -> str | None:
    spelt = text.casefold().replace("_", "-")
    if not spelt:
        return None
    code = _LANGUAGES.get(spelt) or _LANGUAGES.get(spelt.split("-")[0])
    if code is None:
        raise _CellError("language", f"“{text[:40]}” is no language we know: write en, de, fr …")
    return code


def example_rows() -> Iterator[list[str]]:
    """A file to start from, below the headings COLUMNS."""
    yield ["Ada Okafor", "ada@example.com", "staff", "Service desk", "", "", "en"]
    yield ["Tom Reyes", "tom@example.com", "staff", "Field work", "", "", "en"]
    yield ["Harbour Hotel", "manager@harbour.example", "customer", "", "Hotels", "18500.00", "en"]
    yield ["Linden Klinik", "empfang@linden.example", "customer", "", "Clinics", "42000.00", "de"]
