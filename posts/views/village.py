"""The six of one village: who they are, who they were, and filling, ending and renewing a post."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views import View

from grids.models import Division
from mediators.models import Mediator
from posts import candidates, presentation, rights, services, standing
from posts.choices import PostKind
from posts.forms import NEW, OTHER, DayForm, EndForm, FillForm, RenewForm
from posts.models import Officer, PostHolding
from posts.querysets import reading_paths
from posts.services.officers import of_mediator
from posts.views.base import ForReaders, PostsForm, village_for
from posts.visits.presentation import latest
from posts.visits.querysets import may_look, may_write


class VillageView(ForReaders, View):
    """Six cards, the chief of the township, and the history.  ``?on=`` shows a day of the past."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        village, today = village_for(request.user, code), timezone.localdate()
        form = DayForm(request.GET)
        day = form.day()
        may_change = day >= today and rights.may_change(request.user, village)
        cards = presentation.cards(standing.people_of(village, day), day)
        for card in cards:
            if may_change:
                card["fill_url"] = presentation.fill_url(village.pk, card["kind"])
                if not card["is_gap"]:
                    card["end_url"] = reverse("posts:end", args=[card["holding"]])
                    card["renew_url"] = reverse("posts:renew", args=[card["holding"]]) if card["ends_on"] else ""
        chief = standing.chief_of(village.parent_id or "", day)
        past = PostHolding.objects.visible_to(request.user).filter(division=village).select_related("officer")
        context = {
            "village": village,
            "where": presentation.where(village),
            "day": day,
            "is_today": day == today,
            "field": form["on"],
            "cards": cards,
            "filled": sum(not card["is_gap"] for card in cards),
            "chief": presentation.person(chief.officer) | {"kind": chief.get_kind_display()} if chief else None,
            "history": presentation.history(past.order_by("-starts_on", "kind", "-pk"), today),
            "visits": latest(village, request.user) if may_look(request.user) else None,
            "may_visit": may_write(request.user),
            "board_url": f"{reverse('posts:board')}?{urlencode({'township': village.parent_id or ''})}",
        }
        return render(request, "posts/village.html", context)


class SixView(ForReaders, View):
    """The six of a place that is being typed in another form, as a fragment; nothing for a place out of reach."""

    def post(self, request: HttpRequest) -> HttpResponse:
        code = request.POST.get("division", "")
        if re.fullmatch(r"[0-9]{12}", code, re.ASCII):
            rows = Division.objects.within(reading_paths(request.user)).filter(pk=code)
            if village := rows.first():
                return render(request, "posts/_six.html", {"six": presentation.six(village, timezone.localdate())})
        return render(request, "posts/_six.html", {"six": None})


class PostForm(PostsForm):
    """A form about one post of a village."""

    def back(self) -> str:
        return reverse("posts:village", args=[self.village.pk])

    def crumb(self) -> str:
        return presentation.where(self.village)


class FillView(PostForm):
    """Who holds this post from now on.  Opened from a cell of the board it leads back there."""

    template_name = "posts/fill.html"

    def find(self) -> Any:
        self.village = village_for(self.request.user, self.kwargs["code"])
        if self.kwargs["kind"] not in PostKind.values:
            raise Http404
        self.kind = PostKind(self.kwargs["kind"])
        rights.require(self.request.user, self.village)
        return self.village

    def seat(self) -> standing.Seat:
        seats = standing.people_of(self.village, timezone.localdate())
        return next(seat for seat in seats if seat.kind == self.kind)

    def make_form(self, data: Any = None) -> FillForm:
        user = self.request.user
        found = candidates.suggested(self.village, self.kind, user, timezone.localdate())
        return FillForm(data, user=user, kind=self.kind, candidates=found)

    def perform(self, form: Any) -> str:
        data, user = form.cleaned_data, self.request.user
        seen = self.request.POST.get("seen", "")
        held: PostHolding | None = None
        if seen.isascii() and seen.isdigit() and len(seen) < 12:
            held = PostHolding.objects.filter(division=self.village, kind=self.kind, pk=int(seen)).first()
        officer = self._chosen(form)
        services.appoint(
            self.village, self.kind, officer, by=user, starts_on=data["starts_on"], ends_on=data["ends_on"],
            note=data["note"], instead_of=held,
        )  # fmt: skip
        messages.success(
            self.request, f"{self.village.name}的{self.kind.label}：{officer.name}，{data['starts_on']} 起。"
        )
        if self.request.POST.get("then") == "board":
            query = urlencode({"township": self.village.parent_id or ""})
            return f"{reverse('posts:board')}?{query}#v{self.village.pk}"
        return self.back()

    def _chosen(self, form: FillForm) -> Officer:
        data, user = form.cleaned_data, self.request.user
        match data["officer"]:
            case value if value == NEW:
                return services.enrol(
                    by=user, **{name: data[name] for name in ("name", "organisation", "title", "phone")}
                )
            case value if value == OTHER:
                return data["other"]  # type: ignore[no-any-return]
        if form.mediator is not None:
            mediator = (
                Mediator.objects.visible_to(user).filter(pk=form.mediator).select_related("committee__organisation")
            )
            return of_mediator(mediator.get(), by=user)
        return Officer.objects.active().visible_to(user).get(pk=int(data["officer"]))

    def context(self, form: Any) -> dict[str, Any]:
        seat = self.seat()  # as it is now: after a conflict, who was faster
        self.title = f"{self.village.name}：{'更换' if seat.holding else '补上'}{self.kind.label}"
        self.submit_label = "确定"
        options = list(form["officer"])
        return super().context(form) | {
            "village": self.village,
            "kind": self.kind,
            "card": presentation.card(seat, timezone.localdate()),
            "seen": seat.holding.pk if seat.holding else "",
            "then": self.request.POST.get("then") or self.request.GET.get("then", ""),
            "options": [
                {"input": option, "candidate": one} for option, one in zip(options, form.candidates, strict=False)
            ],
            "others": options[len(form.candidates) :],
        }


class HoldingForm(PostForm):
    """A form about a holding of today or of a day to come."""

    def find(self) -> PostHolding:
        rows: QuerySet[PostHolding] = PostHolding.objects.visible_to(self.request.user).standing()
        found = rows.filter(pk=self.kwargs["pk"]).select_related("division__parent", "officer").first()
        if found is None:
            raise Http404
        self.village = found.division
        rights.require(self.request.user, self.village)
        return found

    def facts(self) -> list[dict[str, Any]]:
        held: Any = self.subject
        return [
            {"label": "岗位", "value": f"{presentation.where(held.division)} {held.get_kind_display()}"},
            {"label": "现任", "value": f"{held.officer.name}，{presentation.span(held.starts_on, held.ends_on)}"},
        ]


class EndView(HoldingForm):
    form_class = EndForm
    title = "结束任职"
    submit_label = "结束任职"
    done = "已结束任职。这个岗位从第二天起是空缺。"

    def perform(self, form: Any) -> str:
        services.end_holding(self.subject, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]
        return self.back()


class RenewView(HoldingForm):
    form_class = RenewForm
    title = "续任"
    submit_label = "续任"
    done = "已续任。"

    def perform(self, form: Any) -> str:
        services.renew(self.subject, by=self.request.user, ends_on=form.cleaned_data["ends_on"])  # type: ignore[arg-type]
        return self.back()
