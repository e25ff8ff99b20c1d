"""How long things are kept, as a form."""

from typing import Any

from django import forms

from accounts.wording import Worded
from keeping.limits import LIMITS
from keeping.models import Keeping


class KeepingForm(Worded, forms.Form):
    """One number for each limit."""

    def __init__(self, *args: Any, keeping: Keeping, **kwargs: Any) -> None:
        kwargs["initial"] = {limit.name: getattr(keeping, limit.name) for limit in LIMITS}
        super().__init__(*args, **kwargs)
        for limit in LIMITS:
            self.fields[limit.name] = forms.IntegerField(
                label=f"{limit.title}, in {limit.unit}",
                min_value=limit.least,
                max_value=limit.most,
                help_text=f"{limit.goes} {limit.stays} {limit.least} at least.",
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        months, days = values.get("email_months"), values.get("email_text_days")
        if months and days and days > months * 30:
            self.add_error(
                "email_text_days",
                f"The list of emails goes after {months} months: their texts cannot stay longer.",
            )
        return values
