from django.urls import path

from touchpoints import views

app_name = "touchpoints"

urlpatterns = [
    path("", views.index, name="index"),
    path("improvements/", views.improvements, name="improvements"),
]
