"""The case over REST: the same filter, forms, verbs and scope as the pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Role
from common.api import (
    IF_NONE_MATCH,
    PAGING,
    PAGING_PARAMETERS,
    ApiView,
    Keyset,
    digest,
    documented,
    is_known,
    not_modified,
    one_of,
    page_of,
    version_asked,
)
from common.errors import Conflict, Missing, NotVisible
from disputes import services, workflow
from disputes.api import docs, examples, payload, rows
from disputes.api.record import record
from disputes.api.serializers import (
    CategoryListSerializer,
    DisputePageSerializer,
    DisputeSerializer,
    MovedSerializer,
    TransitionListSerializer,
)
from disputes.filters import COUNTED_TO, DisputeFilter
from disputes.forms.base import flatten
from disputes.forms.intake import LINK, IntakeForm
from disputes.forms.transitions import FORMS
from disputes.models import Category, Dispute
from disputes.presentation import STATUS_LABEL
from disputes.reach import roles_on
from disputes.services import submissions
from disputes.services.engine import who_was_faster

NEWEST_FIRST = Keyset("disputes", "-registered_at", "-id")
CODE = re.compile(r"[A-Z]{2}[0-9]{4}-[0-9]{6,9}")

CASES, STEPS, TABLES = "纠纷", "办理", "基础数据"


def case_for(user: Any, code: str) -> Dispute:
    """The case with all its record reads.  Raises NotVisible, alike for what does not exist and what is not theirs."""
    found = Dispute.objects.visible_to(user).for_page().filter(code=code).first() if CODE.fullmatch(code) else None
    if found is None:
        raise NotVisible
    return found


def etag_of(content: Mapping[str, Any]) -> str:
    """A strong tag that opens with the version, so that If-Match can be compared with the case."""
    return f'"{content["version"]}-{digest(content)}"'


# ---- list and registration


class DisputesView(ApiView):
    resource = "disputes"
    many_valued = frozenset(name for name, row in DisputeFilter.base_filters.items() if docs.is_many(row))

    def parameters(self, request: Request) -> Iterable[str]:
        return (*DisputeFilter.base_filters, "count", *PAGING) if request.method == "GET" else ()

    @extend_schema(
        operation_id="disputes_list",
        tags=[CASES],
        summary="查询纠纷",
        description=(
            "本账号范围内的纠纷，按登记时间由近到远。条件与页面的案件列表相同；"
            "没有指定登记时间的只含近一年（见 registered_since），要全部请用 period=all。"
        ),
        parameters=[
            *docs.filter_parameters(),
            OpenApiParameter("count", str, enum=["capped"], description=f"capped：数出总数，最多数到 {COUNTED_TO:,}"),
            *PAGING_PARAMETERS,
            IF_NONE_MATCH,
        ],
        responses={200: DisputePageSerializer, 304: None, **documented(400)},
    )
    def get(self, request: Request) -> Response:
        chosen = filtered(request)
        matching = chosen.qs
        page, size = NEWEST_FIRST.page(matching, request)
        found = list(page.values_list(*rows.COLUMNS, named=True))
        has_more, found = len(found) > size, found[:size]
        counted = self._count(request, matching)
        today, since = timezone.localdate(), chosen.window_begins
        etag = f'W/"{digest(found, has_more, counted, today, since)}"'
        if is_known(request, etag):
            return not_modified(etag)
        people = rows.people_of([row.id for row in found])
        last = (found[-1].registered_at, found[-1].id) if has_more else None
        response = page_of(
            [rows.shown(row, people[row.id], today) for row in found],
            NEWEST_FIRST.next_link(request, last) if last else None,
            registered_since=since,
            **counted,
        )
        response["ETag"] = etag
        return response

    @staticmethod
    def _count(request: Request, matching: Any) -> dict[str, Any]:
        if not one_of(request.query_params.get("count"), "count", ["capped"]):
            return {}
        count = matching.order_by()[: COUNTED_TO + 1].count()
        return {"count": min(count, COUNTED_TO), "count_is_capped": count > COUNTED_TO}

    @extend_schema(
        operation_id="disputes_create",
        tags=[CASES],
        summary="登记纠纷",
        description=(
            "与窗口登记相同的表单和规则。请求头 Idempotency-Key（UUID）代表这一次登记："
            "没有收到答复时用同一个值、同样的内容重发，得到同一件纠纷（200），不会登记两次。"
        ),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", uuid.UUID, OpenApiParameter.HEADER, required=True, description="这一次登记的标识"
            )
        ],
        request=OpenApiRequest(docs.intake_body(), examples=[OpenApiExample("邻里纠纷", examples.REGISTRATION)]),
        responses={
            201: OpenApiResponse(DisputeSerializer, "已登记，Location 是新纠纷的地址"),
            200: OpenApiResponse(DisputeSerializer, "这次登记先前已经收到"),
            **documented(400, 409, 413, 415),
        },
    )
    def post(self, request: Request) -> Response:
        key = _key(request)
        content = request.data
        fingerprint = submissions.fingerprint(content)
        earlier = submissions.registered_before(key, fingerprint, by=request.user)
        if earlier is None:
            arguments = _registration(content, key, request.user)
            dispute, is_new = services.register(by=request.user, fingerprint=fingerprint, **arguments)
            if not is_new:  # another copy of this very call was faster
                earlier = submissions.registered_before(key, fingerprint, by=request.user)
        else:
            dispute = earlier
        answer = told(dispute.code, request.user)
        if earlier is None:
            answer.status_code = 201
            answer["Location"] = answer.data["href"]
        return answer


def filtered(request: Request) -> DisputeFilter:
    """The page's FilterSet over what the caller may see.  The page drops a condition it cannot read, a program is told."""
    chosen = DisputeFilter(request.query_params, Dispute.objects.visible_to(request.user), request=request)
    if not chosen.form.is_valid():
        raise ValidationError(chosen.form.errors)
    for name in ("open", "accepted", "partial"):
        one_of(request.query_params.get(name), name, ["true", "false"])
    return chosen


