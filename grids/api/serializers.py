"""Shapes of the answers about places, for the documentation."""

from __future__ import annotations

from rest_framework import serializers

from grids.choices import DivisionKind, Level


class DivisionSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="统计用区划代码，12 位")
    name = serializers.CharField(help_text="通常的叫法：徐赵寨村")
    full_name = serializers.CharField(help_text="带上级的叫法：上秦镇 徐赵寨村")
    official_name = serializers.CharField(help_text="全称：徐赵寨村村民委员会")
    level = serializers.ChoiceField(Level.choices)
    kind = serializers.ChoiceField(DivisionKind.choices, allow_blank=True)
    parent = serializers.CharField(allow_null=True, help_text="上级的代码")


class DivisionPageSerializer(serializers.Serializer):
    results = DivisionSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="下一页的地址（路径和查询参数）；没有下一页时为 null")
