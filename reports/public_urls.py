from django.urls import path

from reports.views import links

urlpatterns = [
    path("board-report/<str:token>/", links.report_link, name="report_link"),
    path("board-report/<str:token>/report.pdf", links.report_link_pdf, name="report_link_pdf"),
]