def _key(request: Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError as fault:
        raise Missing({"Idempotency-Key": "请在请求头 Idempotency-Key 中写一个 UUID，每次登记一个。"}) from fault


def _registration(content: Mapping[str, Any], key: uuid.UUID, user: Any) -> dict[str, Any]:
    """Arguments of ``services.register``, read by the form of the window."""
    body = dict(content)
    links = _links(body.pop("links", None))
    form = IntakeForm(flatten({**body, **links, "submission_key": str(key)}, IntakeForm.formsets), user=user)
    fields = {name: field for name, field in form.fields.items() if name != "submission_key"}
    payload.check_shape(body, fields, form.rows)
    if not form.is_valid():
        payload.refuse(form, form.rows)
    return form.values()


def _links(given: Any) -> dict[str, str]:
    """Cases compared with this one, as the page posts them: ``link-GZ2026-000123=recurrence``."""
    if given is None:
        return {}
    kinds = docs.LINKS["items"]["properties"]["kind"]["enum"]
    is_list = isinstance(given, list) and len(given) <= docs.LINKS["maxItems"]
    if not is_list or not all(
        isinstance(row, dict)
        and set(row) == {"code", "kind"}
        and CODE.fullmatch(str(row["code"]))
        and row["kind"] in kinds
        for row in given
    ):
        raise Missing({"links": f"请写由 code 和 kind（{'、'.join(kinds)}）组成的对象的数组。"})
    return {f"{LINK}{row['code']}": row["kind"] for row in given}


def told(code: str, user: Any) -> Response:
    """The record of a case with its entity tag."""
    content = record(case_for(user, code), user, timezone.localdate())
    response = Response(content)
    response["ETag"] = etag_of(content)
    return response


# ---- one case


class DisputeView(ApiView):
    resource = "disputes"

    @extend_schema(
        operation_id="disputes_retrieve",
        tags=[CASES],
        summary="查询一件纠纷",
        description="全部情况和现在可以由本账号办理的步骤（available_transitions，含各步的字段和选项）。",
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH, description="案件码"), IF_NONE_MATCH],
        responses={200: DisputeSerializer, 304: None, **documented(404)},
    )
    def get(self, request: Request, code: str) -> Response:
        answer = told(code, request.user)
        return not_modified(answer["ETag"]) if is_known(request, answer["ETag"]) else answer


