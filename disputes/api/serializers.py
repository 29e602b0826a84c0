"""Shapes of the answers, for the documentation.  The answers themselves are made in rows.py and record.py.

tests/api/test_schema.py holds real answers against these shapes, so the two cannot drift.
"""

from __future__ import annotations

from rest_framework import serializers

from common.idnumbers import ID_KINDS, Sex
from disputes.choices import (
    AgreementForm,
    ApplicationForm,
    NoticeForm,
    ObligationKind,
    ObligationState,
    Outcome,
    PartyKind,
    PartyRole,
    Risk,
    Source,
    Status,
    Willingness,
)

NO_OUTCOME = "尚无结果时为空"
MASKED = "已脱敏"


def words(help_text: str = "", **more: object) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, **more)  # type: ignore[arg-type]


def maybe(help_text: str = "") -> serializers.CharField:
    return serializers.CharField(help_text=help_text, allow_null=True)


def money(help_text: str = "") -> serializers.DecimalField:
    return serializers.DecimalField(14, 2, allow_null=True, help_text=f"{help_text}（元，以文本表示）")


def moment(help_text: str = "", *, null: bool = True) -> serializers.DateTimeField:
    return serializers.DateTimeField(allow_null=null, help_text=help_text)


def day(help_text: str = "", *, null: bool = True) -> serializers.DateField:
    return serializers.DateField(allow_null=null, help_text=help_text)


class CategoryNameSerializer(serializers.Serializer):
    code = words("本平台的类型代码")
    name = words()
    official_code = words("司法行政统计的 18 类代码")
    official_name = words()


class PlaceSerializer(serializers.Serializer):
    code = words("统计用区划代码")
    name = words()
    township = maybe("发生地在村（社区）时，所属乡镇（街道）")


class NearestClockSerializer(serializers.Serializer):
    state = serializers.ChoiceField(
        ["ok", "soon", "late", "paused", "none"], help_text="正常、临期、超期、暂停、无期限"
    )
    text = words("如：剩 18 天")
    due_on = day("届满日")


class DisputeRowSerializer(serializers.Serializer):
    """列表中的一件纠纷。当事人已脱敏；案情中的姓名、证件号、电话已遮盖。"""

    code = words("案件码")
    href = words("详情接口的路径")
    page = words("页面的路径")
    version = serializers.IntegerField(help_text="版本；办理时带回，别人先办理了就会得到 409")
    status = serializers.ChoiceField(Status.choices)
    status_label = words()
    outcome = serializers.ChoiceField(Outcome.choices, help_text=NO_OUTCOME)
    outcome_label = words()
    outcome_on = day()
    source = serializers.ChoiceField(Source.choices)
    source_label = words()
    source_number = words("来源文号")
    category = CategoryNameSerializer()
    place = PlaceSerializer()
    applicant = words(f"申请人，{MASKED}")
    respondent = words(f"被申请人，{MASKED}")
    summary = words("简要情况（列表只含开头）")
    people_count = serializers.IntegerField()
    amount = money("涉及金额")
    risk = serializers.ChoiceField(Risk.choices)
    risk_label = words()
    has_minor = serializers.BooleanField()
    may_escalate = serializers.BooleanField()
    committee = maybe("调委会")
    mediator = maybe("调解员")
    applied_on = day("申请日期", null=False)
    registered_at = moment("登记时间", null=False)
    changed_at = moment("最近办理", null=False)
    clock = NearestClockSerializer()


class DisputePageSerializer(serializers.Serializer):
    results = DisputeRowSerializer(many=True)
    next = maybe("下一页的地址（路径和查询参数）；没有下一页时为 null")
    registered_since = day("没有指定登记时间的，只含这一天以后登记的；要全部请用 period=all")
    count = serializers.IntegerField(required=False, help_text="只在 count=capped 时有")
    count_is_capped = serializers.BooleanField(required=False, help_text="true 表示还有更多，没有数完")


class PartySerializer(serializers.Serializer):
    uid = serializers.UUIDField()
    role = serializers.ChoiceField(PartyRole.choices)
    number = serializers.IntegerField()
    label = words("如：申请人 1")
    kind = serializers.ChoiceField(PartyKind.choices)
    name = words(MASKED)
    sex = serializers.ChoiceField(Sex.choices, allow_blank=True)
    age = serializers.IntegerField(allow_null=True)
    is_minor = serializers.BooleanField()
    id_kind = serializers.ChoiceField(ID_KINDS, allow_blank=True)
    id_number = words(MASKED)
    id_is_checked = serializers.BooleanField()
    phone = words(MASKED)
    address = words(MASKED)
    contact = words(f"负责人，{MASKED}")
    guardian = words(f"监护人，{MASKED}")
    agent = words(f"代理人，{MASKED}")
    refuses = serializers.BooleanField(help_text="明确拒绝调解")
    note = words()


class ClockSerializer(serializers.Serializer):
    label = words()
    state = serializers.ChoiceField(["ok", "soon", "late", "paused", "met"])
    text = words()
    due_on = day(null=False)
    source = words("依据")
    note = words("暂停、推算说明")


class ObligationSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    debtor = words(f"义务人，{MASKED}")
    kind = serializers.ChoiceField(ObligationKind.choices)
    what = words()
    amount = money()
    how = words()
    where = words()
    due_on = day(null=False)
    state = serializers.ChoiceField(ObligationState.choices)
    performed_on = day()
    performed_amount = money()


class AgreementSerializer(serializers.Serializer):
    form = serializers.ChoiceField(AgreementForm.choices)
    agreed_on = day(null=False)
    effective_on = day("生效日期；书面协议三项签章齐备之日")
    mediator_signed_on = day("调解员签名日期")
    sealed_on = day("调委会印章日期")
    seal_recorded_by = serializers.CharField(allow_null=True, help_text="登记印章的人")
    confirmable_until = day("可以共同申请司法确认的最后一天")
    content = words()
    facts = words()
    amount = money()
    is_partial = serializers.BooleanField()
    unresolved = words()
    is_superseded = serializers.BooleanField()
    obligations = ObligationSerializer(many=True)


class EventSerializer(serializers.Serializer):
    number = serializers.IntegerField()
    name = words("动作")
    label = words()
    from_status = serializers.ChoiceField(Status.choices, allow_blank=True)
    to_status = serializers.ChoiceField(Status.choices)
    at = moment("记录时间", null=False)
    happened_on = day("实际发生日期，早于记录时")
    actor = words("办理人")
    post = words("岗位")
    text = words()


class ChoiceSerializer(serializers.Serializer):
    value = words()
    label = words()


TYPES = ("text", "integer", "decimal", "boolean", "date", "moment", "choice", "choices", "division", "category", "rows")


class NestedFieldSerializer(serializers.Serializer):
    name = words()
    label = words()
    type = serializers.ChoiceField(TYPES, help_text="choices 是可以多选；rows 是由对象组成的数组")
    required = serializers.BooleanField()
    choices = ChoiceSerializer(many=True, allow_null=True)
    nested = serializers.ListField(allow_null=True, help_text="rows 每一项的字段")
    help = words(required=False)
    max_length = serializers.IntegerField(required=False)
    choices_href = words("选项太多时，去哪里查询", required=False)
    default = serializers.JSONField(required=False, help_text="页面上预先选好的值；接口不会自动填")


class FieldSerializer(NestedFieldSerializer):
    nested = NestedFieldSerializer(many=True, allow_null=True)  # type: ignore[assignment]


class AvailableTransitionSerializer(serializers.Serializer):
    """现在可以由本账号办理的一步。"""

    name = words()
    label = words()
    href = words("用 POST 办理")
    primary = serializers.BooleanField(help_text="主要的下一步")
    law = words("依据")
    fields = FieldSerializer(many=True)  # type: ignore[assignment]


class DisputeSerializer(DisputeRowSerializer):
    """一件纠纷的全部情况，以及现在可以办理什么。"""

    claim = words("调解请求")
    place_detail = words()
    happened_on = day()
    application_form = serializers.ChoiceField(ApplicationForm.choices)
    willingness = serializers.ChoiceField(Willingness.choices)
    notice_form = serializers.ChoiceField(NoticeForm.choices)
    notice_at = moment()
    police_told_at = moment()
    source_organisation = maybe()
    transferred_to = maybe()
    registered_by = words("登记人")
    accepted_at = moment()
    archived_at = moment()
    session_count = serializers.IntegerField()
    times_reopened = serializers.IntegerField()
    parties = PartySerializer(many=True)
    clocks = ClockSerializer(many=True)
    agreements = AgreementSerializer(many=True)
    timeline = EventSerializer(many=True)
    available_transitions = AvailableTransitionSerializer(many=True)


class MovedSerializer(serializers.Serializer):
    """办理的结果。"""

    code = words()
    href = words()
    transition = words()
    done = words("如：受理")
    status = serializers.ChoiceField(Status.choices)
    status_label = words()
    version = serializers.IntegerField(help_text="办理以后的版本，下一步用它")
    is_visible = serializers.BooleanField(help_text="false 表示这件纠纷已经离开本账号的范围（如退回、改派）")


class CategorySerializer(serializers.Serializer):
    code = words()
    name = words()
    parent = maybe("上级的代码；司法行政统计的 18 类没有上级")
    written_only_law = words("须书面协议的依据；空表示可以口头")


class CategoryListSerializer(serializers.Serializer):
    results = CategorySerializer(many=True)


class RoleSerializer(serializers.Serializer):
    code = words()
    label = words()


class TransitionSerializer(serializers.Serializer):
    """流程表中的一行。"""

    name = words()
    label = words()
    done = words("办理以后怎么说")
    sources = serializers.ListField(child=serializers.ChoiceField(Status.choices), help_text="从哪些状态可以办理")
    target = serializers.ChoiceField(Status.choices, allow_null=True, help_text="到哪个状态；null 表示不变")
    roles = RoleSerializer(many=True, help_text="由谁办理")
    todo = serializers.BooleanField(help_text="是待办")
    primary = serializers.BooleanField()
    undo = maybe("用哪一步撤销")
    law = words("依据")
    body_schema = serializers.JSONField(help_text="请求内容的 JSON Schema（不含随案件变化的选项）")


class TransitionListSerializer(serializers.Serializer):
    results = TransitionSerializer(many=True)
