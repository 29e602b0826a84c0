"""The book of officers: who they are, what they hold, when they are away, and handing all of it over."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from common.errors import WrongState
from common.paging import paged
from posts import charges, presentation, rights, services
from posts.filters import OfficerFilter
from posts.forms import DayField, HandOverForm, LeaveBackForm, LeaveForm, PersonForm
from posts.models import Leave, Officer, PostHolding
from posts.querysets import covering
from posts.services.handover import in_hand, require
from posts.services.officers import officer_places
from posts.views.base import ForReaders, PostsForm, officer_for

MOST_FOUND = 20


class OfficersView(ForReaders, View):
    """Everyone in the book within the reader's scope, with how much they answer for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        rows = Officer.objects.visible_to(request.user).select_related("organisation")
        conditions = OfficerFilter(request.GET, queryset=rows)
        held = Q(post_holdings__in=PostHolding.objects.visible_to(request.user).on(today))
        found = conditions.qs.annotate(
            posts=Count("post_holdings", filter=held, distinct=True),
            villages=Count("post_holdings__division", filter=held, distinct=True),
            away=Count("leaves", filter=covering(today, "leaves__"), distinct=True),
        ).order_by("-is_active", "sort_key", "pk")
        page = paged(request, found)
        context = {
            "rows": [presentation.person(one) | {
                "posts": one.posts, "villages": one.villages, "is_away": bool(one.away), "left_on": one.left_on,
            } for one in page.rows],
            "pager": page.pager,
            "fields": list(conditions.form),
            "applied": sum(bool(request.GET.get(name)) for name in conditions.filters),
            "may_enrol": bool(rights.changing_paths(request.user)),
        }  # fmt: skip
        return render(request, "posts/officers.html", context)


