"""The adopted mission, for anyone; and what whoever holds a link may see: the weekly question,
and one's objection."""

from django.urls import path

from missions.views import check_ins, objection_links, overview

urlpatterns = [
    path("m/<slug:organisation>/", overview.public_mission, name="public_mission"),
    path("objection/<str:token>/", objection_links.objection, name="objection"),
    path("week/<str:token>/", check_ins.check_in, name="check_in"),
]
