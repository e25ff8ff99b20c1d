from django.urls import path

from outbox import views

app_name = "outbox"

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<slug:name>/", views.email, name="mailbox_email"),
    path("<slug:name>/answer/", views.email_answer, name="mailbox_answer"),
    path("<slug:name>/html/", views.email_html, name="mailbox_html"),
    path(
        "<slug:name>/attachments/<int:number>/", views.email_attachment, name="mailbox_attachment"
    ),
]
