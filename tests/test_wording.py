"""What forms say where an entry is missing or wrong: our words, wherever a person meets them."""

import importlib
import inspect
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.wording import Worded
from feedback.forms.door import SpokenForm
from programme.models import Organisation, Segment
from tests import factories

PROJECT = Path(__file__).resolve().parent.parent
DJANGO = ("This field is required", "Select a valid choice", "Enter a valid", "Ensure th")


def _our_forms() -> list[type[forms.BaseForm]]:
    files = [*PROJECT.glob("*/forms.py"), *PROJECT.glob("*/forms/*.py")]
    modules = [
        importlib.import_module(".".join(file.relative_to(PROJECT).with_suffix("").parts))
        for file in files
    ]
    return [
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, forms.BaseForm) and found.__module__ == module.__name__
    ]


def test_every_form_speaks_our_words() -> None:
    ours = _our_forms()
    assert len(ours) > 25
    # The open door's forms speak five languages: feedback/speech holds their words.
    assert [form for form in ours if not issubclass(form, Worded | SpokenForm)] == []


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        (forms.CharField(), "", "Fill this in."),
        (forms.CharField(error_messages={"required": "Say it."}), "", "Say it."),
        (forms.CharField(max_length=3), "four", "Shorten this: it has 4 characters, and 3 fit."),
        (forms.CharField(), "a\0", "There is a character in this text that we cannot keep."),
        (forms.EmailField(), "", "Enter an email address."),
        (forms.EmailField(), "amara at home", "Enter an email address, like name@example.com."),
        (forms.IntegerField(), "", "Enter a number."),
        (forms.IntegerField(), "two", "Enter a whole number, such as 20."),
        (forms.IntegerField(min_value=1), "0", "Enter 1 or more."),
        (forms.IntegerField(max_value=9), "10", "Enter 9 or less."),
        (forms.DecimalField(), "much", "Enter a number, such as 1250.50."),
        (forms.DecimalField(min_value=Decimal(0)), "-1", "Enter 0 or more."),
        (forms.DecimalField(max_digits=3, decimal_places=0), "1234", "at most 3 digits."),
        (forms.DecimalField(max_digits=5, decimal_places=1), "1.23", "at most 1 digits after"),
        (forms.DateField(), "", "Choose a day."),
        (forms.DateField(), "2026-02-30", "Enter a day that exists, such as 2026-12-31."),
        (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
        (forms.ChoiceField(choices=[("a", "A")]), "<b>", "not one of those offered here."),
        (forms.TypedChoiceField(choices=[(1, "A")], coerce=int), "x", "not one of those offered"),
        (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
        (forms.MultipleChoiceField(choices=[("a", "A")]), ["b"], "not one of those offered here."),
    ],
)
def test_words_of_each_kind(field: forms.Field, sent: Any, said: str) -> None:
    form = type("Form", (Worded, forms.Form), {"field": field})({"field": sent})
    (words,) = form.errors["field"]
    assert said in words
    assert "%(" not in words


def test_words_of_files() -> None:
    form = type("Form", (Worded, forms.Form), {"field": forms.FileField()})
    assert form({}, {}).errors["field"] == ["Choose a file."]
    empty = SimpleUploadedFile("a.csv", b"")
    assert form({}, {"field": empty}).errors["field"] == ["This file is empty."]


def test_words_of_rows(organisation: Organisation) -> None:
    rows = Segment.objects.filter(organisation=organisation)
    theirs = Segment.objects.create(organisation=factories.organisation(name="B"), name="Theirs")
    one = type("Form", (Worded, forms.Form), {"field": forms.ModelChoiceField(rows)})
    some = type("Form", (Worded, forms.Form), {"field": forms.ModelMultipleChoiceField(rows)})
    for form, sent in ((one, theirs.pk), (one, "x"), (some, [theirs.pk]), (some, ["x"])):
        (words,) = form({"field": sent}).errors["field"]
        assert words == "That is not one of those offered here. Please choose again."


@pytest.mark.parametrize(
    ("url", "sent", "said"),
    [
        ("touchpoints:improvement_add", {"effort": "9"}, "Say what you will change."),
        ("touchpoints:journey_add", {"name": ""}, "Give the journey a name."),
        ("programme:person_add", {"kind": "staff", "email": "x"}, "Enter a name."),
        ("programme:team_add", {"name": ""}, "Give the team a name."),
        ("feedback:round_add", {"closes_on": "soon"}, "Choose a survey."),
        ("reports:request", {"quarter": "never"}, "not one of those offered here."),
    ],
)
def test_words_on_pages(
    as_leader: Client, organisation: Organisation, url: str, sent: dict[str, str], said: str
) -> None:
    factories.survey(organisation)
    answer = as_leader.post(reverse(url, kwargs={"organisation": organisation.slug}), sent)
    assert said in answer.text
    assert not [words for words in DJANGO if words in answer.text]


def test_words_at_sign_in(db: None) -> None:
    page = Client().post(reverse("account_login"), {}).text
    assert "Enter your email address." in page
    assert "Enter your password." in page
    assert not [words for words in DJANGO if words in page]
