"""Addresses of the calendar."""

import datetime as dt

from django.urls import path, register_converter

from ganzhou.workcalendar import views

app_name = "calendar"


class DayConverter:
    """``2027-02-05``, of the two centuries that the calendar can hold."""

    regex = r"2[01]\d{2}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return f"{value:%Y-%m-%d}"


register_converter(DayConverter, "day")

urlpatterns = [
    path("", views.YearView.as_view(), name="year"),
    path("load/", views.LoadView.as_view(), name="load"),
    path("<day:day>/", views.DayView.as_view(), name="day"),
    path("<day:day>/withdraw/", views.WithdrawView.as_view(), name="withdraw"),
]
