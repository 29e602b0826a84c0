"""Vocabularies of centres, rooms, bookings and checklists, and who may change what."""

from django.db import models

from accounts.choices import Role
from disputes.choices import Status
from disputes.workflow import DISPATCH, HANDLE, INTAKE


class RoomKind(models.TextChoices):
    MEDIATION = "mediation", "调解室"
    FIELD = "field", "类案调解室"
    MASTER = "master", "金牌调解员室"
    LEGAL = "legal", "法律咨询专家工作站"
    COUNSEL = "counsel", "心理咨询室"
    MEETING = "meeting", "会商室"


class Purpose(models.TextChoices):
    MEDIATION = "mediation", "调解"
    CONSULTATION = "consultation", "会商研判"
    MEETING = "meeting", "会议"
    EXPERT = "expert", "专家接待"
    TRAINING = "training", "培训宣传"
    UPKEEP = "upkeep", "检修停用"


#: What a room is booked for when it is for no case.
OTHER_PURPOSES = [(value, label) for value, label in Purpose.choices if value != Purpose.MEDIATION]


class VenueKind(models.TextChoices):
    BRAND = "brand", "品牌调解室"
    ELDERS = "elders", "五老调解室"
    TRADE = "trade", "行业调解室"
    COURTYARD = "courtyard", "院落调解点"
    LEGAL = "legal", "法律服务点"


class ChecklistState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "现行"
    RETIRED = "retired", "已被替代"


class Finding(models.TextChoices):
    MET = "met", "符合"
    NOT_MET = "not_met", "不符合"


FINDING_COLOR = {Finding.MET: "green", Finding.NOT_MET: "amber"}

#: States in which a mediation can be arranged.
ARRANGEABLE = frozenset({Status.ASSIGNED, Status.MEDIATING, Status.SUSPENDED, Status.SETTLED})

#: Who books a room for a case they reach: those who handle it, send it on, or receive its people.
BOOK_CASE = HANDLE | DISPATCH | INTAKE
#: Who books a room for anything else.
BOOK_OTHER = frozenset(
    {Role.CLERK, Role.DISPATCHER, Role.TOWNSHIP_CENTRE, Role.SUPERVISOR, Role.JUSTICE_BUREAU, Role.COMMITTEE_HEAD}
)
#: Who looks after the rooms and venues of the whole county, and of a township.
KEEP_COUNTY = frozenset({Role.SUPERVISOR, Role.DISPATCHER})
KEEP_TOWNSHIP = frozenset({Role.TOWNSHIP_CENTRE})
#: Rooms are base data: whoever runs the portal may keep them too, without seeing whose case is heard there.
KEEP_ROOMS = frozenset({Role.SYSTEM_ADMIN})
#: Who words the checklists.
WORD_LISTS = frozenset({Role.SUPERVISOR})

ACTIONS = {
    "booking.make": "预约：新约",
    "booking.move": "预约：改期",
    "booking.cancel": "预约：取消",
    "invitation.print": "预约：打印通知书",
    "room.save": "调解室：登记、修改",
    "centre.save": "综治中心：修改",
    "venue.save": "矛调阵地：登记、修改",
    "checklist.draft": "规范化清单：起草",
    "checklist.publish": "规范化清单：发布",
    "checklist.drop": "规范化清单：放弃草稿",
    "checkmark.set": "规范化清单：登记情况",
}

#: How the timeline of a case calls what happens here.
EVENTS = {"book": ("约定调解", "blue"), "rebook": ("改约", "amber"), "unbook": ("取消约定", "amber")}
ACTIONS |= {f"dispute.{name}": f"纠纷：{label}" for name, (label, _) in EVENTS.items()}
