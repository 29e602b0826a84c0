"""Pages of 安全管理员: accounts, their roles, browsers and tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import services
from accounts.filters import TokenFilter, UserFilter
from accounts.forms import AmendAccountForm, ConfirmForm, GrantForm, OpenAccountForm, ReasonForm, TokenForm
from accounts.models import ApiToken, LoginSession, RoleHolding, User
from accounts.presentation import account_row, chips, held, open_sessions, token_rows
from accounts.views.base import FormPage, ForSecurityAdmin
from common.paging import paged


def without(request: HttpRequest) -> Any:
    """Function from a condition's name to the address of this list without it."""

    def url(name: str) -> str:
        query = request.GET.copy()
        query.pop(name, None)
        query.pop("page", None)
        return f"{request.path}?{query.urlencode()}"

    return url


def account(request: HttpRequest, pk: int) -> User:
    """The account, if this person may see it; else 404."""
    found: User | None = User.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


class UsersView(ForSecurityAdmin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows: QuerySet[User] = User.objects.visible_to(request.user).order_by("username")
        conditions = UserFilter(request.GET, queryset=rows)
        found = conditions.qs.prefetch_related("role_holdings__division__parent", "role_holdings__organisation")
        page = paged(request, found)
        today = timezone.localdate()
        context = {
            "rows": [account_row(user, today) for user in page.rows],
            "pager": page.pager,
            "fields": list(conditions.form),
            "chips": chips(conditions, without(request)),
        }
        return render(request, "accounts/users.html", context)


class UserView(ForSecurityAdmin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = account(request, pk)
        holdings = RoleHolding.objects.visible_to(request.user).filter(user=person)
        context = {
            "person": person,
            "row": account_row(person, timezone.localdate()),
            "roles": held(holdings.select_related("division__parent", "organisation"), timezone.localdate()),
            "sessions": open_sessions(person, None),
            "tokens": token_rows(person.api_tokens.all(), timezone.now()),
            "is_self": person.pk == request.user.pk,
        }
        return render(request, "accounts/user.html", context)


class AccountPage(ForSecurityAdmin, FormPage):
    """A form about one account; leads back to its page."""

    title = ""
    submit_label = ""
    is_danger = False
    warning = ""

    def find(self) -> User:
        return account(self.request, self.kwargs["pk"])

    def back(self) -> str:
        return reverse("accounts:user", args=[self.kwargs["pk"]])

    def context(self, form: Any) -> dict[str, Any]:
        person: Any = self.subject
        return {
            "person": person,
            "facts": [{"label": "账号", "value": person.username}, {"label": "姓名", "value": person.name}]
            if person
            else [],
            "title": self.title,
            "submit_label": self.submit_label,
            "danger": self.is_danger,
            "warning": self.warning,
            "cancel_url": self.back(),
        }


class OpenAccountView(AccountPage):
    form_class = OpenAccountForm
    template_name = "accounts/form.html"
    title = "开立账号"
    submit_label = "开立账号"

    def find(self) -> Any:
        return None

    def back(self) -> str:
        return reverse("accounts:users")

    def perform(self, form: Any) -> HttpResponse:
        data = {name: form.cleaned_data[name] for name in ("username", "name", "title", "phone")}
        user, password = services.open_account(by=self.request.user, **data)
        return show_password(self.request, user, password)


class RenewPasswordView(AccountPage):
    form_class = ConfirmForm
    template_name = "accounts/confirm.html"
    title = "重发初始密码"
    submit_label = "重发初始密码"
    is_danger = True
    warning = "原密码立即失效，该账号所有登录都会结束。"

    def perform(self, form: Any) -> HttpResponse:
        person: Any = self.subject
        return show_password(self.request, person, services.renew_initial_password(person, by=self.request.user))


def show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """Answered to the POST itself: kept nowhere, so that a second look is impossible."""
    context = {"person": user, "password": password, "ends": user.initial_password_expires_at}
    return render(request, "accounts/initial_password.html", context)


class AmendAccountView(AccountPage):
    form_class = AmendAccountForm
    title = "修改账号资料"
    submit_label = "保存"
    done = "账号资料已修改。"

    def initial(self) -> dict[str, Any]:
        person: Any = self.subject
        return {"name": person.name, "title": person.title, "phone": person.phone}

    def perform(self, form: Any) -> str:
        services.amend_account(self.subject, by=self.request.user, **form.cleaned_data)
        return self.back()


class DisableView(AccountPage):
    form_class = ReasonForm
    template_name = "accounts/confirm.html"
    title = "停用账号"
    submit_label = "停用账号"
    is_danger = True
    warning = "该账号所有登录立即结束，令牌立即失效。已办理的记录不受影响。"
    done = "账号已停用。"

    def perform(self, form: Any) -> str:
        services.disable(self.subject, by=self.request.user, reason=form.cleaned_data["reason"])
        return self.back()


class EnableView(AccountPage):
    form_class = ReasonForm
    template_name = "accounts/confirm.html"
    title = "启用账号"
    submit_label = "启用账号"
    done = "账号已启用。"

    def perform(self, form: Any) -> str:
        services.enable(self.subject, by=self.request.user, reason=form.cleaned_data["reason"])
        return self.back()


class GrantView(AccountPage):
    form_class = GrantForm
    template_name = "accounts/grant.html"
    title = "授予角色"
    submit_label = "授予角色"
    done = "角色已授予。"

    def perform(self, form: Any) -> str:
        names = ("role", "division", "organisation", "starts_on", "ends_on")
        services.grant(self.subject, by=self.request.user, **{name: form.cleaned_data[name] for name in names})
        return self.back()


class RevokeView(AccountPage):
    form_class = ReasonForm
    template_name = "accounts/confirm.html"
    title = "收回角色"
    submit_label = "收回角色"
    is_danger = True
    warning = "从现在起不再有这个角色的权限。"
    done = "角色已收回。"

    def find(self) -> User:
        person = super().find()
        holdings = RoleHolding.objects.visible_to(self.request.user).filter(user=person, pk=self.kwargs["holding"])
        self.holding = holdings.select_related("user", "division__parent", "organisation").first()
        if self.holding is None:
            raise Http404
        return person

    def context(self, form: Any) -> dict[str, Any]:
        context = super().context(form)
        row = held([self.holding], timezone.localdate())[0]  # type: ignore[list-item]
        context["facts"] += [
            {"label": "角色", "value": row["role"]},
            {"label": "任职", "value": f"{row['place']}，{row['dates']}"},
        ]
        return context

    def perform(self, form: Any) -> str:
        services.revoke(self.holding, by=self.request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return self.back()


class EndSessionView(ForSecurityAdmin, View):
    def post(self, request: HttpRequest, pk: int, session: int) -> HttpResponse:
        person = account(request, pk)
        row = LoginSession.objects.open().filter(user=person, pk=session).select_related("user").first()
        if row is None:
            raise Http404
        services.end_session(row, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "已结束那个登录。")
        return redirect("accounts:user", pk=pk)


class TokensView(ForSecurityAdmin, View):
    page_name = "接口令牌"

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = ApiToken.objects.visible_to(request.user).select_related("user")
        conditions = TokenFilter(request.GET, queryset=rows)
        page = paged(request, conditions.qs)
        shown = token_rows(page.rows, timezone.now())
        context = {
            "rows": [row | {"person": token.user} for row, token in zip(shown, page.rows, strict=True)],
            "pager": page.pager,
            "fields": list(conditions.form),
            "chips": chips(conditions, without(request)),
        }
        return render(request, "accounts/tokens.html", context)


class IssueTokenView(AccountPage):
    form_class = TokenForm
    title = "签发令牌"
    submit_label = "签发令牌"

    def perform(self, form: Any) -> HttpResponse:
        names = ("name", "scopes", "days", "networks")
        token, bearer = services.issue_token(
            self.subject, by=self.request.user, **{name: form.cleaned_data[name] for name in names}
        )
        return render(self.request, "accounts/token.html", {"person": self.subject, "token": token, "bearer": bearer})


class RevokeTokenView(AccountPage):
    form_class = ReasonForm
    template_name = "accounts/confirm.html"
    title = "吊销令牌"
    submit_label = "吊销令牌"
    is_danger = True
    warning = "使用这个令牌的程序立即不能再调用接口。"
    done = "令牌已吊销。"

    def find(self) -> User:
        person = super().find()
        tokens = ApiToken.objects.visible_to(self.request.user).filter(user=person, pk=self.kwargs["token"])
        self.token = tokens.first()
        if self.token is None:
            raise Http404
        return person

    def context(self, form: Any) -> dict[str, Any]:
        context = super().context(form)
        row = token_rows([self.token], timezone.now())[0]
        context["facts"] += [{"label": "用途", "value": row["name"]}, {"label": "标识", "value": row["prefix"]}]
        return context

    def perform(self, form: Any) -> str:
        services.revoke_token(self.token, by=self.request.user, reason=form.cleaned_data["reason"])
        return self.back()
