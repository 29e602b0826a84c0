"""Shapes of the answers about duty, for the documentation."""

from __future__ import annotations

from rest_framework import serializers

from rosters.choices import Half, ResidencyKind


class BodySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="机构代码")
    name = serializers.CharField()


class ShiftSerializer(serializers.Serializer):
    day = serializers.DateField()
    half = serializers.ChoiceField(Half.choices)
    name = serializers.CharField(help_text="值班人")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ResidencySerializer(serializers.Serializer):
    organisation = BodySerializer()
    kind = serializers.ChoiceField(ResidencyKind.choices)
    window = serializers.CharField(allow_blank=True, help_text="窗口号或者名称；随叫随驻的可能为空")
    contact = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="工作电话")
    shifts = ShiftSerializer(many=True)


class RosterSerializer(serializers.Serializer):
    centre = BodySerializer(allow_null=True, help_text="范围内没有入驻单位时为 null")
    first = serializers.DateField(help_text="所查的第一天")
    last = serializers.DateField(help_text="所查的最后一天")
    residencies = ResidencySerializer(many=True)
