"""The interface described by itself: OpenAPI 3.1, and a page of Swagger UI for signed-in staff."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import ApiView


class HasRole(BasePermission):
    """Anyone who came in and holds a role, a person or a client program."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return bool(request.user.is_authenticated and request.user.holdings)


@cache
def schema() -> dict[str, Any]:
    """The description, made once a process: it follows from the code alone."""
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(ApiView):
    permission_classes = [HasRole]
    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer, JSONRenderer]

    def parameters(self, request: Request) -> Iterable[str]:
        return ("format",)  # json or yaml

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema())


class DocsView(TemplateView):
    """Swagger UI under the portal's content policy: files of our own host, nothing inline."""

    template_name = "api/docs.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.holdings:  # type: ignore[union-attr]
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)
