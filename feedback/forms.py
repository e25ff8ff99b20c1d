"""All input of rounds."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from accounts.wording import Worded
from feedback import queries
from feedback.models import Round, Survey
from programme.forms import offer
from programme.models import Organisation, Period, Segment, Team
from programme.queries import quarters_back


class RoundForm(Worded, forms.Form):
    """Whom to ask what, until when."""

    survey = forms.ModelChoiceField(
        label="Survey",
        queryset=Survey.objects.none(),
        empty_label="Choose a survey",
        error_messages={"required": "Choose a survey."},
    )
    title = forms.CharField(
        label="Subject",
        error_messages={"required": "Give the email a subject."},
        max_length=200,
        help_text="The subject of the email, and the round's name in your lists.",
    )
    audience = forms.ChoiceField(
        label="Who is asked",
        error_messages={"required": "Choose who is asked."},
        choices=[("external", "Customers"), ("internal", "Staff")],
        widget=forms.RadioSelect,
        initial="external",
    )
    segments = forms.ModelMultipleChoiceField(
        label="Customers: only these segments",
        queryset=Segment.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    most_valuable = forms.IntegerField(
        label="Customers: only the most valuable",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="How many, by yearly value. Leave it empty for everyone.",
    )
    teams = forms.ModelMultipleChoiceField(
        label="Staff: only these teams",
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen means all of them.",
    )
    privacy = forms.ChoiceField(
        label="Named or confidential",
        error_messages={"required": "Choose named or confidential."},
        choices=[
            ("named", "Named: you can see who said what, and come back to them"),
            ("confidential", "Confidential: nobody can see who gave which answer"),
        ],
        widget=forms.RadioSelect,
        initial="named",
    )
    period = forms.ChoiceField(
        label="Counts for",
        help_text="The quarter of the heatmap.",
        error_messages={"required": "Choose the quarter it counts for."},
    )
    closes_on = forms.DateField(
        label="Last day for answers",
        error_messages={"required": "Choose the last day for answers."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The round closes by itself at the end of that day.",
    )
    message = forms.CharField(
        label="Message",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The email's own words: why you ask, and what you will do with the answers.",
    )

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        self.organisation = organisation
        self.fields["privacy"].help_text = (
            f"A confidential round shows figures from {organisation.figures_from} answers on and "
            f"comments from {organisation.comments_from}; this cannot be changed once it is sent."
        )
        offer(self, "survey", queries.surveys(organisation, with_questions=True))
        offer(self, "segments", Segment.objects.filter(organisation=organisation))
        offer(self, "teams", Team.objects.filter(organisation=organisation))
        codes = [quarter.code for quarter in quarters_back(organisation, 4)]
        closed = {
            period.code
            for period in Period.objects.filter(organisation=organisation, closed_at__isnull=False)
        }
        self.fields["period"].choices = [(code, code) for code in codes if code not in closed]  # type: ignore[attr-defined]
        self.today = timezone.now().astimezone(ZoneInfo(organisation.timezone)).date()
        self.fields["closes_on"].initial = self.today + dt.timedelta(days=14)

    def clean_closes_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["closes_on"]
        if day < self.today:
            raise forms.ValidationError("That day has passed. Choose today or a later one.")
        return day

    def selection(self) -> dict[str, Any]:
        """What is chosen so far, as `create_round` takes it; also of a form not yet valid."""
        cleaned = self.cleaned_data
        chosen: dict[str, Any] = {}
        if cleaned.get("audience") == Round.Audience.INTERNAL:
            chosen["teams"] = [team.pk for team in cleaned.get("teams") or ()]
        else:
            chosen["segments"] = [segment.pk for segment in cleaned.get("segments") or ()]
            chosen["most_valuable"] = cleaned.get("most_valuable")
        return {name: value for name, value in chosen.items() if value}

    def closes_at(self) -> dt.datetime:
        """The last minute of the last day, where the organisation is."""
        there = ZoneInfo(self.organisation.timezone)
        return dt.datetime.combine(self.cleaned_data["closes_on"], dt.time(23, 59), there)
