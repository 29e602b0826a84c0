"""Who may call what: a client by the scopes of its token, a person by holding a role."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.api.authentication import refused
from accounts.choices import Scope
from accounts.models import ApiToken
from common.errors import NotPermitted


class HasScope(BasePermission):
    """A view names its ``resource``; a token then needs ``<resource>:read`` or ``<resource>:write``.

    A signed-in person needs any role that is in force; which rows and steps are theirs is decided by ``visible_to``
    and the table of transitions, for both.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        resource = getattr(view, "resource", None)
        if not resource:
            raise ImproperlyConfigured(f"{type(view).__name__} does not name its resource")
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken):
            scope = f"{resource}:{'read' if request.method in SAFE_METHODS else 'write'}"
            if scope not in request.auth.scopes:
                refused("scope", request.auth, scope=scope)
                named = Scope(scope).label if scope in Scope.values else scope
                raise NotPermitted(f"这个令牌没有“{named}”（{scope}）的权限。")
        if not request.user.holdings:
            raise NotPermitted("这个账号没有任何角色，请联系安全管理员。")
        return True
