"""The adopted mission, for anyone; and the weekly question, for whoever holds its link."""

from django.urls import path

from missions.views import check_ins, overview

urlpatterns = [
    path("m/<slug:organisation>/", overview.public_mission, name="public_mission"),
    path("week/<str:token>/", check_ins.check_in, name="check_in"),
]
