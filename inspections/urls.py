"""Addresses of inspections: API of trees and controls, reports, health, administration pages."""

from django.urls import path

from inspections.web import health, overdue_report

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("berichte/ueberfaellig/", overdue_report.overdue_page, name="overdue_report"),
    path("berichte/ueberfaellig.csv", overdue_report.overdue_csv, name="overdue_report_csv"),
    path("berichte/ueberfaellig.xlsx", overdue_report.overdue_xlsx, name="overdue_report_xlsx"),
]
