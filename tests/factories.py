"""One factory per model.  Places are the real ones of 甘州; people and numbers are invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from accounts.choices import Role
from accounts.models import ApiToken, RoleHolding, User
from grids.choices import DivisionKind, Level, OrganisationKind
from grids.models import Division, Organisation
from mediators.choices import CommitteeKind
from mediators.models import Committee, CommitteeMember, Mediator, term_ends

#: What every account made here signs in with.
PASSWORD = "Qing-Shui-Wan-88"

COUNTY = "620702000000"
OWN_TOWNSHIP = "620702101000"  # 上秦镇
OWN_VILLAGE = "620702101207"  # 徐赵寨村
SIBLING_VILLAGE = "620702101206"  # 上秦村, in the same township
NEIGHBOUR_TOWNSHIP = "620702107000"  # 党寨镇
NEIGHBOUR_VILLAGE = "620702107203"  # 党寨村
SUBDISTRICT = "620702001000"  # 东街街道

#: Official names and codes; a test makes only those it needs.
PLACES = {
    "620000000000": ("甘肃省", Level.PROVINCE, DivisionKind.NONE, None),
    "620700000000": ("张掖市", Level.CITY, DivisionKind.NONE, "620000000000"),
    COUNTY: ("甘州区", Level.COUNTY, DivisionKind.NONE, "620700000000"),
    SUBDISTRICT: ("东街街道", Level.TOWNSHIP, DivisionKind.SUBDISTRICT, COUNTY),
    OWN_TOWNSHIP: ("上秦镇", Level.TOWNSHIP, DivisionKind.TOWN, COUNTY),
    OWN_VILLAGE: ("徐赵寨村村民委员会", Level.VILLAGE, DivisionKind.VILLAGE, OWN_TOWNSHIP),
    SIBLING_VILLAGE: ("上秦村村民委员会", Level.VILLAGE, DivisionKind.VILLAGE, OWN_TOWNSHIP),
    NEIGHBOUR_TOWNSHIP: ("党寨镇", Level.TOWNSHIP, DivisionKind.TOWN, COUNTY),
    NEIGHBOUR_VILLAGE: ("党寨村村民委员会", Level.VILLAGE, DivisionKind.VILLAGE, NEIGHBOUR_TOWNSHIP),
}


def place(code: str) -> Division:
    """The division with this official code, made with its ancestors when the database does not have it yet."""
    found = Division.objects.filter(code=code).select_related("parent").first()
    if found:
        return found
    official_name, level, kind, parent = PLACES[code]
    division = Division(
        code=code, official_name=official_name, level=level, kind=kind, parent=place(parent) if parent else None
    )
    division.fill_derived()
    division.save(force_insert=True)
    return division


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"TEST-{n:06d}")
    name = factory.Sequence(lambda n: f"测试机构{n}")
    kind = OrganisationKind.DEPARTMENT
    division = factory.LazyFunction(lambda: place(COUNTY))


class CommitteeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Committee
        django_get_or_create = ("organisation",)

    class Params:
        at = OWN_TOWNSHIP

    kind = CommitteeKind.TOWNSHIP
    organisation = factory.LazyAttribute(
        lambda o: OrganisationFactory(
            code=f"TEST-TWH-{o.at}",
            name=f"{place(o.at).name}人民调解委员会",
            kind=OrganisationKind.COMMITTEE,
            division=place(o.at),
        )
    )


class UserFactory(factory.django.DjangoModelFactory):
    """An account that has changed its first password.  ``UserFactory(role=Role.CLERK, at=OWN_TOWNSHIP)`` holds a role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        fresh = factory.Trait(must_change_password=True, password_changed_at=None)

    username = factory.Sequence(lambda n: f"person{n:04d}")
    name = factory.Sequence(lambda n: "王李张刘陈"[n % 5] + "建国淑芬玉兰志强海燕"[n % 5 * 2 :][:2])
    password = factory.django.Password(PASSWORD)
    must_change_password = False
    password_changed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def role(user: User, create: bool, role: str | None, *, at: Any = OWN_TOWNSHIP, **extra: Any) -> None:
        if create and role:
            RoleHoldingFactory(user=user, role=role, at=at, **extra)


class RoleHoldingFactory(factory.django.DjangoModelFactory):
    """``at`` is a division code, or an organisation or committee."""

    class Meta:
        model = RoleHolding

    class Params:
        at = OWN_TOWNSHIP

    user = factory.SubFactory(UserFactory)
    role = Role.CLERK
    starts_on = dt.date(2024, 1, 1)
    division = factory.LazyAttribute(lambda o: place(o.at) if isinstance(o.at, str) else None)
    organisation = factory.LazyAttribute(
        lambda o: None if isinstance(o.at, str) else getattr(o.at, "organisation", o.at)
    )


class MediatorFactory(factory.django.DjangoModelFactory):
    """A mediator of 上秦镇's committee, with an account that holds the role there."""

    class Meta:
        model = Mediator

    class Params:
        username = factory.Sequence(lambda n: f"mediator{n:04d}")

    committee = factory.SubFactory(CommitteeFactory)
    user = factory.LazyAttribute(
        lambda o: UserFactory(username=o.username, name=o.name, role=Role.MEDIATOR, role__at=o.committee)
    )
    name = factory.Sequence(lambda n: "马杨赵孙周"[n % 5] + "兴华秀英文斌春花国栋"[n % 5 * 2 :][:2])

    @classmethod
    def _create(cls, model_class: type[Mediator], *args: Any, **kwargs: Any) -> Mediator:
        mediator = model_class(*args, **kwargs)
        mediator.fill_derived()
        mediator.save()
        return mediator


class CommitteeMemberFactory(factory.django.DjangoModelFactory):
    """A seat on 上秦镇's committee, held since half a year ago by a mediator without an account."""

    class Meta:
        model = CommitteeMember

    class Params:
        at = factory.SubFactory(CommitteeFactory)

    mediator = factory.LazyAttribute(lambda o: MediatorFactory(committee=o.at, user=None))
    committee = factory.LazyAttribute(lambda o: o.mediator.committee)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=180))
    ends_on = factory.LazyAttribute(lambda o: term_ends(o.starts_on))


class ApiTokenFactory(factory.django.DjangoModelFactory):
    """A token whose bearer text is ``token.bearer`` (only in tests: the database keeps a digest)."""

    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory, role=Role.CLERK)
    name = "统计报送程序"
    scopes = factory.LazyFunction(lambda: ["disputes:read"])

    @classmethod
    def _create(cls, model_class: type[ApiToken], *args: Any, **kwargs: Any) -> ApiToken:
        from accounts import tokens

        prefix, secret = tokens.new_prefix(), tokens.new_secret()
        kwargs.setdefault("created_at", timezone.now())
        kwargs.setdefault("expires_at", kwargs["created_at"] + dt.timedelta(days=30))
        token = super()._create(model_class, *args, prefix=prefix, digest=tokens.digest(prefix, secret), **kwargs)
        token.bearer = tokens.written(prefix, secret)
        return token
