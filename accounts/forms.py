"""What people type to sign in and to change their account."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import User
from accounts.wording import Worded

_CHOICE_HINT = "At least 10 characters. Three or four words that mean something to you are good."


def _plain(field: forms.Field, label: str, missing: str, hint: str = "") -> None:
    """Our label and hint, what to say when it is empty, and no placeholder in place of a label."""
    field.label, field.help_text = label, hint
    field.error_messages["required"] = missing
    field.widget.attrs.pop("placeholder", None)


class SignInForm(Worded, LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], "Email address", "Enter your email address.")
        _plain(self.fields["password"], "Password", "Enter your password.")


class AskResetForm(Worded, ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["email"], "Email address", "Enter your email address.")


class ResetForm(Worded, ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password1"], "New password", "Choose a new password.", _CHOICE_HINT)
        _plain(self.fields["password2"], "The new password again", "Enter the new password again.")


class FirstPasswordForm(Worded, SetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password1"], "New password", "Choose a new password.", _CHOICE_HINT)
        _plain(self.fields["password2"], "The new password again", "Enter the new password again.")


class NewPasswordForm(Worded, ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["oldpassword"], "Your password now", "Enter your password.")
        _plain(self.fields["password1"], "New password", "Choose a new password.", _CHOICE_HINT)
        _plain(self.fields["password2"], "The new password again", "Enter the new password again.")


class EmailLinkForm(Worded, forms.Form):
    """Where to send a sign-in link."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ProfileForm(Worded, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": "Your name"}  # noqa: RUF012
        error_messages = {"name": {"required": "Enter your name."}}  # noqa: RUF012
        help_texts = {"name": "As your colleagues see it."}  # noqa: RUF012
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class NewUserForm(Worded, forms.Form):
    """The name and the password of someone who has no account yet."""

    name = forms.CharField(
        label="Your name",
        error_messages={"required": "Enter your name."},
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="A password",
        error_messages={"required": "Choose a password."},
        max_length=200,
        strip=False,
        help_text=_CHOICE_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            email = self._email or cleaned.get("email", "")
            try:
                validate_password(
                    cleaned["password"], User(email=email, name=cleaned.get("name", ""))
                )
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
