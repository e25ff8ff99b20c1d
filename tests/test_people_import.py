"""A table of people: read, looked at, taken over whole or not at all."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from programme.models import Organisation, Person, Segment, Team
from programme.people_table import COLUMNS, PeopleTable, example_rows, read_people
from programme.services import import_people, remove_person
from programme.tables import read_table, write_csv, write_xlsx
from tests import factories

HEAD = "name,email,kind,team,segment,yearly value,language\n"


def _upload(
    client: Client, organisation: Organisation, content: bytes, kind: str = "", name: str = "p.csv"
) -> Any:
    url = reverse("programme:people_import", args=[organisation.slug])
    file = SimpleUploadedFile(name, content)
    return client.post(url, {"file": file, "kind": kind}, follow=True)


def _read(text: str, kind: str = "") -> PeopleTable:
    return read_people(read_table(text.encode(), "p.csv"), kind=kind)


def test_upload_look_confirm(organisation: Organisation, as_manager: Client) -> None:
    known = factories.customer(organisation, "Old name", email="desk@harbour.example")
    content = (
        HEAD
        + "Ada Okafor,ada@example.com,staff,Service desk,,,English\n"
        + 'Harbour Hotel,DESK@harbour.example,Client,,Hotels,"£18,500.50",\n'
    )
    preview = _upload(as_manager, organisation, content.encode("utf-16"))
    outcome = preview.context["outcome"]
    assert (outcome.added, outcome.changed, outcome.same) == (1, 1, 0)
    assert (outcome.teams, outcome.segments) == (("Service desk",), ("Hotels",))
    assert Person.objects.count() == 1
    assert not Team.objects.exists()
    confirm = preview.redirect_chain[-1][0]
    done = as_manager.post(confirm, follow=True)
    assert "1 added, 1 changed" in done.content.decode()
    known.refresh_from_db()
    assert (known.name, known.yearly_value) == ("Harbour Hotel", Decimal("18500.50"))
    assert known.segment == Segment.objects.get(name="Hotels")
    ada = Person.objects.get(email="ada@example.com")
    assert (ada.kind, ada.team, ada.language) == ("staff", Team.objects.get(), "en")
    assert as_manager.post(confirm).status_code == 404


def test_errors_name_row_and_column_and_nothing_comes_in(
    organisation: Organisation, as_manager: Client
) -> None:
    content = (
        HEAD
        + "Fine,fine@example.com,staff,,,,\n"
        + ",missing@example.com,staff,,,,\n"
        + "A,not-an-address,staff,,,,\n"
        + "B,,alien,,,,\n"
        + "C,,staff,,Hotels,,\n"
        + "D,,customer,,,lots,\n"
        + "E,,customer,,,-5,\n"
        + "F,,customer,,,12.500,\n"
        + "G,,customer,,,,Klingon\n"
        + "H,FINE@example.com,staff,,,,\n"
    )
    answer = _upload(as_manager, organisation, content.encode())
    found = [(error.number, error.column) for error in answer.context["people"].errors]
    assert found == [
        (3, "name"),
        (4, "email"),
        (5, "kind"),
        (6, "segment"),
        (7, "yearly value"),
        (8, "yearly value"),
        (9, "yearly value"),
        (10, "language"),
        (11, "email"),
    ]
    as_manager.post(answer.redirect_chain[-1][0])
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12000", "12000"),
        ("12,000", "12000"),
        ("12.000,50", "12000.50"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("€ 12 000", "12000"),
        ("12,5", "12.50"),
        ("0.125", "0.12"),
    ],
)
def test_yearly_values_as_people_write_them(text: str, value: str) -> None:
    read = _read(f'name;kind;value\nA;customer;"{text}"\n')
    assert read.errors == []
    assert read.rows[0].yearly_value == Decimal(value)


@pytest.mark.parametrize("text", ["nan", "inf", "1e3000", "1e20", "٣x"])
def test_what_is_no_amount(text: str) -> None:
    assert [error.column for error in _read(f"name,kind,value\nA,customer,{text}\n").errors] == [
        "yearly value"
    ]


def test_several_spellings_and_unknown_columns() -> None:
    read = _read("Full Name;E-Mail;Department;Shoe size\nAda;ada@example.com;Desk;38\n", "staff")
    assert read.errors == []
    assert (read.rows[0].name, read.rows[0].team) == ("Ada", "Desk")
    assert read.ignored == ["Shoe size"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("email,kind", "no column called “name”"),
        ("name,email", "no column called “kind”"),
        ("name,Full name,kind", "second column for the name"),
    ],
)
def test_headings_that_will_not_do(head: str, words: str) -> None:
    errors = _read(head + "\n" + ",".join("x" for _ in head.split(","))).errors
    assert words in errors[0].text
    assert errors[0].number == 0


def test_twice_changes_nothing(organisation: Organisation) -> None:
    table = read_table("".join(write_csv(COLUMNS, example_rows())).encode(), "example.csv")
    rows = read_people(table).rows
    first = import_people(organisation=organisation, rows=rows)
    assert (first.added, first.changed, first.same) == (4, 0, 0)
    again = import_people(organisation=organisation, rows=rows)
    assert (again.added, again.changed, again.same) == (0, 0, 4)
    assert (again.teams, again.segments) == ((), ())


def test_without_an_address_the_name_tells_and_who_left_returns(
    organisation: Organisation,
) -> None:
    person = factories.customer(organisation, "Harbour Hotel", email="", yearly_value=5)
    remove_person(person=person)
    rows = _read("name,kind,value\nHARBOUR hotel,customer,\n").rows
    assert import_people(organisation=organisation, rows=rows).changed == 1
    person.refresh_from_db()
    assert person.left_at is None
    assert person.yearly_value == 5


@pytest.mark.parametrize("content", [b"", b"name,kind\n", b"PK\x03\x04nonsense", b"na\x00me\nx\n"])
def test_what_is_no_list_is_an_error_at_the_field(
    content: bytes, organisation: Organisation, as_manager: Client
) -> None:
    answer = _upload(as_manager, organisation, content)
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]


def test_a_workbook_with_formulas_comes_in_as_text(
    organisation: Organisation, as_manager: Client
) -> None:
    content = write_xlsx(["name", "kind"], [["Ada", "staff"]])
    answer = _upload(as_manager, organisation, content, name="p.xlsx")
    assert answer.context["outcome"].added == 1


def test_nobody_else_finds_an_upload(
    organisation: Organisation, as_manager: Client, as_leader: Client
) -> None:
    answer = _upload(as_manager, organisation, (HEAD + "Ada,,staff,,,,\n").encode())
    where = answer.redirect_chain[-1][0]
    assert as_manager.get(where).status_code == 200
    gone = as_leader.get(where)
    assert gone.status_code == 404
    assert "no longer here" in gone.content.decode()


def test_the_example_comes_in(organisation: Organisation, as_manager: Client) -> None:
    example = as_manager.get(reverse("programme:people_example", args=[organisation.slug]))
    answer = _upload(as_manager, organisation, example.content)
    assert answer.context["outcome"].added == 4


def test_twenty_thousand_in_a_few_statements(
    organisation: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lines = [f"Person {n},p{n}@example.com,customer,,Segment {n % 7},{n},en" for n in range(20_000)]
    rows = _read(HEAD + "\n".join(lines)).rows
    with django_assert_max_num_queries(60):
        assert import_people(organisation=organisation, rows=rows).added == 20_000
    rows = _read(HEAD.replace("name", "contact") + "\n".join(f"New {line}" for line in lines)).rows
    with django_assert_max_num_queries(60):
        assert import_people(organisation=organisation, rows=rows).changed == 20_000
    assert Person.objects.filter(name__startswith="New Person").count() == 20_000
