"""Pages for people without an account: they hold a link."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
