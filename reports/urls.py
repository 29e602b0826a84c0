from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("overview/", views.OverviewView.as_view(), name="overview"),
    path("overdue/", views.OverdueView.as_view(), name="overdue"),
]
