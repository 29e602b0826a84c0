"""Shapes of the answers about committees and mediators, for the documentation."""

from __future__ import annotations

from rest_framework import serializers

from mediators.choices import CommitteeKind, Grade, MediatorKind, MediatorStatus, MemberPost


class CodedSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class WarningSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField(help_text="如：没有妇女委员")  # type: ignore[assignment]
    law = serializers.CharField(help_text="依据的条文")


class CommitteeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField(help_text="机构代码")
    name = serializers.CharField(help_text="全称，与印章一致")
    short_name = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(CommitteeKind.choices)
    kind_label = serializers.CharField()
    place = CodedSerializer(help_text="所在地")
    places = serializers.ListField(child=serializers.CharField(), help_text="管辖区域的代码；空表示所在地")
    fields = serializers.ListField(child=CodedSerializer(), help_text="专业领域；空表示不限")  # type: ignore[assignment]
    established_on = serializers.DateField(allow_null=True)
    seal_name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="公开电话")
    address = serializers.CharField(allow_blank=True)
    chair = serializers.CharField(allow_blank=True, help_text="主任")
    members = serializers.IntegerField(help_text="委员人数")
    women = serializers.IntegerField(help_text="其中妇女")
    minority = serializers.IntegerField(help_text="其中人数较少民族")
    term_ends_on = serializers.DateField(allow_null=True, help_text="最早届满的任期")
    mediators = serializers.IntegerField(help_text="在聘调解员人数")
    open_cases = serializers.IntegerField(help_text="在办案件")
    warnings = serializers.ListField(child=WarningSerializer(), help_text="法定要求提醒，不影响办案")
    is_active = serializers.BooleanField()
    page = serializers.CharField(help_text="页面的地址")


class CommitteePageSerializer(serializers.Serializer):
    results = CommitteeSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="下一页的地址（路径和查询参数）；没有下一页时为 null")


class OfCommitteeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class MediatorSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    committee = OfCommitteeSerializer()
    post = serializers.ChoiceField(MemberPost.choices, allow_blank=True, help_text="在调委会的职务；聘任的为空")
    kind = serializers.ChoiceField(MediatorKind.choices)
    kind_label = serializers.CharField()
    grade = serializers.ChoiceField(Grade.choices, allow_blank=True)
    specialities = serializers.ListField(child=CodedSerializer())
    languages = serializers.ListField(child=CodedSerializer())
    phone = serializers.CharField(allow_blank=True, help_text="工作电话")
    appointed_on = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(MediatorStatus.choices)
    status_label = serializers.CharField()
    training_hours = serializers.CharField(help_text="本年培训学时")
    open_cases = serializers.IntegerField(help_text="在办案件；供均衡派单，不作排名")
    page = serializers.CharField(help_text="页面的地址")


class MediatorPageSerializer(serializers.Serializer):
    results = MediatorSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="下一页的地址（路径和查询参数）；没有下一页时为 null")
