"""Whom to ask about the delivery chain."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django import forms

from accounts.wording import Worded
from feedback.services import ChainRound
from programme.models import Organisation, Period
from programme.queries import end_of_day, quarters_back, today_at


class ChainAskForm(Worded, forms.Form):
    """The receiving teams, and until when."""

    teams = forms.MultipleChoiceField(
        label="Which teams?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one team."},
        help_text="Each is asked only about what it receives.",
    )
    privacy = forms.ChoiceField(
        label="Named or confidential",
        error_messages={"required": "Choose named or confidential."},
        choices=[
            ("confidential", "Confidential: nobody can see who gave which answer"),
            ("named", "Named: you can see who said what"),
        ],
        widget=forms.RadioSelect,
        initial="confidential",
        help_text="Either way, a hand-off that fewer than five people rate is not shown.",
    )
    period = forms.ChoiceField(
        label="Counts for", error_messages={"required": "Choose the quarter it counts for."}
    )
    closes_on = forms.DateField(
        label="Last day for answers",
        error_messages={"required": "Choose the last day for answers."},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The rounds close by themselves at the end of that day.",
    )

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        receiving: Sequence[tuple[ChainRound, int]],
        **given: Any,
    ) -> None:
        """`receiving` are the teams that receive something, with how many can be asked."""
        super().__init__(*args, **given)
        self.organisation = organisation
        self.receiving = {str(one.team.pk): one for one, _ in receiving}
        choices = [
            (str(one.team.pk), f"{one.team}: {_count(len(one.hand_offs), people)}")
            for one, people in receiving
        ]
        teams = cast("forms.MultipleChoiceField", self.fields["teams"])
        teams.choices = choices
        teams.initial = [str(one.team.pk) for one, people in receiving if people]
        closed = {
            period.code
            for period in Period.objects.filter(organisation=organisation, closed_at__isnull=False)
        }
        codes = [one.code for one in quarters_back(organisation, 4) if one.code not in closed]
        cast("forms.ChoiceField", self.fields["period"]).choices = [(code, code) for code in codes]
        self.today = today_at(organisation)
        self.fields["closes_on"].initial = self.today + dt.timedelta(days=14)

    def clean_closes_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["closes_on"]
        if day < self.today:
            raise forms.ValidationError("That day has passed. Choose today or a later one.")
        return day

    def asked(self) -> list[ChainRound]:
        """Those chosen."""
        return [self.receiving[pk] for pk in self.cleaned_data["teams"]]

    def closes_at(self) -> dt.datetime:
        """The last minute of the last day, where the organisation is."""
        return end_of_day(self.organisation, self.cleaned_data["closes_on"])


def _count(hand_offs: int, people: int) -> str:
    links = "1 hand-off" if hand_offs == 1 else f"{hand_offs} hand-offs"
    return f"{links}, 1 person" if people == 1 else f"{links}, {people} people"
