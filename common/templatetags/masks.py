"""``{% load masks %}``: the masks of ``common.masks`` as filters, under the same names."""

from __future__ import annotations

from django import template

from common import masks

register = template.Library()

for _mask in (
    masks.mask_name,
    masks.mask_org,
    masks.mask_phone,
    masks.mask_id_number,
    masks.mask_address,
):
    register.filter(_mask.__name__, _mask)
