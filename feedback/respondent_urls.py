"""Pages for people without an account: they hold a link."""

from django.urls import path

from feedback import respondent_views as views

urlpatterns = [
    path("a/<str:token>/", views.answer_link, name="answer_link"),
    path("answer/<int:invitation>/", views.answer, name="answer"),
    path("answer/<int:invitation>/thanks/", views.answer_thanks, name="answer_thanks"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
