"""Shapes of the answers about posts, for the documentation."""

from __future__ import annotations

from rest_framework import serializers

from posts.choices import PostKind


class OfficerBodySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="机构代码")
    name = serializers.CharField()


class OfficerSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="职务")
    phone = serializers.CharField(allow_blank=True, help_text="工作电话；没有登记的是单位的公开电话")
    organisation = OfficerBodySerializer()


class PostSeatSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(PostKind.choices)
    holder = OfficerSerializer(allow_null=True, help_text="担任的人；空缺为 null")
    since = serializers.DateField(allow_null=True, help_text="从哪天起担任")
    ends_on = serializers.DateField(allow_null=True, help_text="届满日期；没有期限为 null")
    away_until = serializers.DateField(allow_null=True, help_text="请假到哪天；没有请假为 null")
    substitute = OfficerSerializer(allow_null=True, help_text="当天的代理人")


class VillagePostsSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="区划代码")
    name = serializers.CharField()
    township = serializers.CharField(help_text="乡镇（街道）的区划代码")
    posts = PostSeatSerializer(many=True)


class PostsPageSerializer(serializers.Serializer):
    on = serializers.DateField(help_text="所查的那一天")
    results = VillagePostsSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="下一页的地址（路径和查询参数）；没有下一页时为 null")
