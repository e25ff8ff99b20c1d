from django.urls import path

from keeping.views import limits

app_name = "keeping"

urlpatterns = [
    path("", limits.index, name="index"),
    path("edit/", limits.limits_edit, name="limits_edit"),
]
