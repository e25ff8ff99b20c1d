"""All input to the map."""

from dataclasses import astuple
from typing import Any, cast

from django import forms
from django.core import signing
from django.http import QueryDict

from accounts.wording import Worded
from programme.forms.organisation import offer
from programme.models import Membership, Organisation, Team
from programme.queries import members_of
from programme.tables import TableError, read_table
from touchpoints.models import Stage
from touchpoints.queries import current_stages
from touchpoints.services import MapRow, read_map
from touchpoints.starts import Start, matching_team

_LONGEST = 300
_LONGEST_TEXT = 5000
_SALT = "touchpoints.map"
_PREVIEW_LASTS = 24 * 60 * 60


class SeenForm(Worded, forms.Form):
    """A form that sends back the version of what it showed."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def renew(self, seen: str, stored: dict[str, str]) -> None:
        """What was typed stays, what is `stored` now is said beside it, and the next save has seen
        it. `stored` maps fields to how their values read."""
        self.data = cast("QueryDict", self.data).copy()
        self.data["seen"] = seen
        for name, words in stored.items():
            self.add_error(name, f"Meanwhile this became “{words}”." if words else _EMPTIED)


_EMPTIED = "Meanwhile this was emptied."


class JourneyForm(SeenForm):
    name = forms.CharField(
        label="What is the journey called?",
        error_messages={"required": "Give the journey a name."},
        help_text="For example “Becoming a customer” or “A day at the airport”.",
        max_length=_LONGEST,
    )
    description = forms.CharField(
        label="Who makes it, and what for?",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class JourneyCopyForm(Worded, forms.Form):
    name = forms.CharField(
        label="What is the new journey called?",
        error_messages={"required": "Give the new journey a name."},
        max_length=_LONGEST,
    )


class StageForm(SeenForm):
    name = forms.CharField(
        label="What is the stage called?",
        error_messages={"required": "Give the stage a name."},
        help_text="A stretch of the journey, such as “Ordering” or “Getting help”.",
        max_length=_LONGEST,
    )


class _StageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.journey} – {obj}"


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user.name or obj.user.email)


class TouchpointForm(SeenForm):
    name = forms.CharField(
        label="What happens there?",
        error_messages={"required": "Say in a few words what happens there."},
        help_text="One place where you and a customer touch, such as “The invoice arrives”.",
        max_length=_LONGEST,
    )
    stage = _StageField(
        label="On which stage?",
        queryset=Stage.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose a stage."},
    )
    channel = forms.CharField(
        label="Through which channel?",
        help_text="Such as phone, email, shop or website.",
        required=False,
        max_length=100,
    )
    team = forms.ModelChoiceField(
        label="Which team provides it?",
        queryset=Team.objects.none(),
        required=False,
        empty_label="No team yet",
    )
    owner = MemberField(
        label="Who looks after it?",
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Nobody yet",
    )
    importance = forms.TypedChoiceField(
        label="How much does it matter to customers?",
        error_messages={"required": "Choose how much it matters."},
        coerce=int,
        choices=[
            (5, "5 – decides whether they stay"),
            (4, "4 – much"),
            (3, "3 – as much as most"),
            (2, "2 – a little"),
            (1, "1 – hardly"),
        ],
        initial=3,
    )
    must_be = forms.BooleanField(
        label="A must-be",
        help_text="Nobody praises it when it works, and everybody minds when it does not.",
        required=False,
    )
    service_standard = forms.CharField(
        label="What does good look like?",
        help_text="A standard that anyone could check, such as “answered within one working day”.",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description = forms.CharField(
        label="Anything else about it?",
        required=False,
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "stage", current_stages(organisation))
        offer(self, "team", Team.objects.filter(organisation=organisation))
        offer(self, "owner", members_of(organisation))


class HandOffForm(Worded, forms.Form):
    name = forms.CharField(
        label="What is handed over?",
        error_messages={"required": "Say what is handed over."},
        help_text="Such as “The order, complete and checked”.",
        max_length=_LONGEST,
    )
    giver = forms.ModelChoiceField(
        label="From which team?",
        queryset=Team.objects.none(),
        empty_label="Choose a team",
        error_messages={"required": "Choose the team that hands over."},
    )
    receiver = forms.ModelChoiceField(
        label="To which team?",
        queryset=Team.objects.none(),
        empty_label="Choose a team",
        error_messages={"required": "Choose the team that receives."},
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("giver", "receiver"):
            offer(self, field, Team.objects.filter(organisation=organisation))


class StartForm(Worded, forms.Form):
    """Which journeys of a template, and which of the organisation's teams stand for its teams."""

    journeys = forms.MultipleChoiceField(
        label="Which journeys?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one journey."},
    )

    def __init__(self, *args: Any, start: Start, organisation: Organisation, **given: Any) -> None:
        super().__init__(*args, **given)
        names = [(one.name, f"{one.name}: {one.count} touchpoints") for one in start.journeys]
        chosen = cast("forms.MultipleChoiceField", self.fields["journeys"])
        chosen.choices, chosen.initial = names, [name for name, _ in names]
        self.start = start
        teams = Team.objects.filter(organisation=organisation)
        own = {team.name: team for team in teams}
        for number, name in enumerate(start.teams if own else ()):
            found = matching_team(start, name, own)
            self.fields[f"team-{number}"] = forms.ModelChoiceField(
                label=f"Who is “{name}” here?",
                queryset=teams,
                required=False,
                empty_label="Nobody: leave it out",
                initial=own[found] if found else None,
            )

    def teams(self) -> dict[str, Team]:
        """The chosen teams by the template's names for them."""
        chosen = {
            name: self.cleaned_data.get(f"team-{number}")
            for number, name in enumerate(self.start.teams)
        }
        return {name: team for name, team in chosen.items() if team is not None}


class MapUploadForm(Worded, forms.Form):
    """A spreadsheet of touchpoints; cleaned to its rows."""

    file = forms.FileField(
        label="A spreadsheet of your map",
        error_messages={"required": "Choose the spreadsheet."},
        help_text="CSV or XLSX, one touchpoint a row.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> list[MapRow]:
        sent = self.cleaned_data["file"]
        try:
            return read_map(read_table(sent.read(), sent.name))
        except TableError as error:
            raise forms.ValidationError(str(error)) from error


def signed_rows(rows: list[MapRow]) -> str:
    """The rows as the preview hands them back, which nobody can have changed in between."""
    return signing.dumps([astuple(row) for row in rows], salt=_SALT, compress=True)


def unsigned_rows(text: str) -> list[MapRow] | None:
    """The rows of a preview; None where it is not one of ours, or a day old."""
    try:
        return [MapRow(*row) for row in signing.loads(text, salt=_SALT, max_age=_PREVIEW_LASTS)]
    except (signing.BadSignature, TypeError):
        return None
