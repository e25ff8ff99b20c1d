"""Pages for people without an account: they hold a link."""

from django.urls import path

from feedback.views import did, door, following, places
from feedback.views import respondents as views

urlpatterns = [
    path("a/<str:token>/", views.answer_link, name="answer_link"),
    path("answer/<int:invitation>/", views.answer, name="answer"),
    path("answer/<int:invitation>/thanks/", views.answer_thanks, name="answer_thanks"),
    path("q/<str:token>/", places.open_answer, name="open_answer"),
    path("q/<str:token>/thanks/", places.open_thanks, name="open_thanks"),
    path("say/<slug:organisation>/", door.say, name="say"),
    path("did/<slug:organisation>/", did.did, name="did"),
    path("f/<str:token>/", following.follow_link, name="follow_link"),
    path("following/<int:conversation>/", following.follow, name="follow"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
