"""Addresses of the centre: calendar, bookings, rooms, venues, checklists."""

from django.urls import path

from centre.views import bookings, calendar

app_name = "centre"

urlpatterns = [
    path("", calendar.CalendarView.as_view(), name="calendar"),
    path("book/", bookings.BookView.as_view(), name="book"),
    path("bookings/<int:pk>/", bookings.BookingView.as_view(), name="booking"),
    path("bookings/<int:pk>/move/", bookings.MoveView.as_view(), name="move"),
    path("bookings/<int:pk>/cancel/", bookings.CancelView.as_view(), name="cancel"),
    path("bookings/<int:pk>/notice/", bookings.NoticeView.as_view(), name="notice"),
]
