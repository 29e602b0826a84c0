"""分派规则: the rules in plain sentences, a draft to change them in, 试派 to try both, and the versions that were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.views.base import FormPage
from common.errors import Missing, NotPermitted, NotVisible, Refusal
from disputes import presentation
from disputes.assignment import Matter, routing, trying
from disputes.assignment.routing import Route, Rule
from disputes.choices import Destination, RoutingState, Source
from disputes.forms.routing import PublishForm, RuleForm, TryForm
from disputes.models import Dispute, RoutingRule, RoutingVersion
from disputes.services import routing as verbs

STATE_COLOR = {RoutingState.DRAFT: "amber", RoutingState.PUBLISHED: "green", RoutingState.SUPERSEDED: "grey"}
#: Rows of the replay that are listed; the counts are of all.
MOST_MOVED = 100


class RulesPage(View):
    """A page for everyone who holds a role."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not RoutingVersion.objects.visible_to(request.user).exists():
            raise NotPermitted("分派规则供有岗位的人员查看。")
        return super().dispatch(request, *args, **kwargs)


class EditorsPage(View):
    """A page of those who change the rules."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        verbs.only_editors(request.user)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)


def version_row(version: RoutingVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "label": str(version),
        "state": str(RoutingState(version.state).label),
        "color": STATE_COLOR[RoutingState(version.state)],
        "reason": version.reason,
        "who": version.published_by.name if version.published_by else "系统",
        "at": version.published_at,
        "made_by": version.made_by.name if version.made_by else "系统",
        "made_at": version.made_at,
        "copied_from": version.copied_from.number if version.copied_from else None,
        "until": version.superseded_at,
        "url": reverse("disputes:routing_version", args=[version.number]),
    }


def versions() -> Any:
    return RoutingVersion.objects.select_related("published_by", "made_by", "copied_from")


def in_force() -> RoutingVersion:
    version: RoutingVersion = versions().get(state=RoutingState.PUBLISHED)
    return version


class RoutingView(RulesPage):
    """What is in force, and what was."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = list(versions())
        current = next(row for row in rows if row.state == RoutingState.PUBLISHED)
        draft = next((row for row in rows if row.is_draft), None)
        context = {
            "version": version_row(current),
            "rules": routing.rules_of(current.rules.all()),
            "draft": version_row(draft) if draft else None,
            "history": [version_row(row) for row in rows if not row.is_draft],
            "may_edit": verbs.may_edit(request.user),
            "form": TryForm(user=request.user),
        }
        return render(request, "disputes/routing.html", context)


class VersionView(RulesPage):
    """One version, and what it changed against the one it was made from."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        version = versions().exclude(state=RoutingState.DRAFT).filter(number=number).first()
        if version is None:
            raise NotVisible
        rules = routing.rules_of(version.rules.all())
        before = version.copied_from
        context = {
            "version": version_row(version),
            "rules": rules,
            "changes": trying.difference(routing.rules_of(before.rules.all()), rules) if before else [],
            "may_edit": verbs.may_edit(request.user),
            "has_draft": verbs.current_draft() is not None,
        }
        return render(request, "disputes/routing_version.html", context)


# ---- the draft


class DraftView(EditorsPage):
    """GET shows the draft; POST opens one, from the version in force or from an earlier one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = verbs.current_draft()
        if draft is None:
            return redirect("disputes:routing")
        return render(request, "disputes/routing_draft.html", draft_context(draft, PublishForm))

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("copied_from", "")
        try:
            number = int(asked) if asked.isdecimal() and len(asked) < 9 else None
            draft = verbs.open_draft(by=request.user, copied_from=number)  # type: ignore[arg-type]
        except NotVisible:
            raise
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect("disputes:routing_draft")
        messages.success(request, f"已按{draft.copied_from}起草，改好后试派、发布；发布以前不影响派单。")
        return redirect("disputes:routing_draft")