class OfficerView(ForReaders, View):
    """All somebody holds, when they are away, and what they held."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        officer, today = officer_for(request.user, pk), timezone.localdate()
        user = request.user
        holdings = (
            PostHolding.objects.visible_to(user).filter(officer=officer).select_related("division__parent", "officer")
        )
        now = list(
            holdings.standing()
            .not_over(today)
            .with_substitute(today)
            .select_related("acting__officer")
            .order_by("division", "kind")
        )
        leaves = list(officer.leaves.all()[:10])
        areas = officer.chief_areas.not_over(today).select_related("township").order_by("township")
        standing_in = officer.substitutions.on(today).select_related("holding__division__parent", "holding__officer")
        may_change = officer.is_active and _may_change(user, officer)
        context = {
            "officer": officer,
            "person": presentation.person(officer),
            "posts": [_post(one, today, user) for one in now],
            "areas": [{"name": area.township.name, "kind": area.get_kind_display(), "since": area.starts_on,
                       "url": f"{reverse('posts:board')}?township={area.township_id}"} for area in areas],
            "standing_in": [
                {"where": presentation.where(one.holding.division), "label": one.holding.get_kind_display(),
                 "name": one.holding.officer.name, "until": one.ends_on,
                 "url": reverse("posts:village", args=[one.holding.division_id])}
                for one in standing_in
            ],
            "leaves": [_leave(one, today, may_change) for one in leaves],
            "history": presentation.history(
                holdings.filter(Q(ends_on__lt=today) | Q(withdrawn_at__isnull=False)).order_by("-ends_on", "-pk")[:50], today, of_officer=True),
            "may_change": may_change,
            "charges": [
                {"title": charge.title, "items": items}
                for charge in charges.registered() if (items := charge.items(officer, user))
            ],
        }  # fmt: skip
        return render(request, "posts/officer.html", context)


def _may_change(user: Any, officer: Officer) -> bool:
    places = officer_places(officer)
    return rights.for_county(user) or any(rights.may_change(user, place) for place in places)


def _post(one: PostHolding, today: Any, user: Any) -> dict[str, Any]:
    acting = getattr(one, "acting", None)
    return {
        "label": one.get_kind_display(),
        "where": presentation.where(one.division),
        "url": reverse("posts:village", args=[one.division_id]),
        "span": presentation.span(one.starts_on, one.ends_on),
        "is_soon": presentation.is_soon(one.ends_on, today),
        "substitute": acting.officer.name if acting else "",
        "is_later": one.starts_on > today,
        "fill_url": presentation.fill_url(one.division_id, one.kind) if rights.may_change(user, one.division) else "",
    }


def _leave(one: Leave, today: Any, may_change: bool) -> dict[str, Any]:
    return {
        "span": f"{one.starts_on} 至 {one.ends_on}",
        "reason": one.get_reason_display(),
        "state": "请假中" if one.starts_on <= today <= one.ends_on else "尚未开始" if one.starts_on > today else "",
        "end_url": reverse("posts:end_leave", args=[one.pk]) if may_change and one.ends_on >= today else "",
    }


class OfficerForm(PostsForm):
    """A form about an officer, for those who may change at least one of their posts."""

    def find(self) -> Officer:
        officer = officer_for(self.request.user, self.kwargs["pk"])
        if not _may_change(self.request.user, officer) and (
            officer_places(officer) or not rights.changing_paths(self.request.user)
        ):
            rights.require(self.request.user, "")
        return officer

    def back(self) -> str:
        return reverse("posts:officer", args=[self.subject.pk]) if self.subject else reverse("posts:officers")  # type: ignore[attr-defined]

    def crumb(self) -> str:
        return self.subject.name if self.subject else "任职人员"  # type: ignore[attr-defined]


class EnrolView(PostsForm):
    form_class = PersonForm
    title = "登记任职人员"
    submit_label = "登记"
    done = "已登记。可以在六员覆盖里安排岗位。"

    def find(self) -> Any:
        if not rights.changing_paths(self.request.user):
            rights.require(self.request.user, "")

    def back(self) -> str:
        return reverse("posts:officers")

    def crumb(self) -> str:
        return "任职人员"

    def perform(self, form: Any) -> str:
        return services.enrol(by=self.request.user, **form.cleaned_data).get_absolute_url()


class AmendView(OfficerForm):
    form_class = PersonForm
    title = "修改资料"
    submit_label = "保存"
    done = "资料已修改。"

    def initial(self) -> dict[str, Any]:
        one: Any = self.subject
        return {"name": one.name, "organisation": one.organisation_id, "title": one.title, "phone": one.phone}

    def perform(self, form: Any) -> str:
        services.amend_officer(self.subject, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return self.back()


def people_for(user: Any, kinds: Any, but: Officer) -> dict[str, list[Officer]]:
    """For each kind of post those who hold one now, in the order of their names.  One statement."""
    today = timezone.localdate()
    holders = PostHolding.objects.on(today).filter(kind__in=kinds).exclude(officer=but).filter(officer__is_active=True)
    ids: dict[str, set[int]] = {kind: set() for kind in kinds}
    for kind, officer in holders.values_list("kind", "officer").distinct():
        ids[kind].add(officer)
    every = (
        Officer.objects.active()
        .visible_to(user)
        .filter(pk__in=set().union(*ids.values()))
        .select_related("organisation")
    )
    found = list(every)
    return {kind: [one for one in found if one.pk in ids[kind]] for kind in kinds}


class LeaveView(OfficerForm):
    template_name = "posts/leave.html"
    title = "登记请假"
    submit_label = "登记请假"
    done = "已登记请假。到期自动恢复，不用销假；提前回来再办销假。"

    def find(self) -> Officer:
        officer = super().find()
        today = timezone.localdate()
        posts = (
            officer.post_holdings.standing()
            .not_over(today)
            .select_related("division__parent")
            .order_by("division", "kind")
        )
        self.posts = [one for one in posts if rights.may_change(self.request.user, one.division)]
        return officer

    def make_form(self, data: Any = None) -> LeaveForm:
        kinds = {one.kind for one in self.posts}
        return LeaveForm(data, posts=self.posts, people=people_for(self.request.user, kinds, self.subject))  # type: ignore[arg-type]

    def perform(self, form: Any) -> str:
        data = form.cleaned_data
        services.take_leave(
            self.subject, by=self.request.user, starts_on=data["starts_on"], ends_on=data["ends_on"],  # type: ignore[arg-type]
            reason=data["reason"], substitutes=form.substitutes(),
        )  # fmt: skip
        return self.back()


class EndLeaveView(OfficerForm):
    form_class = LeaveBackForm
    title = "销假"
    submit_label = "销假"
    done = "已销假。代理也在那天结束。"

    def find(self) -> Officer:
        leave = (
            Leave.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).select_related("officer").first()
        )
        if leave is None:
            raise Http404
        self.leave = leave
        self.kwargs["pk"] = leave.officer_id
        return super().find()

    def make_form(self, data: Any = None) -> LeaveBackForm:
        return LeaveBackForm(data, leave=self.leave)

    def facts(self) -> list[dict[str, Any]]:
        return [{"label": "登记的请假", "value": f"{self.leave.starts_on} 至 {self.leave.ends_on}"}]

    def perform(self, form: Any) -> str:
        services.end_leave(self.leave, by=self.request.user, last_day=form.cleaned_data["last_day"])
        return self.back()


class HandOverView(OfficerForm):
    """Everything somebody who leaves has in hand, in one form; nothing is forgotten, and nothing half done."""

    template_name = "posts/handover.html"
    title = "离任移交"
    submit_label = "办理离任移交"
    done = "离任移交已办理。"

    def find(self) -> Officer:
        officer = super().find()
        if not officer.is_active:
            raise WrongState(f"{officer.name}已经办过离任移交（{officer.left_on}）。")
        today = timezone.localdate()
        require(officer, self.request.user, today)
        # As of the last day that is asked for: what ends before it is not to be handed over.
        try:
            last_day = DayField(required=False).clean(self.request.POST.get("last_day")) or today
        except Exception:  # the form says what is wrong with the day
            last_day = today
        self.held, self.areas, self.standing_in = in_hand(officer, last_day)
        return officer

    def make_form(self, data: Any = None) -> HandOverForm:
        user, officer = self.request.user, self.subject
        chiefs = Officer.objects.active().visible_to(user).filter(chief_areas__isnull=False).exclude(pk=officer.pk)  # type: ignore[attr-defined]
        bodies = (
            Officer.objects.active()
            .visible_to(user)
            .filter(organisation=officer.organisation_id)
            .exclude(pk=officer.pk)
        )  # type: ignore[attr-defined]
        return HandOverForm(
            data,
            posts=self.held,
            people=people_for(user, {one.kind for one in self.held}, officer),  # type: ignore[arg-type]
            areas=self.areas,
            chiefs=list((chiefs | bodies).distinct().select_related("organisation")) if self.areas else [],
            charges=[(charge, charge.items(officer, user)) for charge in charges.registered()],  # type: ignore[arg-type]
        )

    def context(self, form: Any) -> dict[str, Any]:
        return super().context(form) | {
            "officer": self.subject,
            "standing_in": [
                f"{presentation.where(one.holding.division)} {one.holding.get_kind_display()}（代{one.holding.officer.name}）"
                for one in self.standing_in
            ],
        }

    def perform(self, form: Any) -> str:
        services.hand_over(
            self.subject, by=self.request.user, last_day=form.cleaned_data["last_day"], posts=form.by_post(),  # type: ignore[arg-type]
            areas=form.by_area(), charged=form.charged(),
        )  # fmt: skip
        return self.back()


class SearchView(ForReaders, View):
    """``?q=``: people of the book by a part of their name or the beginning of their organisation, for a combobox."""

    def get(self, request: HttpRequest) -> JsonResponse:
        typed = "".join(one for one in request.GET.get("q", "")[:40] if one.isprintable()).strip()
        rows = Officer.objects.active().visible_to(request.user)
        if typed:
            rows = rows.filter(
                Q(name__contains=typed) | Q(organisation__name__contains=typed) | Q(sort_key__startswith=typed.lower())
            )
        found = rows.select_related("organisation").order_by("sort_key", "pk").distinct()[:MOST_FOUND]
        return JsonResponse(
            [
                {
                    "value": str(one.pk),
                    "label": one.name,
                    "hint": f"{one.organisation} {one.title}".strip(),
                    "group": "",
                }
                for one in found
            ],
            safe=False,
        )
