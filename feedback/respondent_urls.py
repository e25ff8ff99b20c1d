"""Pages for people without an account: they hold a link."""

from django.urls import path

from feedback import did_views, door_views, follow_views, open_views
from feedback import respondent_views as views

urlpatterns = [
    path("a/<str:token>/", views.answer_link, name="answer_link"),
    path("answer/<int:invitation>/", views.answer, name="answer"),
    path("answer/<int:invitation>/thanks/", views.answer_thanks, name="answer_thanks"),
    path("q/<str:token>/", open_views.open_answer, name="open_answer"),
    path("q/<str:token>/thanks/", open_views.open_thanks, name="open_thanks"),
    path("say/<slug:organisation>/", door_views.say, name="say"),
    path("did/<slug:organisation>/", did_views.did, name="did"),
    path("f/<str:token>/", follow_views.follow_link, name="follow_link"),
    path("following/<int:conversation>/", follow_views.follow, name="follow"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