def draft_context(draft: RoutingVersion, form_class: Any) -> dict[str, Any]:
    """The draft with what is odd about it, and how it differs from what is in force."""
    rules = routing.rules_of(draft.rules.all())
    never, before = verbs.unreached(rules), verbs.taken_before(rules)
    return {
        "draft": version_row(draft),
        "rules": [
            {
                "rule": rule,
                "is_first": number == 0,
                "is_last": number == len(rules) - 1,
                "never": f"第 {never[rule.key].position} 条在前，这一条轮不到" if rule.key in never else "",
                "partly": "" if rule.key in never else "、".join(map(str, before.get(rule.key, ()))),
            }
            for number, rule in enumerate(rules)
        ],
        "gap": "" if verbs.ends_with_everything(rules) else verbs.NO_LAST_RULE,
        "changes": trying.difference(routing.rules_in_force(), rules),
        "form": form_class(initial={"revision": draft.revision}),
        "revision": draft.revision,
    }


class RulePage(EditorsPage, FormPage):
    form_class = RuleForm
    template_name = "disputes/routing_rule.html"

    def draft(self) -> RoutingVersion:
        draft = verbs.current_draft()
        if draft is None:
            raise NotVisible
        return draft

    def context(self, form: Any) -> dict[str, Any]:
        return {"is_named": Destination.NAMED.value}


class AddRuleView(RulePage):
    done = "规则已加入草稿。"

    def find(self) -> RoutingVersion:
        return self.draft()

    def make_form(self, data: Any = None) -> RuleForm:
        draft: Any = self.subject
        return RuleForm(data, rules=routing.rules_of(draft.rules.all()))

    def perform(self, form: RuleForm) -> str:
        row = verbs.add_rule(form.cleaned_data, position=form.cleaned_data["position"], by=self.request.user)  # type: ignore[arg-type]
        return f"{reverse('disputes:routing_draft')}#rule-{row.pk}"


