"""Vocabularies of 三官一师两员 and of the four chiefs (1+4+6)."""

from django.db import models

from grids.choices import OrganisationKind


class PostKind(models.TextChoices):
    """The six posts that every village has, in the order in which they are always shown."""

    JUDGE = "judge", "法官"
    PROCURATOR = "procurator", "检察官"
    POLICE = "police", "警官"
    COUNSEL = "counsel", "法律顾问"
    MEDIATOR = "mediator", "人民调解员"
    COUNSELLOR = "counsellor", "心理辅导员"


#: Bodies that the holders of a post come from; nothing is said of the others.
FROM = {
    PostKind.JUDGE: (OrganisationKind.COURT,),
    PostKind.PROCURATOR: (OrganisationKind.PROCURATORATE,),
    PostKind.POLICE: (OrganisationKind.POLICE,),
    PostKind.COUNSEL: (OrganisationKind.JUSTICE, OrganisationKind.DEPARTMENT),
    PostKind.MEDIATOR: (OrganisationKind.COMMITTEE,),
    PostKind.COUNSELLOR: (OrganisationKind.DEPARTMENT, OrganisationKind.CENTRE),
}


class ChiefKind(models.TextChoices):
    """四长: each looks after a 片区, some townships of the county."""

    COURT = "court", "法院院长"
    PROCURATORATE = "procuratorate", "检察长"
    POLICE = "police", "公安局长"
    JUSTICE = "justice", "司法局长"


class LeaveReason(models.TextChoices):
    """Why somebody is away.  No word for illness or childbirth: nobody needs to know that to find the substitute."""

    HOLIDAY = "holiday", "休假"
    TRAINING = "training", "学习培训"
    DUTY = "duty", "公务外出"
    SECONDMENT = "secondment", "借调、挂职"
    OTHER = "other", "其他"


class VisitKind(models.TextChoices):
    """What somebody went to a village for (入格日志)."""

    CALL = "call", "走访"
    LAW = "law", "普法"
    ADVICE = "advice", "咨询"
    MEDIATION = "mediation", "调解"
    STUDY = "study", "研判"
    COUNSELLING = "counselling", "心理疏导"
