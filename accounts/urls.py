from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.profile, name="profile"),
    path("link/<str:uidb64>/<str:token>/", views.signin_link, name="signin_link"),
]
