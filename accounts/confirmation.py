"""Asking for one's own password again before far-reaching steps (ASVS 7.5.3), at most every ten minutes.

A form that takes such a step mixes in ``ConfirmsIdentity``: while the last confirmation is fresh nothing is asked,
otherwise one more field stands in the same form, so that nothing typed is lost and no page comes between.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone

LASTS = dt.timedelta(minutes=10)
_KEY = "identity_confirmed_at"


def is_fresh(request: HttpRequest) -> bool:
    stored = request.session.get(_KEY)
    return bool(stored) and timezone.now() - dt.datetime.fromisoformat(stored) < LASTS


def confirmed(request: HttpRequest) -> None:
    """Remember that this person has just proved who they are."""
    request.session[_KEY] = timezone.now().isoformat()


class ConfirmsIdentity(forms.Form):
    """Mix-in: adds ``own_password`` when the last confirmation is old.  Wants ``request`` as first argument."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)
        if not is_fresh(request):
            self.fields["own_password"] = forms.CharField(
                label="本人密码",
                help_text="离上次核对已超过 10 分钟，请再输入一次您自己的密码",
                strip=False,
                max_length=1024,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
                error_messages={"required": "请输入您自己的密码。"},
            )

    def clean_own_password(self) -> str:
        password: str = self.cleaned_data["own_password"]
        # Through the same door as a sign-in, so that guesses in a borrowed browser are counted and slowed.
        if (
            authenticate(self.request, username=self.request.user.get_username(), password=password)
            != self.request.user
        ):
            raise forms.ValidationError("密码不正确。", code="password")
        confirmed(self.request)
        return password
