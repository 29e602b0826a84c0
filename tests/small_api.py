"""A tiny API and a tiny page that refuse in every way there is, for the tests of tokens and of problem details."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.errors import Conflict, GuardRefused, Missing, NotPermitted, NotVisible, WrongState

REFUSALS: dict[str, Exception] = {
    "not_visible": NotVisible(),
    "http404": Http404("a secret of the code"),
    "not_permitted": NotPermitted("“受理”由窗口受理员办理。"),
    "permission_denied": PermissionDenied("a secret of the code"),
    "wrong_state": WrongState("现在是“已归档”，不能受理。"),
    "gate": GuardRefused("协议尚未录入，不能结案。"),
    "conflict": Conflict("王敏 10:42 已受理此案。"),
    "missing": Missing({"mediator": "请选择调解员。"}),
    "django_validation": DjangoValidationError({"phone": ["电话号码不对。"]}),
    "drf_nested": serializers.ValidationError(
        {"parties": [{}, {"name": ["请填写姓名。"]}], "non_field_errors": ["至少两方。"]}
    ),
    "fault": RuntimeError("boom"),
}


class ThingView(APIView):
    resource = "disputes"

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.username})

    def post(self, request: Request) -> Response:
        return Response({"got": request.data})


class RefusingView(APIView):
    resource = "disputes"

    def get(self, request: Request, how: str) -> Response:
        raise REFUSALS[how]


class NamelessView(APIView):
    """Forgot to name its resource."""

    def get(self, request: Request) -> Response:
        return Response({})


def refusing_page(request: HttpRequest, how: str) -> HttpResponse:
    raise REFUSALS[how]
