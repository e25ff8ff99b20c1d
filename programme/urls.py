from django.urls import path

from programme import views

app_name = "programme"

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("o/<slug:organisation>/people/", views.people, name="people"),
    path("o/<slug:organisation>/members/", views.member_list, name="members"),
]
