"""What people type about reports: which quarter to build, whom to send it to."""

import re
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.wording import Worded
from programme.models import Organisation, Period
from programme.periods import Quarter
from programme.queries import quarters_back
from programme.services import period_for
from reports.models import Delivery, ReportSettings
from touchpoints.queries import periods_with_ratings

MOST_ADDRESSES = 50
QUARTERS_OFFERED = 4


class BuildForm(Worded, forms.Form):
    """Which quarter: those with ratings, and the latest few."""

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        rated = [period.quarter for period in periods_with_ratings(organisation)]
        recent = quarters_back(organisation, QUARTERS_OFFERED)
        offered = [
            (quarter.code, quarter.code if quarter in rated else f"{quarter.code} (no ratings yet)")
            for quarter in sorted({*rated, *recent}, reverse=True)
        ]
        self.fields["quarter"] = forms.ChoiceField(
            label="Quarter",
            error_messages={"required": "Choose a quarter."},
            choices=offered,
            initial=rated[0].code if rated else recent[1].code,
        )

    def period(self) -> Period:
        quarter = Quarter.parse(self.cleaned_data["quarter"])
        return period_for(organisation=self.organisation, quarter=quarter)


class WordsForm(Worded, forms.Form):
    """The leader's own headline and paragraph, and the report's passages to rewrite; what is blank
    or as it was leaves the report's own words alone."""

    headline = forms.CharField(
        label="Your headline",
        help_text="One sentence. It stands above the report’s own, with your name. Leave it blank "
        "to keep the report’s own headline alone.",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    paragraph = forms.CharField(
        label="Your paragraph",
        help_text="What you want the board to know. Printed as plain text, with your name.",
        max_length=900,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )

    def __init__(self, *args: Any, figures: dict[str, Any], **kwargs: Any) -> None:
        """`figures` are the report's, with what was written before."""
        words = figures.get("words") or {}
        super().__init__(*args, **kwargs)
        self.initial.update(words)
        own_words = {"summary": figures["standfirst"], **figures["passages"]}
        # As they follow each other in the report: the database keeps no order of keys.
        self.parts = {key: own_words[key] for key in PASSAGES if key in own_words}
        for place, (key, own) in enumerate(self.parts.items()):
            self.fields[f"passage_{key}"] = forms.CharField(
                label=PASSAGES[key],
                max_length=900,
                required=False,
                initial=words.get("passages", {}).get(key, own),
                help_text=_PASSAGE_HELP if place == 0 else "",
                widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            )
            if place == 0:
                self.fields[f"passage_{key}"].heading = "The report’s passages"  # type: ignore[attr-defined]

    def written(self) -> dict[str, Any]:
        """What `services.write_words` takes."""
        given = self.cleaned_data
        return {
            "headline": given["headline"],
            "paragraph": given["paragraph"],
            "passages": {key: given[f"passage_{key}"] for key in self.parts},
        }


_PASSAGE_HELP = (
    "Each part opens with sentences that rules write from its figures. What you change stands in "
    "their place with your name, and the report’s own words below it. Put one back as it was, or "
    "empty it, and the mark goes."
)
PASSAGES = {
    "summary": "Summary",
    "changes": "What changed",
    "priorities": "Ten priorities",
    "chain": "The delivery chain",
    "loyalty": "Loyalty and retention, inside and outside",
    "improvements": "Improvements",
    "assurance": "Assurance",
    "mission": "The mission and its decisions",
}


class CorrectionForm(Worded, forms.Form):
    """Why a frozen report gets a new edition."""

    correction = forms.CharField(
        label="What does the new edition correct?",
        help_text="Printed in the new edition, above a list of the figures that differ.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what the new edition corrects."},
    )


def _addresses(typed: str) -> list[str]:
    """The addresses in it, each once, in lower case. ValidationError for those that are none."""
    parts = [part for part in re.split(r"[\s,;]+", typed) if part]
    found: list[str] = []
    wrong: list[str] = []
    for part in parts:
        try:
            validate_email(part)
        except ValidationError:
            wrong.append(part[:80])
        else:
            found.append(part.lower())
    if wrong:
        raise ValidationError(
            [f"“{part}” is not an email address, like name@example.com." for part in wrong[:5]]
        )
    unique = list(dict.fromkeys(found))
    if len(unique) > MOST_ADDRESSES:
        raise ValidationError(f"At most {MOST_ADDRESSES} addresses at a time, please.")
    return unique


class SettingsForm(Worded, forms.ModelForm):  # type: ignore[type-arg]
    """Language, calendar, and the board."""

    board_emails = forms.CharField(
        label="The board’s email addresses",
        help_text="One a line, or with commas between them.",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
    )

    class Meta:
        model = ReportSettings
        fields = (
            *("language", "automatic", "days_after"),
            *("board_emails", "when_frozen", "link_days"),
        )
        labels: ClassVar = {
            "language": "Language of the report",
            "automatic": "Build each quarter’s report by itself",
            "days_after": "Days after the quarter’s end",
            "when_frozen": "Once a report is frozen, send it to the board",
            "link_days": "A link works for so many days",
        }
        help_texts: ClassVar = {
            "language": "For reports built from now on, every word but those that people "
            "wrote; and for the email that brings them.",
            "automatic": "Once for each quarter with ratings; the leaders get an email.",
            "days_after": "From 1 to 45, so that late answers still count.",
            "link_days": "From 1 to 365. You can withdraw each link at any time.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, blank in (
            ("language", "As in the organisation’s settings"),
            ("when_frozen", "Only when somebody sends it"),
        ):
            offered = cast("forms.TypedChoiceField", self.fields[name])
            offered.choices = [("", blank), *list(offered.choices)[1:]]  # type: ignore[arg-type]

    def clean_board_emails(self) -> str:
        return "\n".join(_addresses(self.cleaned_data["board_emails"]))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("when_frozen") and found.get("board_emails") == "":
            self.add_error("board_emails", "Say where the board is reached, or send it yourself.")
        return found


class SendForm(Worded, forms.Form):
    """Whom a report is sent to."""

    emails = forms.CharField(
        label="Email addresses",
        help_text="One a line, or with commas between them. Nobody sees the other addresses.",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={"required": "Enter at least one email address."},
    )

    delivery = forms.ChoiceField(
        label="How",
        choices=Delivery,
        initial=Delivery.ATTACHMENT,
        required=False,
        widget=forms.RadioSelect,
        help_text="Each link is for one address, ends by itself, and can be withdrawn.",
    )

    def clean_emails(self) -> list[str]:
        """The addresses, each once, in lower case."""
        found = _addresses(self.cleaned_data["emails"])
        if not found:
            raise ValidationError("Enter at least one email address.")
        return found

    def clean_delivery(self) -> str:
        return self.cleaned_data["delivery"] or Delivery.ATTACHMENT
