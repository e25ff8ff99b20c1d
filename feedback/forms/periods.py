"""The word that closes a quarter."""

from typing import Any

from django import forms

from accounts.wording import Worded
from programme.models import Period


class PeriodCloseForm(Worded, forms.Form):
    code = forms.CharField(
        label="Type the quarter’s code",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, period: Period, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code = period.code
        self.fields["code"].error_messages["required"] = f"Type {period.code} to close it."
        self.fields["code"].help_text = f"{period.code}, so that none is closed by mistake."

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code.strip().upper() != self._code:
            raise forms.ValidationError(f"That is not this quarter’s code: type {self._code}.")
        return code
