"""The adopted mission, for anyone."""

from django.urls import path

from missions.views import overview

urlpatterns = [
    path("m/<slug:organisation>/", overview.public_mission, name="public_mission"),
]
