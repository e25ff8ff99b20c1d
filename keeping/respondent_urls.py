"""Being forgotten at one's own wish: pages for whoever holds a link."""

from django.urls import path

from keeping.views import wishes

urlpatterns = [
    path("forget/sure/<str:token>/", wishes.forget_sure, name="forget_sure"),
    path("forget/<str:token>/", wishes.forget, name="forget"),
]
