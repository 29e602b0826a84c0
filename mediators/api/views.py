"""Committees and mediators over REST: reading alone, under the conditions and the scope of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

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
    page_of,
)
from common.errors import Missing
from mediators import presentation
from mediators.api.serializers import CommitteePageSerializer, MediatorPageSerializer
from mediators.choices import CommitteeKind, Language, MediatorKind, MediatorStatus
from mediators.filters import CommitteeFilter, MediatorFilter
from mediators.models import Committee, Mediator
from mediators.slots import work
from mediators.warnings import BY_KEY

WORD = {"type": "string", "minLength": 1}
CODE = {"type": "string", "pattern": "^[0-9]{2}$"}
TOWNSHIP = OpenApiParameter("township", {"type": "string", "pattern": "^[0-9]{12}$"}, description="乡镇（街道）的代码")
LANGUAGE: dict[str, str] = {one.value: str(one.label) for one in Language}


def several(values: Iterable[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": list(values)}}


class ListView(ApiView):
    """A list under the conditions of its page; a value that cannot be read is refused, not left out."""

    resource = "committees"
    filterset: ClassVar[Any]
    keyset: ClassVar[Keyset]

    def parameters(self, request: Request) -> Iterable[str]:
        return (*self.filterset.base_filters, *PAGING)

    def rows(self, request: Request, conditions: Any) -> Any:
        raise NotImplementedError

    def shown(self, row: Any, kinds: Mapping[str, str]) -> dict[str, Any]:
        raise NotImplementedError

    def key_of(self, row: Any) -> list[Any]:
        raise NotImplementedError

    def listed(self, request: Request, visible: Any) -> Response:
        conditions = self.filterset(request.query_params, queryset=visible, request=request)
        if conditions.form.errors:
            raise Missing({name: str(errors[0]) for name, errors in conditions.form.errors.items()})
        rows, size = self.keyset.page(self.rows(request, conditions), request)
        found = list(rows)
        has_more, found = len(found) > size, found[:size]
        results = [self.shown(row, conditions.kinds) for row in found]
        etag = f'W/"{digest(results, has_more)}"'
        if is_known(request, etag):
            return not_modified(etag)
        response = page_of(results, self.keyset.next_link(request, self.key_of(found[-1])) if has_more else None)
        response["ETag"] = etag
        return response


class CommitteesView(ListView):
    """调委会：本账号范围内的调委会，按机构代码排序；没有写 state 的，也含已撤销的。"""

    filterset, keyset = CommitteeFilter, Keyset("committees", "organisation__code")

    @extend_schema(
        operation_id="committees_list",
        tags=["调解组织"],
        summary="查询调委会",
        parameters=[
            OpenApiParameter("q", WORD, description="名称中的文字或者拼音首字母"),
            TOWNSHIP,
            OpenApiParameter("kind", str, enum=list(CommitteeKind.values), description="类别"),
            OpenApiParameter("field", CODE, description="专业领域：官方纠纷分类的两位代码"),
            OpenApiParameter("warning", str, enum=["any", *BY_KEY], description="法定要求提醒"),
            OpenApiParameter("state", str, enum=["active", "ended"], description="在用、已撤销"),
            *PAGING_PARAMETERS,
            IF_NONE_MATCH,
        ],
        responses={200: CommitteePageSerializer, 304: None, **documented(400)},
    )
    def get(self, request: Request) -> Response:
        return self.listed(request, Committee.objects.visible_to(request.user).with_members())

    def rows(self, request: Request, conditions: Any) -> Any:
        rows = conditions.qs.with_warnings(timezone.localdate()).with_mediator_counts()
        rows = rows.annotate(load=work().load("committee"))
        return rows.select_related("organisation__division").prefetch_related("places")

    def key_of(self, row: Any) -> list[Any]:
        return [row.organisation.code]

    def shown(self, row: Any, kinds: Mapping[str, str]) -> dict[str, Any]:
        organisation = row.organisation
        return {
            "id": row.pk,
            "code": organisation.code,
            "name": organisation.name,
            "short_name": organisation.short_name,
            "kind": row.kind,
            "kind_label": presentation.KIND_LABEL[row.kind],
            "place": {"code": organisation.division_id, "name": organisation.division.name},
            "places": sorted(place.pk for place in row.places.all()),
            "fields": _coded(row.fields, kinds),
            "established_on": row.established_on,
            "seal_name": row.seal_name,
            "phone": organisation.phone,
            "address": organisation.address,
            "chair": row.chair_name or "",
            "members": row.member_count,
            "women": row.women_count,
            "minority": row.minority_count,
            "term_ends_on": row.term_ends_on,
            "mediators": row.serving_count,
            "open_cases": row.load,
            "warnings": [{"key": key, "label": BY_KEY[key].label, "law": BY_KEY[key].law} for key in row.warning_keys],
            "is_active": organisation.is_active,
            "page": f"/committees/{row.pk}/",
        }


class MediatorsView(ListView):
    """调解员：本账号范围内的调解员，按编号排序。不含变更状态的原因。"""

    filterset, keyset = MediatorFilter, Keyset("mediators", "id")
    many_valued = frozenset({"kind", "speciality", "language", "grade"})

    @extend_schema(
        operation_id="mediators_list",
        tags=["调解组织"],
        summary="查询调解员",
        parameters=[
            OpenApiParameter("q", WORD, description="姓名中的文字或者拼音"),
            TOWNSHIP,
            OpenApiParameter("committee", WORD, description="调委会的编号、名称中的文字或者拼音首字母"),
            OpenApiParameter("kind", several(MediatorKind.values), description="类别", explode=True),
            OpenApiParameter(
                "speciality", {"type": "array", "items": CODE}, description="擅长类型的两位代码", explode=True
            ),
            OpenApiParameter("language", several(Language.values), description="语言，都要会", explode=True),
            OpenApiParameter("grade", several(["none", "1", "2", "3", "4"]), description="等级", explode=True),
            OpenApiParameter("status", str, enum=list(MediatorStatus.values), description="状态"),
            *PAGING_PARAMETERS,
            IF_NONE_MATCH,
        ],
        responses={200: MediatorPageSerializer, 304: None, **documented(400)},
    )
    def get(self, request: Request) -> Response:
        return self.listed(request, Mediator.objects.visible_to(request.user))

    def rows(self, request: Request, conditions: Any) -> Any:
        rows = conditions.qs.with_post().with_training(timezone.localdate().year)
        return rows.annotate(load=work().load("mediator")).select_related("committee__organisation")

    def key_of(self, row: Any) -> list[Any]:
        return [row.pk]

    def shown(self, row: Any, kinds: Mapping[str, str]) -> dict[str, Any]:
        return {
            "id": row.pk,
            "name": row.name,
            "committee": {"id": row.committee_id, "name": str(row.committee)},
            "post": row.post or "",
            "kind": row.kind,
            "kind_label": presentation.MEDIATOR_KIND[row.kind],
            "grade": row.grade,
            "specialities": _coded(row.specialities, kinds),
            "languages": _coded(row.languages, LANGUAGE),
            "phone": row.phone,
            "appointed_on": row.appointed_on,
            "status": row.status,
            "status_label": presentation.STATUS_LABEL[row.status],
            "training_hours": presentation.hours(row.training_hours),
            "open_cases": row.load,
            "page": f"/mediators/{row.pk}/",
        }


def _coded(codes: Iterable[str], names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "name": names.get(code, code)} for code in codes]
