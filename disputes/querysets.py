"""Named sets of disputes and of what hangs on them; the only home of their row scope."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When

from disputes import todo
from disputes.choices import ENDED_STATES, OPEN_STATES, SETTLED_OUTCOMES, ExtensionState, SupervisionKind
from disputes.deadlines import RIGHTS
from disputes.reach import rows_for
from disputes.workflow import DECIDE, TRANSITIONS

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
        """Beside each case: is an extension asked for, a supervision open or unanswered, an instruction unreported;
        was it ever dispatched, ever watched."""
        return self.annotate(
            extension_is_asked=self._has("extensions", state=ExtensionState.ASKED),
            is_supervised=self._has("supervisions", lifted_at=None),
            supervision_awaits_answer=self._has("supervisions", lifted_at=None, replied_at=None),
            instruction_awaits_report=self._has("instructions", reported_at=None),
            has_visits=self._has("case_visits"),
            was_assigned=self._has("assignments"),
            was_watched=self._has("supervisions") | self._has("instructions") | self._has("sponsorships"),
        )

    def with_card(self) -> DisputeQuerySet:
        """Beside each case the kind of its heaviest open card or order; None when there is none."""
        supervision: Any = self.model._meta.get_field("supervisions").related_model
        cards = supervision.objects.filter(dispute=OuterRef("pk")).open().heaviest_first()
        return self.annotate(card=Subquery(cards.values("kind")[:1]))

    def _has(self, related: str, **conditions: Any) -> Exists:
        model: Any = self.model._meta.get_field(related).related_model
        return Exists(model.objects.filter(dispute=OuterRef("pk"), **conditions))

    def locked(self, pk: int) -> Any:
        """That case for its page, locked for this transaction; None when it is not in this set.

        Whoever changes anything that hangs on a case locks the case before all else: then nobody waits in a circle.
        """
        # The row alone is locked first: a join is judged again after a wait, and a place that was just corrected
        # would make the case seem to vanish.
        self.select_for_update().filter(pk=pk).values_list("pk").first()
        return self.for_page().filter(pk=pk).first()

    def for_page(self) -> DisputeQuerySet:
        """Everything the case page and the guards read."""
        return self.with_watch().with_card().select_related(
            "division__parent", "township", "category__parent", "committee__organisation", "mediator__user",
            "wanted_mediator", "registered_by", "source_organisation", "transferred_to",
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


class ClockQuerySet(OfDisputeQuerySet):
    """Clocks that bind somebody, as they stood at the end of a day.  Days of the past are judged by the due day of now."""

    def running_on(self, day: dt.date) -> ClockQuerySet:
        unmet, climbing = Q(met_on=None) | Q(met_on__gt=day), Q(expired_on=None) | Q(expired_on__gt=day)
        return self.filter(unmet, climbing, started_on__lte=day).exclude(kind__in=RIGHTS)

    def late_on(self, day: dt.date) -> ClockQuerySet:
        """Running, not paused, and past their last day."""
        return self.running_on(day).filter(Q(pause_began_on=None) | Q(pause_began_on__gt=day), due_on__lt=day)


class ExtensionQuerySet(OfDisputeQuerySet):
    def waiting(self) -> ExtensionQuerySet:
        """Asked for and not decided."""
        return self.filter(state=ExtensionState.ASKED)

    def to_decide(self, user: Any) -> ExtensionQuerySet:
        """Waiting for ``user`` to decide, or for others while ``user`` watches; never a request of their own."""
        return (
            self.waiting()
            .filter(dispute__in=self._dispute_model().objects.open().filter(rows_for(user, *DECIDE)))
            .exclude(asked_by=user)
        )


#: ``SupervisionKind`` in rising weight, as a number of the database.
WEIGHT = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(SupervisionKind)))


class SupervisionQuerySet(OfDisputeQuerySet):
    def open(self) -> SupervisionQuerySet:
        """Not lifted."""
        return self.filter(lifted_at=None)

    def unanswered(self) -> SupervisionQuerySet:
        return self.open().filter(replied_at=None)

    def awaiting(self, user: Any) -> SupervisionQuerySet:
        """Waiting for ``user``: to be answered, or answered and to be lifted."""
        cases = self._dispute_model().objects

        def within(name: str) -> Any:
            return cases.filter(rows_for(user, *(TRANSITIONS[name].roles & user.roles)))

        unanswered, answered = Q(replied_at=None), Q(replied_at__isnull=False)
        waiting = Q(pk__in=())
        for step, condition in (("answer_supervision", unanswered), ("lift_supervision", answered)):
            if TRANSITIONS[step].roles & user.roles:
                waiting |= condition & Q(dispute__in=within(step))
        return self.open().filter(waiting)

    def in_force(self, until: dt.datetime) -> SupervisionQuerySet:
        """Issued before that moment and not lifted before it."""
        return self.filter(Q(lifted_at=None) | Q(lifted_at__gte=until), issued_at__lt=until)

    def heaviest_first(self) -> SupervisionQuerySet:
        return self.order_by(WEIGHT.desc(), "-pk")

    def heaviest(self) -> SupervisionQuerySet:
        """Of each case the one card or order that its badge shows."""
        tops = self.order_by("dispute_id", WEIGHT.desc(), "-pk").distinct("dispute_id")
        return self.model._default_manager.filter(pk__in=tops.values("pk"))

    def to_be_answered_first(self) -> SupervisionQuerySet:
        """What must be answered soonest on top."""
        return self.order_by(F("reply_by").asc(nulls_last=True), "issued_at", "pk")


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

    def labels(self) -> dict[str, str]:
        """Code to name, each name once: with the kind above it where two kinds are called the same."""
        rows = list(self.select_related("parent").order_by("code"))
        names = Counter(row.name for row in rows)
        return {
            row.pk: row.name if names[row.name] == 1 or not row.parent else f"{row.parent.name}›{row.name}"
            for row in rows
        }

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
