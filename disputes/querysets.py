"""Named sets of disputes and of what hangs on them; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from disputes import todo
from disputes.choices import ENDED_STATES, OPEN_STATES, SETTLED_OUTCOMES, ExtensionState
from disputes.reach import rows_for

if TYPE_CHECKING:
    from disputes.models import Dispute  # noqa: F401  (named in strings)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: Any) -> DisputeQuerySet:
        """Whose disputes a user may see.  The only place that knows (rules in reach.py)."""
        return self.filter(rows_for(user))

    def awaiting(self, user: Any, *names: str) -> DisputeQuerySet:
        """Cases in which a to-do of ``user`` stands open: by transition table, role and reach.

        ``names`` narrows it to some transitions.
        """
        return self.filter(todo.rows(user, *names))

    def open(self) -> DisputeQuerySet:
        return self.filter(status__in=OPEN_STATES)

    def ended_without_agreement(self) -> DisputeQuerySet:
        return self.filter(status__in=ENDED_STATES)

    def settled(self) -> DisputeQuerySet:
        """Cases whose agreement took effect (人民调解法 第29条: an unsigned one is no success)."""
        return self.filter(outcome__in=SETTLED_OUTCOMES, outcome_on__isnull=False)

    def overdue(self, today: dt.date) -> DisputeQuerySet:
        return self.filter(next_due_on__lt=today)

    def due_soon(self, today: dt.date, until: dt.date) -> DisputeQuerySet:
        return self.filter(next_due_on__gte=today, next_due_on__lte=until)

    def for_list(self) -> DisputeQuerySet:
        """Everything a list row shows, in a fixed number of queries."""
        return self.select_related(
            "division", "township", "category__parent", "committee__organisation", "mediator"
        ).prefetch_related("parties")

    def with_watch(self) -> DisputeQuerySet:
        """Beside each case: is an extension asked for, a supervision open or unanswered, an instruction unreported."""
        return self.annotate(
            extension_is_asked=self._has("extensions", state=ExtensionState.ASKED),
            is_supervised=self._has("supervisions", lifted_at=None),
            supervision_awaits_answer=self._has("supervisions", lifted_at=None, replied_at=None),
            instruction_awaits_report=self._has("instructions", reported_at=None),
        )

    def _has(self, related: str, **conditions: Any) -> Exists:
        model: Any = self.model._meta.get_field(related).related_model
        return Exists(model.objects.filter(dispute=OuterRef("pk"), **conditions))

    def for_page(self) -> DisputeQuerySet:
        """Everything the case page and the guards read."""
        return self.with_watch().select_related(
            "division__parent", "township", "category__parent", "committee__organisation", "mediator__user",
            "registered_by", "source_organisation", "transferred_to",
        ).prefetch_related(
            "parties", "sessions", models.Prefetch("agreements", self._agreements()), "agreements__obligations",
            "agreements__signatures__party", "clocks",
        )  # fmt: skip

    def _agreements(self) -> models.QuerySet[Any]:
        agreement: Any = self.model._meta.get_field("agreements").related_model
        return agreement.objects.select_related("seal_recorded_by")

    def counts(self, **conditions: Q) -> dict[str, int]:
        """Several counts of this set in one query."""
        return self.aggregate(**{name: Count("pk", filter=condition) for name, condition in conditions.items()})


class OfDisputeQuerySet(models.QuerySet[Any]):
    """Rows that hang on a dispute borrow its scope."""

    dispute_path = "dispute"

    def visible_to(self, user: Any) -> OfDisputeQuerySet:
        from_disputes = self._dispute_model().objects.visible_to(user)
        return self.filter(**{f"{self.dispute_path}__in": from_disputes})

    def _dispute_model(self) -> Any:
        model: Any = self.model
        for part in self.dispute_path.split("__"):
            model = model._meta.get_field(part).related_model
        return model


class OfAgreementQuerySet(OfDisputeQuerySet):
    dispute_path = "agreement__dispute"


class ExtensionQuerySet(OfDisputeQuerySet):
    def waiting(self) -> ExtensionQuerySet:
        """Asked for and not decided."""
        return self.filter(state=ExtensionState.ASKED)


class SupervisionQuerySet(OfDisputeQuerySet):
    def open(self) -> SupervisionQuerySet:
        """Not lifted."""
        return self.filter(lifted_at=None)

    def unanswered(self) -> SupervisionQuerySet:
        return self.open().filter(replied_at=None)


class RuleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> RuleQuerySet:
        """The rules of the house are for everyone who works in it."""
        return self if user.is_authenticated and user.holdings else self.none()


class CategoryQuerySet(models.QuerySet[Any]):
    def active(self) -> CategoryQuerySet:
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> CategoryQuerySet:
        """A public vocabulary for everyone who signed in with a role."""
        return self if user.is_authenticated and user.holdings else self.none()

    def matching(self, typed: str) -> CategoryQuerySet:
        typed = typed.strip()
        if not typed:
            return self
        return self.filter(
            Q(name__icontains=typed)
            | Q(initials__startswith=typed.lower())
            | Q(parent__name__icontains=typed)
            | Q(parent__initials__startswith=typed.lower())
        )


class DraftQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> DraftQuerySet:
        """A draft is its author's alone."""
        return self.filter(author=user) if user.is_authenticated else self.none()
