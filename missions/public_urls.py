"""The adopted mission, for anyone."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
