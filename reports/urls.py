from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.index, name="index"),
    path("request/", views.build, name="request"),
    path("<int:report>/", views.report, name="report"),
    path("<int:report>/progress/", views.report_progress, name="report_progress"),
    path("<int:report>/report.pdf", views.report_pdf, name="report_pdf"),
    path("<int:report>/send/", views.report_send, name="report_send"),
]
