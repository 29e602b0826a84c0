"""Shape of what is typed on the account pages."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils import timezone

from accounts.choices import SEATS, Role, Scope
from accounts.confirmation import ConfirmsIdentity
from accounts.models import ApiToken, User
from common.formfields import TypedDateField
from grids.choices import Level
from grids.models import Division, Organisation


class SignInForm(AuthenticationForm):
    """One sentence for a wrong name, a wrong password and a disabled account alike."""

    username = UsernameField(
        label="账号",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "请输入账号。"},
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入密码。"},
    )
    error_messages = {
        "invalid_login": "账号或者密码不正确。忘记密码请联系安全管理员。",
        "inactive": "账号或者密码不正确。忘记密码请联系安全管理员。",
        "expired": "初始密码已经过期，请联系安全管理员重发。",
    }

    def confirm_login_allowed(self, user: User) -> None:  # type: ignore[override]
        super().confirm_login_allowed(user)
        ends = user.initial_password_expires_at
        if ends and ends <= timezone.now():
            # Said only to someone who typed the right password.
            raise ValidationError(self.error_messages["expired"], code="expired")


class NewPasswordForm(forms.Form):
    """The current password, and a new one twice.  Every rule that is broken gets its own sentence."""

    old_password = forms.CharField(
        label="当前密码",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请输入当前密码。"},
    )
    new_password = forms.CharField(
        label="新密码",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "aria-describedby": "password-rules"}),
        error_messages={"required": "请输入新密码。"},
    )
    again = forms.CharField(
        label="再输一次新密码",
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "请再输一次新密码。"},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    @staticmethod
    def rules() -> list[str]:
        return [str(text) for text in password_validators_help_texts()]

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        # Through the same door as a sign-in: guesses in a borrowed browser are counted and slowed.
        if (
            authenticate(self.request, username=self.request.user.get_username(), password=password)
            != self.request.user
        ):
            raise ValidationError("当前密码不正确。", code="password")
        return password

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self.request.user)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        new, again = cleaned.get("new_password"), cleaned.get("again")
        if new and again and new != again:
            self.add_error("again", "两次输入的新密码不一样。")
        return cleaned


class AmendAccountForm(forms.Form):
    name = forms.CharField(label="姓名", max_length=50, error_messages={"required": "请输入姓名。"})
    title = forms.CharField(label="岗位", max_length=50, required=False, help_text="如：综合窗口 2 号")
    phone = forms.CharField(label="办公电话", max_length=30, required=False)


class OpenAccountForm(ConfirmsIdentity, AmendAccountForm):
    username = forms.CharField(
        label="账号",
        max_length=30,
        help_text="3 至 30 个小写字母、数字、点、横线，以字母开头",
        validators=[
            RegexValidator(r"\A[a-z][a-z0-9._-]{2,29}\Z", "账号为 3 至 30 个小写字母、数字、点、横线，以字母开头。")
        ],
        error_messages={"required": "请输入账号。", "max_length": "账号最长 30 个字符。"},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ["username", "name", "title", "phone"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="事由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明事由。"},
        help_text="记入审计日志；不要写当事人信息",
    )


class ConfirmForm(ConfirmsIdentity):
    """Nothing but the confirmation."""


class DivisionChoice(forms.ModelChoiceField):
    def label_from_instance(self, place: Any) -> str:
        return f"{place.parent.name} {place.name}" if place.level == Level.VILLAGE else place.name


class GrantForm(ConfirmsIdentity):
    """A role, and where: which of the two lists counts follows from the role."""

    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *Role.choices], error_messages={"required": "请选择角色。"}
    )
    division = DivisionChoice(
        label="所在区划",
        required=False,
        queryset=Division.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"invalid_choice": "没有这个区划，请从列表里选。"},
    )
    organisation = forms.ModelChoiceField(
        label="所在机构",
        required=False,
        queryset=Organisation.objects.none(),
        empty_label="请选择",
        widget=forms.Select(attrs={"data-combobox": True}),
        error_messages={"invalid_choice": "没有这个机构，请从列表里选。"},
    )
    starts_on = TypedDateField(label="起", initial=timezone.localdate, error_messages={"required": "请填写起期。"})
    ends_on = TypedDateField(label="止", required=False, help_text="不填为长期")

    #: For data-show-when: roles held at a place, roles held at an organisation.
    at_places = "|".join(role for role, seat in SEATS.items() if seat.levels)
    at_organisations = "|".join(role for role, seat in SEATS.items() if seat.kinds)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        held_at = {level for seat in SEATS.values() for level in seat.levels}
        places = Division.objects.active().filter(level__in=held_at).select_related("parent").order_by("path")
        self.fields["division"].queryset = places  # type: ignore[attr-defined]
        organisations = Organisation.objects.visible_to(request.user).active()
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What does not belong to the role is dropped: without script both lists are on the page."""
        cleaned: dict[str, Any] = super().clean() or {}
        seat = SEATS.get(cleaned.get("role", ""))
        if seat and not seat.levels:
            cleaned["division"] = None
        if seat and not seat.kinds:
            cleaned["organisation"] = None
        return cleaned


class TokenForm(ConfirmsIdentity):
    name = forms.CharField(label="用途", max_length=80, error_messages={"required": "请写明给哪个程序用。"})
    scopes = forms.MultipleChoiceField(
        label="权限范围",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一项权限。"},
    )
    days = forms.IntegerField(
        label="有效天数",
        initial=ApiToken.LONGEST.days,
        min_value=1,
        max_value=ApiToken.LONGEST.days,
        error_messages={
            "required": "请填写有效天数。",
            "invalid": "有效天数请写整数。",
            "min_value": "有效期至少 1 天。",
            "max_value": f"有效期最长 {ApiToken.LONGEST.days} 天。",
        },
    )
    networks = forms.CharField(
        label="允许的网段",
        required=False,
        max_length=500,
        help_text="如 10.8.3.0/24，多个用空格隔开；不填为不限",
    )

    def clean_networks(self) -> list[str]:
        found = []
        for text in self.cleaned_data["networks"].replace("，", " ").replace(",", " ").split():
            try:
                found.append(str(ipaddress.ip_network(text, strict=False)))
            except ValueError:
                raise ValidationError(f"“{text}”不是网段，请写成 10.8.3.0/24。", code="network") from None
        return found
