"""Registrations begun and not sent: kept for their author, sealed, named by what was typed so far, gone after a month."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts.choices import labels
from common.errors import NotPermitted, Refusal
from common.masks import mask_name, mask_org
from disputes.choices import PartyKind
from disputes.forms.intake import IntakeForm, as_posted, worth_keeping
from disputes.forms.parties import kind_of
from disputes.models import Dispute, IntakeDraft
from disputes.scrubbing import Scrubber
from disputes.tasks import DRAFT_LIFE
from disputes.workflow import REGISTER

#: How long a registration that broke off is offered again on the empty page.
LEFT_BEHIND = dt.timedelta(hours=2)
#: A draft longer than this is no registration.
LONGEST_DRAFT = 200_000


class RegisteringView(View):
    """A page of those who register.  Others read whose right it is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.holds(*REGISTER):
            raise NotPermitted(f"“登记”由{labels(REGISTER)}办理。")
        return super().dispatch(request, *args, **kwargs)


def uid_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def open_drafts(user: Any) -> Any:
    """This person's drafts.  One that was registered meanwhile (a save that came after the submit) is none."""
    registered = Dispute.objects.filter(submission_key=OuterRef("uid"))
    return IntakeDraft.objects.visible_to(user).exclude(Exists(registered))


def left_behind(user: Any) -> dict[str, Any] | None:
    """The draft of a registration that broke off not long ago: an expired sign-in, a closed window."""
    since = timezone.now() - LEFT_BEHIND
    draft = open_drafts(user).filter(saved_at__gte=since).first()
    return rows([draft])[0] if draft else None


def fields_of(draft: IntakeDraft) -> Any:
    return as_posted(json.loads(draft.body or "{}"))


def keep_draft(user: Any, posted: Any) -> IntakeDraft | None:
    """Keep what was posted as the draft of this submission; None when the submission is a case already.

    One draft a submission: its uid is the submission's key, so a draft taken up in two tabs still makes one case.
    """
    key = uid_of(posted.get("submission_key", ""))
    if key is None:
        raise Refusal("登记页已失效，请重新打开。")
    if Dispute.objects.filter(submission_key=key).exists():
        return None
    body = json.dumps(worth_keeping(posted), ensure_ascii=False)
    if len(body) > LONGEST_DRAFT:
        raise Refusal("草稿太长，没有保存。")
    with transaction.atomic():
        draft, _ = IntakeDraft.objects.select_for_update().get_or_create(uid=key, defaults={"author": user})
        if draft.author_id != user.pk:
            raise Refusal("登记页已失效，请重新打开。")
        draft.body, draft.saved_at = body, timezone.now()
        draft.save(update_fields=["body", "saved_at"])
    return draft


class SaveDraftView(RegisteringView):
    """Autosave.  Answers in JSON; an expired sign-in is told by the middleware and the page keeps its words."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            draft = keep_draft(request.user, request.POST)
        except Refusal as refusal:
            return JsonResponse({"error": refusal.sentence}, status=refusal.status)
        if draft is None:
            return HttpResponse(status=204)
        return JsonResponse({"saved_at": f"{timezone.localtime(draft.saved_at):%H:%M:%S}", "draft": str(draft.uid)})


class DraftsView(RegisteringView):
    """Registrations begun and not sent, by their author."""

    def get(self, request: HttpRequest) -> HttpResponse:
        drafts = list(open_drafts(request.user)[:200])
        return render(request, "disputes/drafts.html", {"drafts": rows(drafts), "life": DRAFT_LIFE.days})


def rows(drafts: Iterable[IntakeDraft]) -> list[dict[str, Any]]:
    """What each draft is about as far as it was typed, masked like everything else, and until when it is kept.

    Opens the sealed body: only ever for rows of ``visible_to``, which are the author's own.
    """
    today = timezone.localdate()
    shown = []
    for draft in drafts:
        data = fields_of(draft)
        sides = [_masked(data.get(f"{side}-0-name", "").strip()) for side in IntakeForm.formsets]
        gone_on = timezone.localtime(draft.saved_at + DRAFT_LIFE).date()
        shown.append(
            {
                "uid": draft.uid,
                "parties": " 与 ".join(side or "（未填）" for side in sides),
                "matter": data.get("category_text", ""),
                "place": data.get("division_text", ""),
                "brief": _scrubbed(data),
                "saved_at": draft.saved_at,
                "gone_on": gone_on,
                "days_left": max(0, (gone_on - today).days),
                "url": f"{reverse('disputes:new')}?draft={draft.uid}",
            }
        )
    return shown


def _scrubbed(data: Any) -> str:
    """The beginning of the brief, its people masked."""
    names = [value.strip() for key, value in data.items() if re.fullmatch(r"[a-z]+-\d+-name", key)]
    organisations = {name for name in names if kind_of(name, "") == PartyKind.ORGANISATION}
    text = Scrubber((), [name for name in names if name not in organisations])(data.get("summary", "")[:120])
    for name in organisations:
        text = text.replace(name, mask_org(name))
    return text[:60]


def _masked(name: str) -> str:
    return mask_org(name) if kind_of(name, "") == PartyKind.ORGANISATION else mask_name(name)


class DeleteDraftView(RegisteringView):
    def post(self, request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
        deleted, _ = IntakeDraft.objects.visible_to(request.user).filter(uid=uid).delete()
        if not deleted:
            raise Http404
        messages.success(request, "草稿已删除。")
        return redirect("disputes:drafts")
