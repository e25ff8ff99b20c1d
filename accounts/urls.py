"""Signing in. Of django-allauth's views only these are reachable, each with its access policy."""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from accounts import views
from accounts.access import link_holders, public, signed_in

own = (
    [
        path("", views.profile, name="profile"),
        path("sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
        path("link/", views.email_link, name="email_link"),
        path("link/<str:uidb64>/<str:token>/", views.signin_link, name="signin_link"),
    ],
    "accounts",
)

urlpatterns = [
    path("", include(own)),
    path("login/", public(allauth.login), name="account_login"),
    path("logout/", public(allauth.logout), name="account_logout"),
    path("signup/", views.by_invitation, name="account_signup"),
    path("inactive/", public(allauth.account_inactive), name="account_inactive"),
    path(
        "password/change/",
        signed_in(allauth.password_change),
        name="account_change_password",
    ),
    path("password/set/", signed_in(allauth.password_set), name="account_set_password"),
    path("password/reset/", public(allauth.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        public(allauth.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        link_holders(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        public(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
