"""A workshop's page, for whoever stands in the room."""

from django.urls import path

from touchpoints.views import workshop_rating

urlpatterns = [
    path("w/<str:token>/", workshop_rating.workshop_rate, name="workshop_rate"),
]
