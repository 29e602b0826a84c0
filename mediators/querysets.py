"""Named sets of committees and mediators, and of what hangs on them; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Exists, ExpressionWrapper, F, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from mediators.choices import GONE, MediatorStatus, MemberPost
from mediators.rights import LIST_MAKERS, LIST_READERS, kept_paths
from mediators.warnings import WARNINGS

if TYPE_CHECKING:
    from mediators.models import Committee, Mediator  # noqa: F401  (named in strings)


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def active(self) -> CommitteeQuerySet:
        return self.filter(organisation__is_active=True)

    def visible_to(self, user: Any) -> CommitteeQuerySet:
        """Committees at or below the caller's places, those above them in the same branch, and the caller's own."""
        if not user.is_authenticated:
            return self.none()
        condition = Q(organisation_id__in=user.organisation_ids)
        for path in user.place_paths:
            codes = path.strip("/").split("/")
            condition |= Q(organisation__division__path__startswith=path) | Q(organisation__division_id__in=codes)
        return self.filter(condition)

    def kept_by(self, user: Any) -> CommitteeQuerySet:
        """Committees whose record this person may change."""
        condition = Q(pk__in=())
        for path in kept_paths(user):
            condition |= Q(organisation__division__path__startswith=path)
        return self.filter(condition)

    def matching(self, typed: str) -> CommitteeQuerySet:
        """Name or short name contains each word, or the pinyin initials do."""
        found = self
        for word in typed.split()[:4]:
            found = found.filter(
                Q(organisation__name__icontains=word)
                | Q(organisation__short_name__icontains=word)
                | Q(organisation__initials__contains=word.lower())
                | Q(organisation__division__parent__name__icontains=word)
            )
        return found

    def with_members(self) -> CommitteeQuerySet:
        """Beside each: current members, women, smaller nationalities and chairs among them, the first end of a term."""
        seats = self._seats().filter(committee=OuterRef("pk"), left_on=None).order_by().values("committee")

        def count(**conditions: Any) -> Any:
            return Coalesce(Subquery(seats.annotate(_n=Count("pk", filter=Q(**conditions))).values("_n")), 0)

        places: Any = self._model("mediators", "MinorityPlace")
        place = ExpressionWrapper(OuterRef("organisation__division__path"), output_field=models.CharField())
        around = places.objects.annotate(place_path=place).filter(place_path__startswith=F("division__path"))
        chair = self._seats().filter(committee=OuterRef("pk"), left_on=None, post=MemberPost.CHAIR)
        return self.annotate(
            member_count=count(),
            women_count=count(is_woman=True),
            minority_count=count(is_minority=True),
            chair_count=count(post=MemberPost.CHAIR),
            term_ends_on=Subquery(seats.annotate(_end=Min("ends_on")).values("_end")),
            chair_name=Subquery(chair.values("mediator__name")[:1]),
            is_minority_place=Exists(around),
        )

    def with_warnings(self, today: dt.date) -> CommitteeQuerySet:
        """``with_members``, and the keys of the warnings that apply, in the order of their table."""
        keys = [
            Case(When(one.applies(today), then=Value(one.key)), default=Value(None), output_field=models.CharField())
            for one in WARNINGS
        ]
        return self.with_members().annotate(warning_keys=_ArrayOf(*keys))

    def warned(self, key: str, today: dt.date) -> CommitteeQuerySet:
        """Those with one warning, or with any of them.  Takes rows of ``with_members``."""
        condition = Q()
        for one in WARNINGS:
            if key in (one.key, "any"):
                condition |= one.applies(today)
        return self.filter(condition) if condition else self.none()

    def with_mediator_counts(self) -> CommitteeQuerySet:
        """Beside each, how many mediators serve, and how many are with it at all."""
        mediators = self._model("mediators", "Mediator").objects.filter(committee=OuterRef("pk")).order_by()
        by = mediators.values("committee")
        serving = by.annotate(_n=Count("pk", filter=Q(status=MediatorStatus.SERVING))).values("_n")
        return self.annotate(serving_count=Coalesce(Subquery(serving), 0))

    def _seats(self) -> Any:
        return self._model("mediators", "CommitteeMember").objects

    def _model(self, app: str, name: str) -> Any:
        return self.model._meta.apps.get_model(app, name)


class _ArrayOf(models.Func):
    """``array_remove(ARRAY[…], NULL)``."""

    template = "ARRAY_REMOVE(ARRAY[%(expressions)s]::text[], NULL)"
    output_field = ArrayField(models.CharField())


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def serving(self) -> MediatorQuerySet:
        return self.filter(status=MediatorStatus.SERVING)

    def not_gone(self) -> MediatorQuerySet:
        """On the list of mediators: serving, or paused for a while."""
        return self.exclude(status__in=GONE)

    def visible_to(self, user: Any) -> MediatorQuerySet:
        return self.filter(committee__in=_committees(self).visible_to(user))

    def kept_by(self, user: Any) -> MediatorQuerySet:
        return self.filter(committee__in=_committees(self).kept_by(user))

    def matching(self, typed: str) -> MediatorQuerySet:
        """Name contains each word, or its pinyin begins with it (``mxy``, ``maxiu``)."""
        found = self
        for word in typed.split()[:4]:
            start = word.lower()
            found = found.filter(
                Q(name__icontains=word) | Q(pinyin__startswith=start) | Q(pinyin__contains=f" {start}")
            )
        return found

    def with_post(self) -> MediatorQuerySet:
        """Beside each the post of the seat they hold on their committee; None without one."""
        seats: Any = self.model._meta.get_field("seats").related_model
        return self.annotate(
            post=Subquery(seats.objects.filter(mediator=OuterRef("pk"), left_on=None).values("post")[:1])
        )

    def with_training(self, year: int) -> MediatorQuerySet:
        """Beside each the hours of training in that year."""
        trainings: Any = self.model._meta.get_field("trainings").related_model
        hours = (
            trainings.objects.filter(mediator=OuterRef("pk"), held_on__year=year)
            .order_by()
            .values("mediator")
            .annotate(_sum=Sum("hours"))
        )
        return self.annotate(
            training_hours=Coalesce(
                Subquery(hours.values("_sum")),
                Value(0),
                output_field=models.DecimalField(max_digits=6, decimal_places=1),
            )
        )


class OfCommitteeQuerySet(models.QuerySet[Any]):
    """Rows that hang on a committee borrow its scope."""

    def visible_to(self, user: Any) -> OfCommitteeQuerySet:
        return self.filter(committee__in=_committees(self).visible_to(user))

    def current(self) -> OfCommitteeQuerySet:
        return self.filter(left_on=None)


class OfMediatorQuerySet(models.QuerySet[Any]):
    """Rows that hang on a mediator borrow their scope."""

    def visible_to(self, user: Any) -> OfMediatorQuerySet:
        mediators: Any = self.model._meta.get_field("mediator").related_model
        return self.filter(mediator__in=mediators.objects.visible_to(user))


class StatusChangeQuerySet(OfMediatorQuerySet):
    def visible_to(self, user: Any) -> StatusChangeQuerySet:
        """Why somebody was paused or removed is for those who keep the record, and for the person themselves."""
        mediators: Any = self.model._meta.get_field("mediator").related_model
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(mediator__in=mediators.objects.kept_by(user)) | Q(mediator__user=user))


class MinorityPlaceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> MinorityPlaceQuerySet:
        """A rule of the county, open to everyone who works here."""
        return self if user.is_authenticated and user.holdings else self.none()


class CourtListQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> CourtListQuerySet:
        """The justice bureau makes it; the county's supervisors and leaders read it.

        The court reads what was sent to it, and nothing before it is sent.
        """
        if not user.is_authenticated or not user.holds(*LIST_READERS):
            return self.none()
        county = any(h.role in LIST_READERS and h.division_id for h in user.holdings)
        return self if county else self.filter(court__in=user.organisation_ids, sent_on__isnull=False)

    def may_be_made_by(self, user: Any) -> bool:
        return bool(user.is_authenticated and user.holds(*LIST_MAKERS))


def _committees(rows: models.QuerySet[Any]) -> Any:
    return rows.model._meta.apps.get_model("mediators", "Committee").objects
