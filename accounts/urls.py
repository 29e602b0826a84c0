"""Addresses of sign-in, of one's own page, and of the pages of the security and audit administrators."""

from django.urls import path

from accounts.views import audit, me, security, signing

app_name = "accounts"

urlpatterns = [
    path("login/", signing.SignInView.as_view(), name="login"),
    path("logout/", signing.SignOutView.as_view(), name="logout"),
    path("password/", signing.PasswordView.as_view(), name="password"),
    path("me/", me.MeView.as_view(), name="me"),
    path("me/sessions/<int:pk>/end/", me.EndOwnSessionView.as_view(), name="end_own_session"),
    path("users/", security.UsersView.as_view(), name="users"),
    path("users/new/", security.OpenAccountView.as_view(), name="open_account"),
    path("users/<int:pk>/", security.UserView.as_view(), name="user"),
    path("users/<int:pk>/amend/", security.AmendAccountView.as_view(), name="amend_account"),
    path("users/<int:pk>/password/", security.RenewPasswordView.as_view(), name="renew_password"),
    path("users/<int:pk>/disable/", security.DisableView.as_view(), name="disable"),
    path("users/<int:pk>/enable/", security.EnableView.as_view(), name="enable"),
    path("users/<int:pk>/roles/new/", security.GrantView.as_view(), name="grant"),
    path("users/<int:pk>/roles/<int:holding>/revoke/", security.RevokeView.as_view(), name="revoke"),
    path("users/<int:pk>/sessions/<int:session>/end/", security.EndSessionView.as_view(), name="end_session"),
    path("users/<int:pk>/tokens/new/", security.IssueTokenView.as_view(), name="issue_token"),
    path("users/<int:pk>/tokens/<int:token>/revoke/", security.RevokeTokenView.as_view(), name="revoke_token"),
    path("tokens/", security.TokensView.as_view(), name="tokens"),
    path("audit/", audit.AuditView.as_view(), name="audit"),
]
