"""Addresses of the centre: calendar, bookings, rooms, venues, checklists."""

from django.urls import path

from centre.views import bookings, calendar, checklists, places

app_name = "centre"

urlpatterns = [
    path("", calendar.CalendarView.as_view(), name="calendar"),
    path("book/", bookings.BookView.as_view(), name="book"),
    path("bookings/<int:pk>/", bookings.BookingView.as_view(), name="booking"),
    path("bookings/<int:pk>/move/", bookings.MoveView.as_view(), name="move"),
    path("bookings/<int:pk>/cancel/", bookings.CancelView.as_view(), name="cancel"),
    path("bookings/<int:pk>/notice/", bookings.NoticeView.as_view(), name="notice"),
    path("rooms/", places.RoomsView.as_view(), name="rooms"),
    path("rooms/new/", places.NewRoomView.as_view(), name="new_room"),
    path("rooms/<int:pk>/", places.RoomView.as_view(), name="room"),
    path("centres/<int:pk>/", places.CentreView.as_view(), name="centre"),
    path("venues/", places.VenuesView.as_view(), name="venues"),
    path("venues/new/", places.NewVenueView.as_view(), name="new_venue"),
    path("venues/<int:pk>/", places.VenueView.as_view(), name="venue"),
    path("checklists/", checklists.MatrixView.as_view(), name="checklists"),
    path("checklists/centres/<int:pk>/", checklists.SheetView.as_view(), name="sheet"),
    path("checklists/centres/<int:pk>/items/<int:item>/", checklists.MarkView.as_view(), name="mark"),
    path("checklists/<slug:key>/", checklists.ListView.as_view(), name="checklist"),
    path("checklists/<slug:key>/draft/", checklists.DraftView.as_view(), name="draft"),
    path("checklists/<slug:key>/publish/", checklists.PublishView.as_view(), name="publish"),
    path("checklists/<slug:key>/drop/", checklists.DropView.as_view(), name="drop"),
]