class ChangeRuleView(RulePage):
    done = "草稿中的规则已修改。"

    def find(self) -> RoutingRule:
        row = self.draft().rules.filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise NotVisible
        return row

    def make_form(self, data: Any = None) -> RuleForm:
        row: Any = self.subject
        return RuleForm(data, rule=row, initial={name: getattr(row, name) for name in verbs.FIELDS})

    def perform(self, form: RuleForm) -> str:
        verbs.change_rule(self.kwargs["pk"], form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        return f"{reverse('disputes:routing_draft')}#rule-{self.kwargs['pk']}"


class MoveRuleView(EditorsPage):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        verbs.move_rule(pk, up=request.POST.get("way") == "up", by=request.user)  # type: ignore[arg-type]
        return redirect(f"{reverse('disputes:routing_draft')}#rule-{pk}")


class DeleteRuleView(EditorsPage):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        verbs.delete_rule(pk, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "规则已从草稿中删除。")
        return redirect("disputes:routing_draft")


class PublishView(EditorsPage):
    """Publishing is asked on the draft's own page, so that what is published is what was seen."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PublishForm(request.POST)
        draft = verbs.current_draft()
        if draft is None:
            messages.error(request, "草稿已经发布或者废弃，请重新打开。")
            return redirect("disputes:routing")
        status = 422
        if form.is_valid():
            try:
                done = verbs.publish(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except Missing as refusal:
                for name, sentence in refusal.fields.items():
                    form.add_error(name, sentence)
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
                status = refusal.status
            else:
                messages.success(request, f"{done}已发布，半分钟内在各处生效；已经分派的不变。")
                return redirect("disputes:routing")
        # What is sent next is what this page shows.
        again = form.data.copy()
        again["revision"] = draft.revision
        form.data = again
        context = draft_context(draft, PublishForm) | {"form": form}
        return render(request, "disputes/routing_draft.html", context, status=status)


class DiscardView(EditorsPage):
    """Asked on a page of its own: what was drafted is gone then."""

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = verbs.current_draft()
        if draft is None:
            return redirect("disputes:routing")
        rules = routing.rules_of(draft.rules.all())
        context = {
            "draft": version_row(draft),
            "revision": draft.revision,
            "changes": trying.difference(routing.rules_in_force(), rules),
        }
        return render(request, "disputes/routing_discard.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        revision = request.POST.get("revision", "")
        try:
            verbs.discard(
                by=request.user,  # type: ignore[arg-type]
                revision=int(revision) if revision.isdecimal() and len(revision) < 9 else -1,
            )
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect("disputes:routing_draft")
        messages.success(request, "草稿已废弃，现行规则不变。")
        return redirect("disputes:routing")


# ---- trying


class TryView(RulesPage):
    """试派: one case under the rules in force and under the draft, side by side, with why each rule spoke or not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = bool(set(request.GET) & set(TryForm.base_fields))
        form = TryForm(request.GET if asked else None, user=request.user)
        matter, subject = None, ""
        if asked and form.is_valid():
            matter, subject = self.matter(form)
        context = {"form": form, "subject": subject, "sides": sides(matter, request.user) if matter else []}
        return render(request, "disputes/routing_try.html", context, status=422 if form.errors else 200)

    def matter(self, form: TryForm) -> tuple[Matter | None, str]:
        data = form.cleaned_data
        if data["case"]:
            rows = Dispute.objects.visible_to(self.request.user).filter(code=data["case"].strip().upper())
            case = rows.select_related("category__parent", "division__parent", "township").first()
            if case is None:
                form.add_error("case", "没有找到这件案件，请核对案件码。")
                return None, ""
            matter = Matter.of(case)
            subject = f"{case.code}：{describe(matter)}"
        else:
            matter = Matter(
                data["category"], data["place"], data["source"], data["risk"], data["people_count"] or 2,
                names_an_organisation=data["has_organisation"],
            )  # fmt: skip
            subject = f"假定的案件：{describe(matter)}"
        return matter, subject


def describe(matter: Matter) -> str:
    """The facts that rules ask about, without a name."""
    said = [str(matter.category), matter.division.full_name()]
    if matter.source:
        said.append(str(Source(matter.source).label))
    said.append(f"风险{presentation.RISK_LABEL.get(matter.risk, '未填')}")
    said.append(f"{matter.people_count} 人")
    said.append("有一方是单位" if matter.has_organisation else "各方都是个人")
    return "，".join(said)


def sides(matter: Matter, user: Any) -> list[dict[str, Any]]:
    """The version in force and, for those who work on it, the draft."""
    sets: list[tuple[str, tuple[Rule, ...]]] = []
    current = in_force()
    sets.append((f"现行（{current}）", routing.rules_of(current.rules.all())))
    draft = verbs.current_draft() if verbs.may_edit(user) else None
    if draft:
        sets.append((f"草稿（{draft}）", routing.rules_of(draft.rules.all())))
    ways = trying.tried(matter, *(rules for _, rules in sets))
    first = ways[0]
    return [
        {"title": title, "way": way, "differs": way.key != first.key, "answer": answer(way)}
        for (title, _), way in zip(sets, ways, strict=True)
    ]


def answer(way: Route) -> str:
    return str(way.committee.organisation) if way.committee else "没有建议，由派单人选定"


class ReplayView(EditorsPage):
    """The last cases under both sets of rules: how many would go elsewhere, and which."""

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = verbs.current_draft()
        if draft is None:
            return redirect("disputes:routing")
        current = in_force()
        result = trying.replay(
            Dispute.objects.visible_to(request.user),
            routing.rules_of(current.rules.all()),
            routing.rules_of(draft.rules.all()),
        )
        context = {
            "current": str(current),
            "draft": version_row(draft),
            "replay": result,
            "rows": [
                {
                    "code": one.case.code,
                    "url": one.case.get_absolute_url(),
                    "place": one.case.place_name,
                    "category": str(one.case.category),
                    "before": str(one.before.committee or "没有建议"),
                    "after": str(one.after.committee or "没有建议"),
                    "rule": one.after.rule,
                }
                for one in result.moved[:MOST_MOVED]
            ],
        }
        return render(request, "disputes/routing_replay.html", context)
