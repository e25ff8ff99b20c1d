from django.urls import path

from keeping.views import limits, people

app_name = "keeping"

urlpatterns = [
    path("", limits.index, name="index"),
    path("edit/", limits.limits_edit, name="limits_edit"),
    path("forgotten/", people.forgotten_lift, name="forgotten_lift"),
    path("people/<int:person>/", people.held, name="held"),
    path("people/<int:person>/held.json", people.held_json, name="held_json"),
    path("people/<int:person>/held.pdf", people.held_pdf, name="held_pdf"),
    path("people/<int:person>/erase/", people.person_erase, name="person_erase"),
]
