"""Customers lost."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.models import Loss, Organisation, Person


class LoseForm(Worded, forms.Form):
    """A customer lost: when, why, worth."""

    lost_on = forms.DateField(
        label="When", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.ChoiceField(label="Why", choices=[("", "Choose a reason"), *Loss.Reason.choices])
    story = forms.CharField(
        label="What happened",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    worth = forms.DecimalField(
        label="Worth a year",
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text="Left empty, the yearly value of the customer where we know it.",
    )


class LossForm(LoseForm):
    """A loss recorded by hand: of one of our people, or of someone who is not among them."""

    email = forms.EmailField(
        label="The customer’s email address",
        required=False,
        max_length=254,
        help_text="It finds them among our people, with their segment and yearly value.",
    )
    name = forms.CharField(
        label="Or their name", required=False, max_length=200, help_text="If they are not listed."
    )
    field_order = ("email", "name", "lost_on", "reason", "story", "worth")

    def __init__(self, organisation: Organisation, **given: Any) -> None:
        super().__init__(**given)
        self.organisation = organisation

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        email = found.pop("email", "")
        found["customer"] = None
        if email:
            customers = Person.objects.customers().filter(organisation=self.organisation)
            found["customer"] = customers.filter(email__iexact=email).first()
            if found["customer"] is None:
                self.add_error(
                    "email", "No customer has this address. Mend it, or write their name instead."
                )
        elif "email" not in self.errors and not found.get("name"):
            self.add_error("name", "Say who it was: by their address, or their name.")
        return found
