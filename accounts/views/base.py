"""What the pages of this app share: whose they are, forms that ask for one's password, and refusals beside fields."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views import View

from accounts.choices import Role, labels
from accounts.confirmation import ConfirmsIdentity
from common.errors import Missing, NotPermitted, Refusal


class ForRoles:
    """Only for people who hold one of ``roles``; says whose page it is to everyone else."""

    roles: ClassVar[Collection[str]] = frozenset()
    page_name: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.holds(*self.roles):  # type: ignore[union-attr]
            raise NotPermitted(f"“{self.page_name}”由{labels(self.roles)}使用。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class ForSecurityAdmin(ForRoles):
    roles = frozenset({Role.SECURITY_ADMIN})
    page_name = "账号与角色"


class FormPage(View):
    """A form on a page of its own: GET shows it, POST does the one thing it is for.

    A subclass names ``form_class`` and ``template_name`` and writes ``perform(form)``, which calls one verb and
    returns the answer; a refusal of the verb stands beside the field it names or on top, and nothing typed is lost.
    """

    form_class: Any = None
    template_name = "accounts/form.html"
    #: Sentence for the toast after ``perform`` returned an address to go to.
    done = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.subject = None

    def find(self) -> Any:
        """The row the page is about, or 404."""
        return None

    def initial(self) -> dict[str, Any]:
        return {}

    def make_form(self, data: Any = None) -> Any:
        before = (self.request,) if issubclass(self.form_class, ConfirmsIdentity) else ()
        return self.form_class(*before, data, initial=self.initial())

    def perform(self, form: Any) -> str | HttpResponse:
        """Do it; return where to go, or a page to show."""
        raise NotImplementedError

    def context(self, form: Any) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.subject = self.find()
        return self.show(self.make_form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.subject = self.find()
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            answer = self.perform(form)
        except Missing as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
            return self.show(form, status=422)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
            return self.show(form, status=refusal.status)
        if isinstance(answer, HttpResponse):
            return answer
        if self.done:
            messages.success(request, self.done)
        return redirect(answer)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        context = {"form": form, "subject": self.subject, **self.context(form)}
        return render(self.request, self.template_name, context, status=status)
