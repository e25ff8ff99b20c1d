"""What people type about the organisation, its people, members, segments and teams."""

import zoneinfo
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from accounts.forms import NewUserForm
from accounts.wording import Worded
from programme.colours import is_colour
from programme.logos import MOST_BYTES, CleanLogo, LogoError, clean_logo
from programme.models import Organisation, Paper, Person, PersonKind, Role, Segment, Team

_MONTHS = [
    *((1, "January"), (2, "February"), (3, "March"), (4, "April"), (5, "May"), (6, "June")),
    *((7, "July"), (8, "August"), (9, "September"), (10, "October"), (11, "November")),
    (12, "December"),
]
_ROLES_HINT = (
    "Leaders do everything. Managers change the programme, not who belongs to it. Members see it "
    "and take part. Auditors only read."
)


def _zones() -> list[tuple[str, str]]:
    """Time zones as places: "Europe/London"."""
    places = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
    left_out = ("Etc/", "posix/", "right/", "SystemV/", "US/")
    return [("UTC", "UTC")] + [
        (zone, zone.replace("_", " ")) for zone in places if not zone.startswith(left_out)
    ]


def offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let that field choose among these rows only: another organisation's are no choice."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def _languages() -> list[tuple[str, str]]:
    return sorted(
        ((code, str(name)) for code, name in settings.LANGUAGES), key=lambda each: each[1]
    )


class OrganisationForm(Worded, forms.Form):
    """A new organisation."""

    organisation = forms.CharField(
        label="Name of the organisation",
        error_messages={"required": "Enter the organisation’s name."},
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=_zones,
        initial="Europe/London",
        error_messages={"required": "Choose a time zone."},
    )
    financial_year_first_month = forms.TypedChoiceField(
        label="Financial year begins in",
        error_messages={"required": "Choose a month."},
        choices=_MONTHS,
        coerce=int,
        initial=1,
        help_text="Your quarters and board reports follow it.",
    )


class StartForm(NewUserForm, OrganisationForm):
    """The first account, and the organisation that it leads."""

    email = forms.EmailField(
        label="Your email address",
        error_messages={"required": "Enter your email address."},
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = (
        "name",
        "email",
        "password",
        "organisation",
        "timezone",
        "financial_year_first_month",
    )


class SettingsForm(OrganisationForm):
    language = forms.ChoiceField(
        label="Language",
        error_messages={"required": "Choose a language."},
        choices=_languages,
        help_text="What new people are written to in, unless you say otherwise.",
    )

    figures_from = forms.IntegerField(
        label="Confidential rounds: figures from so many answers",
        min_value=5,
        max_value=100,
        help_text="5 at least. Rounds that were prepared already keep what they had.",
    )
    comments_from = forms.IntegerField(
        label="Confidential rounds: comments from so many answers",
        min_value=10,
        max_value=100,
        help_text="10 at least.",
    )

    field_order = (
        "organisation",
        "timezone",
        "language",
        "financial_year_first_month",
        "figures_from",
        "comments_from",
    )


class PersonForm(Worded, forms.Form):
    """Someone who can be asked, of the one kind or the other."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Enter a name."}
    )
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        required=False,
        help_text="Without one we cannot ask them anything.",
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label="Team", required=False, empty_label="None"
    )
    segment = forms.ModelChoiceField(
        Segment.objects.none(), label="Segment", required=False, empty_label="None"
    )
    yearly_value = forms.DecimalField(
        label="Yearly value",
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text="What they bring in a year: the most valuable are asked for your mission.",
    )
    language = forms.ChoiceField(
        label="Language", choices=_languages, error_messages={"required": "Choose a language."}
    )

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        kind: str,
        person: Person | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"language": organisation.language}
        if person:
            kwargs["initial"] = {
                field: getattr(person, field)
                for field in ("name", "email", "team", "segment", "yearly_value", "language")
            }
        super().__init__(*args, **kwargs)
        if kind == PersonKind.STAFF:
            del self.fields["segment"], self.fields["yearly_value"]
            offer(self, "team", Team.objects.filter(organisation=organisation))
        else:
            del self.fields["team"]
            offer(self, "segment", Segment.objects.filter(organisation=organisation))

    def values(self) -> dict[str, Any]:
        """As `add_person` and `update_person` take them."""
        return {"team": None, "segment": None, "yearly_value": None, **self.cleaned_data}


class UploadForm(Worded, forms.Form):
    """A table of people."""

    file = forms.FileField(
        label="File",
        error_messages={"required": "Choose the file."},
        help_text="CSV or Excel (.xlsx), at most 10 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
    )
    kind = forms.ChoiceField(
        label="Who are they?",
        required=False,
        choices=[("", "The file says: it has a column “kind”"), *PersonKind.choices],
        widget=forms.RadioSelect,
    )


class InviteForm(Worded, forms.Form):
    email = forms.EmailField(label="Email address", max_length=254)
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        initial=Role.MEMBER,
        help_text=_ROLES_HINT,
        error_messages={"required": "Choose a role."},
    )


class RoleForm(Worded, forms.Form):
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        help_text=_ROLES_HINT,
        error_messages={"required": "Choose a role."},
    )


class SegmentForm(Worded, forms.Form):
    name = forms.CharField(
        label="Name of the segment",
        max_length=200,
        error_messages={"required": "Give the segment a name."},
    )
    is_target = forms.BooleanField(
        label="A target segment", required=False, help_text="The customers you want most."
    )


class TeamForm(Worded, forms.Form):
    name = forms.CharField(
        label="Name of the team",
        max_length=200,
        error_messages={"required": "Give the team a name."},
    )
    parent = forms.ModelChoiceField(
        Team.objects.none(), label="Part of", required=False, empty_label="No other team"
    )
    supplies = forms.ModelMultipleChoiceField(
        Team.objects.none(),
        label="Supplies",
        required=False,
        help_text="The teams that work with what this one delivers: its internal customers.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, organisation: Organisation, team: Team | None = None, **kwargs: Any
    ) -> None:
        if team:
            supplies = list(team.supplies.all())
            kwargs["initial"] = {"name": team.name, "parent": team.parent, "supplies": supplies}
        super().__init__(*args, **kwargs)
        others = Team.objects.filter(organisation=organisation)
        if team:
            others = others.exclude(pk=team.pk)
        for name in ("parent", "supplies"):
            offer(self, name, others)


class BrandForm(Worded, forms.Form):
    """The logo, checked and cleaned, the colour and the paper."""

    colour = forms.CharField(
        label="Colour",
        help_text="For lines and small headings, on the report’s cover and the poster.",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    paper = forms.ChoiceField(
        label="Paper",
        choices=Paper,
        help_text="For the report, posters, surveys on paper and all else that is printed.",
    )
    file = forms.FileField(
        label="Logo",
        required=False,
        help_text="A PNG, JPEG or SVG of at most 2 MB. It is printed at most 60 mm wide.",
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.svg"}),
    )
    without_logo = forms.BooleanField(label="Print no logo", required=False)

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            del self.fields["without_logo"]

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).lower()
        if not is_colour(colour):
            raise forms.ValidationError("Write the colour as # and six digits, such as #0e5a60.")
        return colour

    def clean_file(self) -> CleanLogo | None:
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                "This file has more than 2 MB. Please choose a smaller one."
            )
        try:
            return clean_logo(file.read())
        except LogoError as error:
            raise forms.ValidationError(str(error)) from error
