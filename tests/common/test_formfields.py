"""What the forgiving form fields make of typing, and what they say when they cannot."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.formfields import MoneyField, TypedDateField, TypedMomentField
from common.widgets import Combobox


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("416300", "416300"),
        ("¥416,300.00", "416300.00"),
        ("￥416300", "416300"),
        ("416300元", "416300"),
        ("41.63万", "416300.00"),
        ("４１６３００", "416300"),
        ("0", "0"),
    ],
)
def test_money_is_read_with_its_signs(typed: str, amount: str) -> None:
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize("typed", ["很多", "万", "--", "-5", "1e400", "NaN"])
def test_what_is_not_money_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_tomorrow_is_a_date() -> None:
    today = timezone.localdate()
    assert (TypedDateField().clean("明天") - today).days == 1


def test_a_moment_is_aware() -> None:
    found = TypedMomentField().clean("2026-11-24 9点")
    assert timezone.localtime(found).replace(tzinfo=None) == datetime(2026, 11, 24, 9)


def test_an_unreadable_date_shows_an_example() -> None:
    with pytest.raises(ValidationError, match="11-24"):
        TypedDateField().clean("下下下周")


class PlaceForm(forms.Form):
    place = forms.CharField(widget=Combobox("/places/", label_for={"6207": "上秦镇 <上秦村>"}.__getitem__))


def test_a_combobox_shows_the_name_and_sends_the_value() -> None:
    html = str(PlaceForm({"place": "6207"})["place"])
    assert 'value="上秦镇 &lt;上秦村&gt;"' in html
    assert 'type="hidden" name="place" value="6207"' in html


def test_a_combobox_without_script_sends_the_text() -> None:
    assert PlaceForm({"place": "", "place_text": "上秦村"})["place"].value() == "上秦村"


def test_a_value_that_is_no_longer_there_is_shown_as_it_is() -> None:
    assert 'value="9999"' in str(PlaceForm({"place": "9999"})["place"])
