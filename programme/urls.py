from django.urls import include, path

from programme.views import (
    brand,
    charter,
    front,
    members,
    people,
    people_import,
    practices,
    reminders,
    settings,
)

app_name = "programme"

inside = [
    path("people/", people.people, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/<int:person>/", people.person_edit, name="person_edit"),
    path("people/<int:person>/remove/", people.person_remove, name="person_remove"),
    path("people/<int:person>/restore/", people.person_restore, name="person_restore"),
    path("people/export.csv", people.people_csv, name="people_csv"),
    path("people/export.xlsx", people.people_xlsx, name="people_xlsx"),
    path("people/import/", people_import.people_import, name="people_import"),
    path("people/import/example.csv", people_import.people_example, name="people_example"),
    path(
        "people/import/uploaded/<str:token>/",
        people_import.people_import_preview,
        name="people_import_preview",
    ),
    path("people/segments/", settings.segments, name="segments"),
    path("people/segments/add/", settings.segment_add, name="segment_add"),
    path("people/segments/<int:segment>/", settings.segment_edit, name="segment_edit"),
    path("people/segments/<int:segment>/move/", settings.segment_move, name="segment_move"),
    path("people/segments/<int:segment>/delete/", settings.segment_delete, name="segment_delete"),
    path("people/teams/", settings.teams, name="teams"),
    path("people/teams/add/", settings.team_add, name="team_add"),
    path("people/teams/<int:team>/", settings.team_edit, name="team_edit"),
    path("people/members/", members.member_list, name="members"),
    path("people/members/invite/", members.member_invite, name="member_invite"),
    path("people/members/<int:member>/", members.member_change, name="member_change"),
    path("people/members/<int:member>/remove/", members.member_remove, name="member_remove"),
    path("people/invites/<int:invite>/resend/", members.invite_resend, name="invite_resend"),
    path("people/invites/<int:invite>/withdraw/", members.invite_withdraw, name="invite_withdraw"),
    path("charter/", charter.charter, name="charter"),
    path("charter/publish/", charter.charter_publish, name="charter_publish"),
    path("charter/<int:number>.pdf", charter.charter_pdf, name="charter_pdf"),
    path("charter/<slug:question>/", charter.charter_edit, name="charter_edit"),
    path("practices/", practices.practices, name="practices"),
    path("practices/add/", practices.practice_add, name="practice_add"),
    path("practices/<int:practice>/", practices.practice_rate, name="practice_rate"),
    path("practices/<int:practice>/remove/", practices.practice_remove, name="practice_remove"),
    path("settings/", settings.settings, name="settings"),
    path("settings/brand/", brand.brand, name="brand"),
    path("reminders/", reminders.own_reminders, name="own_reminders"),
]

urlpatterns = [
    path("", front.front_door, name="front_door"),
    path("start/", front.start, name="start"),
    path("organisations/add/", front.new_organisation, name="new_organisation"),
    path("join/<str:token>/", front.join, name="join"),
    path("logos/<str:name>", brand.logo, name="logo"),
    path("reminders/<str:token>/", reminders.reminders, name="reminders"),
    path("o/<slug:organisation>/", include(inside)),
]
