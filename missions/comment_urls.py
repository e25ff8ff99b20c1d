"""Themes suggested for a round's comments: pages of feedback, made where themes are compared."""

from django.urls import path

from missions.views import comment_themes

app_name = "comment_themes"

urlpatterns = [
    path("rounds/<int:round>/themes/", comment_themes.suggested, name="suggested"),
    path("rounds/<int:round>/themes/new/", comment_themes.suggest, name="suggest"),
    path("rounds/<int:round>/themes/accept/", comment_themes.accept, name="accept"),
]
