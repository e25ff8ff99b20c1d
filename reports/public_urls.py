from django.urls import path

from reports import link_views

urlpatterns = [
    path("board-report/<str:token>/", link_views.report_link, name="report_link"),
    path("board-report/<str:token>/report.pdf", link_views.report_link_pdf, name="report_link_pdf"),
]
