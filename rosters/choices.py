"""Vocabularies of residence and duty."""

from __future__ import annotations

import datetime as dt

from django.db import models


class ResidencyKind(models.TextChoices):
    """How an organisation is there for a centre (综治中心规范化建设：部门入驻)."""

    RESIDENT = "resident", "常驻"
    ROTATING = "rotating", "轮驻"
    ON_CALL = "on_call", "随叫随驻"


#: Badge colours.
KIND_COLOR = {ResidencyKind.RESIDENT: "blue", ResidencyKind.ROTATING: "purple", ResidencyKind.ON_CALL: "grey"}


class Half(models.TextChoices):
    """Which part of a day somebody is on duty."""

    DAY = "day", "全天"
    MORNING = "am", "上午"
    AFTERNOON = "pm", "下午"


#: Office hours of a centre: when each half begins and ends.
HOURS = {Half.MORNING: (dt.time(8, 30), dt.time(12, 0)), Half.AFTERNOON: (dt.time(14, 30), dt.time(18, 0))}
#: The halves that each choice covers.
COVERS = {
    Half.DAY: (Half.MORNING, Half.AFTERNOON), Half.MORNING: (Half.MORNING,), Half.AFTERNOON: (Half.AFTERNOON,),
}  # fmt: skip


class SwapState(models.TextChoices):
    ASKED = "asked", "待答复"
    ACCEPTED = "accepted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已失效"


SWAP_COLOR = {
    SwapState.ASKED: "amber", SwapState.ACCEPTED: "green", SwapState.REFUSED: "grey", SwapState.WITHDRAWN: "grey",
    SwapState.LAPSED: "grey",
}  # fmt: skip