class TransitionView(ApiView):
    """One step of the life cycle; which steps there are, and whose, is in the table alone."""

    resource = "disputes"

    @extend_schema(
        operation_id="disputes_transition",
        tags=[STEPS],
        summary="办理一步",
        description=(
            "名称、字段见 available_transitions 和 /api/v1/transitions/。依据的版本写在 version 中，或者用 If-Match。"
            "更正（amend）和调整风险（report_risk）中没有写的字段保持原值。"
        ),
        parameters=[
            OpenApiParameter("code", str, OpenApiParameter.PATH, description="案件码"),
            OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(workflow.TRANSITIONS), description="哪一步"),
            OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="查询这件纠纷时得到的 ETag"),
        ],
        request=OpenApiRequest(
            {"anyOf": list(docs.transition_bodies().values())},
            examples=[OpenApiExample(name, body) for name, body in examples.STEPS.items()],
        ),
        responses={200: MovedSerializer, **documented(400, 404, 409, 413, 415, 428)},
    )
    def post(self, request: Request, code: str, name: str) -> Response:
        step = workflow.TRANSITIONS.get(name)
        dispute = case_for(request.user, code)
        if step is None:
            raise NotVisible
        body = dict(request.data)
        version = version_asked(request, body)
        body.pop("version", None)
        if version != dispute.version:
            raise Conflict(who_was_faster(dispute))
        workflow.check(step, dispute, request.user, roles_on(dispute, request.user))
        data = _step_data(name, body, dispute, request.user)
        moved = services.perform(dispute, name, by=request.user, data=data, version=version)
        return Response(
            {
                "code": moved.code,
                "href": f"/api/v1/disputes/{moved.code}/",
                "transition": name,
                "done": step.done,
                "status": moved.status,
                "status_label": STATUS_LABEL[moved.status],
                "version": moved.version,
                "is_visible": Dispute.objects.visible_to(request.user).filter(pk=moved.pk).exists(),
            }
        )


def _step_data(name: str, body: dict[str, Any], dispute: Dispute, user: Any) -> dict[str, Any]:
    """What the verb receives, read by the form of the page."""
    cls = FORMS[name]
    blank = cls(dispute=dispute, user=user)
    payload.check_shape(body, blank.fields, blank.rows)
    kept = {}
    if name in docs.KEEPS:
        kept = {
            field: blank.fields[field].prepare_value(value)
            for field, value in blank.initial.items()
            if field in blank.fields and field not in body and value is not None
        }
    form = cls(flatten(kept | body, cls.formsets), dispute=dispute, user=user)
    if not form.is_valid():
        payload.refuse(form, form.rows)
    return form.values()


# ---- vocabularies


class CategoriesView(ApiView):
    resource = "categories"

    @extend_schema(
        operation_id="categories_list",
        tags=[TABLES],
        summary="查询纠纷类型",
        parameters=[IF_NONE_MATCH],
        responses={200: CategoryListSerializer, 304: None, **documented()},
    )
    def get(self, request: Request) -> Response:
        found = Category.objects.active().visible_to(request.user).order_by("code")
        return _list(
            request,
            [
                {"code": code, "name": name, "parent": parent, "written_only_law": law}
                for code, name, parent, law in found.values_list("code", "name", "parent_id", "written_only_law")
            ],
        )


class TransitionsView(ApiView):
    resource = "disputes"

    @extend_schema(
        operation_id="transitions_list",
        tags=[STEPS],
        summary="查询流程表",
        description="一件纠纷一生中的每一步：从哪些状态、到哪个状态、由谁办理、需要什么、依据是什么。",
        parameters=[IF_NONE_MATCH],
        responses={200: TransitionListSerializer, 304: None, **documented()},
    )
    def get(self, request: Request) -> Response:
        bodies = docs.transition_bodies()
        return _list(
            request,
            [
                {
                    "name": row.name,
                    "label": row.label,
                    "done": row.done,
                    "sources": [state for state in STATUS_LABEL if state in row.sources],
                    "target": row.target,
                    "roles": [{"code": role.value, "label": str(role.label)} for role in Role if role in row.roles],
                    "todo": row.todo,
                    "primary": row.primary,
                    "undo": row.undo,
                    "law": row.law,
                    "body_schema": bodies[row.name],
                }
                for row in workflow.TRANSITIONS.values()
            ],
        )


def _list(request: Request, results: list[dict[str, Any]]) -> Response:
    """A vocabulary: short enough to be sent whole."""
    etag = f'W/"{digest(results)}"'
    if is_known(request, etag):
        return not_modified(etag)
    response = Response({"results": results})
    response["ETag"] = etag
    return response
