"""The list of people, and one person by form."""

import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from programme.models import Organisation, Person, PersonKind
from programme.services import ProgrammeError, add_person, remove_person
from programme.tables import read_table
from tests import factories


def _url(name: str, of: Organisation, **kwargs: object) -> str:
    return reverse(f"programme:{name}", kwargs={"organisation": of.slug, **kwargs})


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(
    many: int,
    organisation: Organisation,
    as_manager: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(many):
        factories.customer(organisation, segment=factories.segment(organisation))
    url = _url("people", organisation) + "?kind=customer"
    as_manager.get(url)
    # User, membership; count, page, counts by kind, segments to choose from.
    with django_assert_num_queries(6):
        answer = as_manager.get(url)
    assert len(answer.context["page"].object_list) == many


def test_searching_and_narrowing(organisation: Organisation, as_auditor: Client) -> None:
    hotels = factories.segment(organisation, "Hotels")
    factories.customer(organisation, "Harbour Hotel", email="desk@harbour.example", segment=hotels)
    factories.customer(organisation, "Linden Clinic")
    factories.customer(factories.organisation(), "Harbour of someone else")

    def names(query: str) -> list[str]:
        answer = as_auditor.get(_url("people", organisation) + "?kind=customer&" + query)
        return [person.name for person in answer.context["page"].object_list]

    assert names("") == ["Harbour Hotel", "Linden Clinic"]
    assert names("q=HARBOUR") == ["Harbour Hotel"]
    assert names("q=desk@") == ["Harbour Hotel"]
    assert names(f"group={hotels.pk}") == ["Harbour Hotel"]
    assert names("q=nobody") == []
    assert names("group=99999999999999999999&page=zzz") == ["Harbour Hotel", "Linden Clinic"]


def test_fifty_a_page(organisation: Organisation, as_auditor: Client) -> None:
    for number in range(51):
        factories.staff(organisation, f"Staff {number:02}")
    answer = as_auditor.get(_url("people", organisation) + "?page=2")
    assert [person.name for person in answer.context["page"].object_list] == ["Staff 50"]


def test_adding_and_changing_by_form(organisation: Organisation, as_manager: Client) -> None:
    segment = factories.segment(organisation)
    values = {
        "name": "Harbour Hotel",
        "email": "Desk@Harbour.Example",
        "segment": segment.pk,
        "yearly_value": "18500.50",
        "language": "en",
    }
    added = as_manager.post(_url("person_add", organisation) + "?kind=customer", values)
    assert added.status_code == 302
    person = Person.objects.get(organisation=organisation)
    assert (person.kind, person.email) == (PersonKind.CUSTOMER, "desk@harbour.example")
    assert (person.segment, person.yearly_value) == (segment, Decimal("18500.50"))
    as_manager.post(
        _url("person_edit", organisation, person=person.pk),
        {"name": "Harbour", "email": "", "yearly_value": "", "language": "de"},
    )
    person.refresh_from_db()
    assert (person.name, person.email, person.language) == ("Harbour", "", "de")
    assert person.segment is None
    assert person.yearly_value is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 100_000),
        ("name", "NUL\x00"),
        ("email", "not an address"),
        ("yearly_value", "-1"),
        ("yearly_value", "much"),
        ("segment", "987654321"),
        ("language", "klingon"),
    ],
)
def test_bad_input_is_an_error_at_its_field(
    field: str, value: str, organisation: Organisation, as_manager: Client
) -> None:
    values = {"name": "Ada", "email": "ada@example.com", "language": "en", field: value}
    answer = as_manager.post(_url("person_add", organisation) + "?kind=customer", values)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Person.objects.exists()


def test_another_organisations_segment_is_no_choice(
    organisation: Organisation, as_manager: Client
) -> None:
    theirs = factories.segment(factories.organisation())
    answer = as_manager.post(
        _url("person_add", organisation) + "?kind=customer",
        {"name": "Ada", "language": "en", "segment": theirs.pk},
    )
    assert "segment" in answer.context["form"].errors


def test_an_address_is_there_once_a_kind(organisation: Organisation, as_manager: Client) -> None:
    factories.staff(organisation, email="ada@example.com")
    answer = as_manager.post(
        _url("person_add", organisation),
        {"name": "Ada", "email": "ADA@example.com", "language": "en"},
    )
    assert "already in your list of staff" in answer.context["form"].errors["email"][0]
    add_person(organisation=organisation, kind="customer", name="Ada", email="ada@example.com")
    with pytest.raises(ProgrammeError, match="already in your list of customer"):
        add_person(organisation=organisation, kind="customer", name="A", email="ada@example.com")


def test_removing_and_undoing(organisation: Organisation, as_manager: Client) -> None:
    person = factories.staff(organisation, "Tom Reyes")
    answer = as_manager.post(_url("person_remove", organisation, person=person.pk), follow=True)
    assert "Tom Reyes is off the list" in answer.content.decode()
    assert not Person.objects.active().exists()
    as_manager.post(_url("person_restore", organisation, person=person.pk))
    assert Person.objects.active().get() == person


def test_who_left_and_comes_back_is_the_same_person(organisation: Organisation) -> None:
    person = factories.staff(organisation, email="ada@example.com")
    remove_person(person=person)
    back = add_person(
        organisation=organisation, kind="staff", name="Ada Again", email="Ada@example.com"
    )
    assert back.pk == person.pk
    assert Person.objects.active().get().name == "Ada Again"


@pytest.mark.parametrize("name", ["people_csv", "people_xlsx"])
def test_the_list_as_a_file(name: str, organisation: Organisation, as_auditor: Client) -> None:
    factories.customer(organisation, "=HYPERLINK(1)", email="a@example.com", yearly_value=12.5)
    factories.staff(organisation, "Not in this list")
    answer = as_auditor.get(_url(name, organisation) + "?kind=customer")
    assert "attachment" in answer["Content-Disposition"]
    table = read_table(answer.content, "export")
    assert [row[:3] for row in table.rows] == [["'=HYPERLINK(1)", "a@example.com", "customer"]]
    assert io.StringIO(table.rows[0][5]).read() in {"12.50", "12.5"}


def test_members_do_not_take_the_list_away(organisation: Organisation, as_member: Client) -> None:
    assert as_member.get(_url("people_csv", organisation)).status_code == 403


def test_names_are_text(
    organisation: Organisation, as_manager: Client, as_user: Callable[..., Client]
) -> None:
    factories.staff(organisation, "<script>alert(1)</script>")
    page = as_manager.get(_url("people", organisation)).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
