"""Officers and what they hold, as the tests of this app make them."""

from __future__ import annotations

import datetime as dt

import factory

from posts.choices import ChiefKind, PostKind
from posts.models import ChiefArea, Leave, Officer, PostHolding, Substitution
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE, OrganisationFactory, place

#: Long before any day the tests ask about.
SINCE = dt.date(2024, 1, 1)


class OfficerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Officer

    name = factory.Sequence(lambda n: "王李张刘陈"[n % 5] + "立群慧敏守信长青思远"[n % 5 * 2 :][:2])
    organisation = factory.SubFactory(OrganisationFactory)
    phone = factory.Sequence(lambda n: f"0936-1239{n % 1000:03d}")

    @classmethod
    def _create(cls, model_class: type[Officer], *args: object, **kwargs: object) -> Officer:
        officer = model_class(*args, **kwargs)
        officer.fill_derived()
        officer.save()
        return officer


class PostHoldingFactory(factory.django.DjangoModelFactory):
    """``PostHoldingFactory(at=OWN_VILLAGE, kind=PostKind.JUDGE)``."""

    class Meta:
        model = PostHolding

    class Params:
        at = OWN_VILLAGE

    division = factory.LazyAttribute(lambda o: place(o.at))
    kind = PostKind.JUDGE
    officer = factory.SubFactory(OfficerFactory)
    starts_on = SINCE


class LeaveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Leave

    officer = factory.SubFactory(OfficerFactory)


class SubstitutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Substitution

    holding = factory.SubFactory(PostHoldingFactory)
    officer = factory.SubFactory(OfficerFactory)


class ChiefAreaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChiefArea

    class Params:
        at = OWN_TOWNSHIP

    township = factory.LazyAttribute(lambda o: place(o.at))
    kind = ChiefKind.COURT
    officer = factory.SubFactory(OfficerFactory)
    starts_on = SINCE
