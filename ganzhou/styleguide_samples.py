"""Made-up content for /styleguide/: every component in every state.  No row of any table is read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from common.formfields import MoneyField, TypedDateField, TypedMomentField
from common.widgets import Combobox, IdNumberInput, PhoneInput, Segmented

PLACES = {
    "620702101201": ("上秦镇 上秦村", "shang qin sqz"),
    "620702101205": ("上秦镇 安里闸村", "an li zha"),
    "620702103201": ("党寨镇 党寨村", "dang zhai dzz"),
    "620702001001": ("东街街道 交通巷社区", "jiao tong xiang"),
    "620702001004": ("东街街道 长寿街社区", "chang shou jie"),
}


class SampleForm(forms.Form):
    """One field of each kind."""

    id_number = forms.CharField(
        label="身份证号", required=False, widget=IdNumberInput, help_text="可刷卡读取；无证件留空"
    )
    name = forms.CharField(label="姓名", max_length=50)
    phone = forms.CharField(label="联系电话", widget=PhoneInput)
    source = forms.ChoiceField(
        label="来源",
        choices=[
            ("walk_in", "窗口来访"),
            ("call", "电话"),
            ("grid", "网格排查"),
            ("court", "法院委派"),
            ("police", "派出所"),
        ],
        widget=Segmented,
    )
    category = forms.ChoiceField(
        label="纠纷类型",
        choices=[
            ("", "请选择"),
            ("邻里", [("lin", "相邻通行"), ("shui", "相邻用水排水")]),
            ("家庭", [("shan", "赡养"), ("li", "离婚")]),
        ],
        help_text="可输拼音首字母，如 zjd",
        widget=forms.Select(attrs={"data-combobox": True}),
    )
    place = forms.CharField(
        label="发生地", widget=Combobox("/styleguide/?part=places", label_for=lambda code: PLACES[code][0])
    )
    happened_on = TypedDateField(label="发生日期", required=False)
    next_at = TypedMomentField(label="下次调解时间", required=False)
    amount = MoneyField(label="涉及金额", required=False)
    people = forms.IntegerField(label="涉及人数", required=False)
    brief = forms.CharField(
        label="简要情况",
        max_length=2000,
        help_text="谁、何时、何地、因何事、想怎样解决；一两句即可",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needs = forms.MultipleChoiceField(
        label="需要的帮助",
        required=False,
        choices=[("sign", "手语"), ("law", "法律援助"), ("mind", "心理疏导")],
        widget=forms.CheckboxSelectMultiple,
    )
    consent = forms.BooleanField(label="已当面告知权利义务，双方自愿调解")


def _filled() -> SampleForm:
    return SampleForm(
        {
            "bad-id_number": "622201197406180005",
            "bad-name": "",
            "bad-phone": "1390000",
            "bad-source": "walk_in",
            "bad-category": "shui",
            "bad-place": "620702101201",
            "bad-happened_on": "2026-13-40",
            "bad-next_at": "2026-11-24 09:00",
            "bad-amount": "很多",
            "bad-brief": "两户院墙滴水檐伸出约 30 厘米，雨水冲刷菜地。要求对方改造屋檐、赔偿菜苗。",
        },
        prefix="bad",
    )


class SampleFilter(forms.Form):
    q = forms.CharField(
        label="关键词", required=False, widget=forms.TextInput(attrs={"placeholder": "案件码 / 当事人 / 事由"})
    )
    kind = forms.ChoiceField(label="纠纷类型", required=False, choices=[("", "全部类型"), ("1", "邻里")])
    town = forms.ChoiceField(label="乡镇（街道）", required=False, choices=[("", "全部"), ("1", "上秦镇")])
    state = forms.ChoiceField(label="办理状态", required=False, choices=[("", "全部状态"), ("1", "调解中")])
    since = TypedDateField(label="登记日期起", required=False)
    until = TypedDateField(label="登记日期止", required=False)
    source = forms.ChoiceField(label="来源", required=False, choices=[("", "全部来源"), ("1", "窗口来访")])
    risk = forms.ChoiceField(label="风险", required=False, choices=[("", "全部"), ("1", "高")])


CLOCKS: list[dict[str, Any]] = [
    {"state": "ok", "text": "剩 18 天", "due": "2026-12-11"},
    {"state": "soon", "text": "剩 1 天", "due": "2026-11-24"},
    {"state": "soon", "text": "今日 17:30 前派单"},
    {"state": "late", "text": "超期 2 天", "due": "2026-11-21"},
    {"state": "paused", "text": "暂停（鉴定）"},
    {"state": "met", "text": "11-22 办结"},
    {"state": "none", "text": "无期限"},
]

ORDERS: list[dict[str, Any]] = [
    {
        "label": "红牌", "color": "red", "office": "上秦镇人民调解委员会", "reason": "调解期限 2026-11-16 届满，至今未办。",
        "issued": "2026-11-23 00:01", "issued_by": "系统",
        "clock": {"state": "soon", "text": "剩 2 天", "due": "2026-11-25"},
    },
    {
        "label": "挂牌", "color": "red", "number": "甘州综治督〔2026〕3号", "office": "上秦镇综治中心",
        "reason": "涉及 23 人，请镇主要负责人包抓。", "issued": "2026-11-20 09:10", "issued_by": "许静",
        "reply": "已由副镇长牵头，定于周五会商。", "replied": "2026-11-21 16:02", "replied_by": "林永福",
        "clock": {"state": "met", "text": "已回复"},
    },
    {
        "label": "黄牌", "color": "amber", "office": "上秦镇人民调解委员会", "reason": "首次调解期限 2026-11-09 届满，至今未办。",
        "issued": "2026-11-10 00:01", "issued_by": "系统", "lifted": "2026-11-12 10:20", "lifted_why": "所警示的事项已经办理",
        "clock": {"state": "met", "text": "已解除"},
    },
]  # fmt: skip

CLOCK_WITH_ALL = {
    "state": "soon",
    "text": "剩 1 天",
    "all": [
        {
            "label": "调解期限",
            "state": "soon",
            "text": "剩 1 天",
            "due": "2026-11-24",
            "source": "四级七天：村（社区）2 个工作日",
            "notes": "",
        },
        {
            "label": "调解总期限",
            "state": "ok",
            "text": "剩 18 天",
            "due": "2026-12-11",
            "source": "人民调解工作规定：一般 1 个月",
            "notes": "已扣除暂停 3 天；已延长 10 个自然日",
            "warning": "12-08 提醒",
        },
        {
            "label": "接收期限",
            "state": "met",
            "text": "11-22 办结",
            "due": "2026-11-25",
            "source": "3 个工作日",
            "notes": "",
        },
    ],
}

_PEOPLE = [
    ("GZ2026-010020", "何*明", "柳*村委会", "土地山林", "退耕还林地块四至与补偿款分配", "石*镇", "上石村", "刘*生", "调解中", "blue", 3, "medium", "中"),
    ("GZ2026-010123", "黄*英", "永*物业", "物业纠纷", "地下车位渗水，拒缴 2025 年度物业费", "东街街道", "交通巷社区", "", "已登记", "amber", 1, "low", "低"),
    ("GZ2026-010117", "李*兰", "赵*军", "宅基地", "两户院墙与滴水檐边界争执，昨日发生推搡", "上秦镇", "上秦村", "", "已受理", "amber", 2, "medium", "中"),
    ("GZ2026-010121", "张*国等 23 人", "宏*建筑劳务公司", "劳动争议", "务工人员集体反映 8 至 10 月工资未结，约 41.6 万元", "东街街道", "长寿街社区", "周*平", "调解中", "blue", 1, "high", "高"),
    ("GZ2026-010026", "谢*根等 6 户", "镇*水利站", "土地山林", "渠道改建占地青苗补偿标准", "党寨镇", "党寨村", "方*", "调解中", "blue", 0, "low", "低"),
    ("GZ2026-010118", "周*芬", "县*医院", "医疗纠纷", "术后感染，家属要求封存病历并赔偿", "西街街道", "北门社区", "徐*", "中止", "grey", 4, "high", "高"),
    ("GZ2026-010119", "刘*", "平*财险张掖支公司", "道路交通", "非机动车与货车碰撞，医疗费与误工费争议", "南街街道", "南门社区", "钱*伟", "达成协议", "green", 5, "low", "低"),
    ("GZ2026-010116", "吴*刚", "云*农机合作社", "合同", "收割机租赁费 3.2 万元逾期", "沙井镇", "上游村", "邓*", "调解不成", "purple", 6, "low", "低"),
]  # fmt: skip

ROWS = [
    {
        "pk": at, "code": code, "applicant": a, "respondent": b, "kind": kind, "summary": brief, "township": town, "place": place,
        "mediator": who, "status_label": state, "color": color, "clock": CLOCKS[clock], "risk": risk, "risk_label": risk_label,
        "source": "窗口来访", "registered": f"11-{10 + at} 09:42",
    }
    for at, (code, a, b, kind, brief, town, place, who, state, color, clock, risk, risk_label) in enumerate(_PEOPLE, 1)
]  # fmt: skip

TABS = [
    {"key": "mine", "label": "我的待办", "url": "?tab=mine", "count": 12, "current": True, "tone": ""},
    {"key": "accept", "label": "待受理", "url": "?tab=accept", "count": 5, "current": False, "tone": ""},
    {"key": "assign", "label": "待派单", "url": "?tab=assign", "count": 8, "current": False, "tone": ""},
    {"key": "soon", "label": "临期", "url": "?tab=soon", "count": 6, "current": False, "tone": "soon"},
    {"key": "late", "label": "超期", "url": "?tab=late", "count": 2, "current": False, "tone": "late"},
    {"key": "visit", "label": "待回访", "url": "?tab=visit", "count": 0, "current": False, "tone": ""},
    {"key": "all", "label": "全部", "url": "?tab=all", "count": 1318, "current": False, "tone": ""},
]

STEPS = [
    {"label": "登记", "state": "done", "when": "11-21 15:08", "who": "王敏"},
    {"label": "受理", "state": "done", "when": "11-21 15:20", "who": "王敏"},
    {"label": "分派", "state": "done", "when": "11-21 16:02", "who": "李建国"},
    {"label": "调解", "state": "now", "when": "第 2 天", "who": ""},
    {"label": "履行", "state": "todo", "when": "", "who": ""},
    {"label": "回访", "state": "skipped", "when": "", "who": ""},
    {"label": "归档", "state": "todo", "when": "", "who": ""},
]

EVENTS = [
    {
        "title": "第 2 次调解", "who": "周*平", "at": "11-23 10:31", "iso": "2026-11-23T10:31+08:00", "tone": "blue",
        "text": "项目部承认欠薪总额，愿分两期支付；工人代表要求首付不低于 60%。约定 11-24 09:00 继续。",
        "documents": [{"label": "调解笔录-2.pdf", "url": "#"}, {"label": "签到表.jpg", "url": "#"}],
    },
    {
        "title": "报到反馈", "who": "区人社局", "at": "11-22 18:05", "tone": "green",
        "text": "已调取考勤与工资表，核实 23 人共 416,300 元。", "facts": [("人数", "23 人"), ("金额", "¥416,300.00")],
    },
    {"title": "退回分派", "who": "徐*", "at": "11-22 09:10", "tone": "amber", "text": "与被申请人有亲属关系，申请回避。", "late": "补记：实际发生在 11-21 18:00"},
    {"title": "报告风险", "who": "周*平", "at": "11-21 20:15", "tone": "red", "text": "可能激化，已告知派出所。"},
    {"title": "登记", "who": "王敏", "at": "11-21 15:08", "text": ""},
]  # fmt: skip

REASONS = [("contact", "联系当事人"), ("identity", "核对身份"), ("document", "制作文书"), ("other", "其他")]

PARTIES = [
    {
        "uid": "a1", "role": "申请人", "name": "张*国", "brief": "男 · 47 岁", "id_label": "居民身份证", "id_number": "622***********000X",
        "phone": "138****0000", "address": "甘州区上秦镇上秦村***", "earlier": {"text": "既往 1 件（2024 邻里，已归档）", "url": "#"},
        "reveal_url": "/styleguide/?part=reveal",
    },
    {
        "uid": "b1", "role": "被申请人", "name": "宏*建筑劳务公司", "id_label": "统一社会信用代码", "id_number": "9162**********000K",
        "phone": "139****0000", "contact": "负责人 李*", "note": "近一年涉欠薪 3 件", "reveal_url": "/styleguide/?part=reveal",
    },
    {"uid": "c1", "role": "第三人", "name": "（未成年人）", "sealed": "未成年人信息已封存，需要查看请联系本案承办人"},
]  # fmt: skip

FACTS = [
    {
        "label": "简要情况",
        "value": "申请人等 23 人受雇于宏*建筑劳务公司，8 月至 10 月工资合计 416,300 元未支付，项目部以总包单位未结算进度款为由推脱。",
        "wide": True,
    },
    {"label": "调解诉求", "value": "一次性付清拖欠工资；明确支付日期与担保方式。", "wide": True},
    {"label": "案件码", "value": "GZ2026-010121"},
    {"label": "来源", "value": "部门移送（区信访局）"},
    {"label": "登记", "value": "2026-11-21 15:08"},
    {"label": "纠纷类型", "value": "劳动争议 / 拖欠农民工工资"},
    {"label": "属地", "value": "东街街道 长寿街社区"},
    {"label": "涉及金额", "value": "¥416,300.00"},
]

TRANSITIONS = [
    {"name": "record", "label": "记录调解", "icon": "edit", "url": "/styleguide/?part=action", "primary": True},
    {"name": "settle", "label": "达成协议", "icon": "circle-check", "url": "/styleguide/?part=action"},
    {"name": "fail", "label": "调解不成", "icon": "circle-x", "url": "/styleguide/?part=action"},
    {"name": "suspend", "label": "中止", "icon": "player-pause", "url": "/styleguide/?part=action"},
    {"name": "transfer", "label": "转出", "icon": "gavel", "url": "/styleguide/?part=action", "asks": True},
    {
        "name": "return",
        "label": "退回",
        "icon": "arrow-back-up",
        "url": "/styleguide/?part=action",
        "asks": True,
        "danger": True,
    },
]


class RecordForm(forms.Form):
    text = forms.CharField(
        label="调解情况", widget=forms.Textarea(attrs={"rows": 4, "placeholder": "各方态度、主要争点、下一步安排"})
    )
    next_at = TypedMomentField(label="下次调解时间", required=False)


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label="退回原因",
        choices=[("recuse", "应当回避"), ("scope", "不属于本调委会"), ("other", "其他")],
        widget=Segmented,
    )
    words = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}))


HIT_GROUPS = [
    {
        "title": "案件",
        "hits": [
            {
                "url": "#hit-1",
                "title": "张*国等 23 人 与 宏*建筑劳务公司",
                "hint": "GZ2026-010121 · 劳动争议 · 长寿街社区",
                "badge": "调解中",
                "badge_color": "blue",
            },
            {
                "url": "#hit-2",
                "title": "张*军 与 李*",
                "hint": "GZ2026-008121 · 邻里 · 上秦村",
                "badge": "已归档",
                "badge_color": "grey",
            },
        ],
    },
    {"title": "去这里", "hits": [{"url": "#hit-3", "title": "分派台", "hint": "", "icon": "arrows-split-2"}]},
]

RECEIPT = {
    "code": "GZ2026-010121", "centre": "甘州区社会治安综合治理中心", "applicant": "张*国", "respondent": "宏*建筑劳务公司", "matter": "劳动争议 / 拖欠工资",
    "place": "东街街道 长寿街社区", "registered_at": "2026-11-21 15:08", "next_step": "决定是否受理，并告诉您由谁调解。", "by_when": "11 月 25 日（周三）",
    "handler": "综合窗口 王敏", "phone": "0936-1234567（演示号码）", "address": "甘州区综治中心一楼大厅", "hours": "工作日 8:30—12:00，14:30—18:00",
    "rights": ["您可以自己选择调解员，也可以要求调解员回避。", "调解自愿，您可以随时不调解，另行申请仲裁或者向法院起诉。", "请保存好合同、收据、照片等材料。"],
    "printed_at": "2026-11-21 15:10", "clerk": "王敏",
}  # fmt: skip

FIGURES = [
    {
        "label": "本年受理", "value": 1318, "unit": "件", "url": "#", "compare": "较去年同期 +6.2%", "formula": "本年内作出受理决定的件数",
        "numerator": 1318, "exclusions": "重开的按一件计", "period": "2026-01-01 ～ 11-23",
    },
    {
        "label": "化解成功率", "value": "92.4", "unit": "%", "url": "#", "compare": "较上月 +1.1 个百分点", "compare_tone": "good",
        "formula": "达成协议件数 ÷ 已办结件数", "numerator": 1094, "denominator": 1184, "exclusions": "撤回、转出", "period": "2026 年",
    },
    {"label": "当前在办", "value": 186, "unit": "件", "url": "#", "compare": "其中高风险 7 件"},
    {"label": "超期未结", "value": 2, "unit": "件", "url": "#", "compare": "较上周 −3 件", "compare_tone": "good", "tone": "late"},
    {"label": "办理天数（中位数）", "value": "9", "unit": "天", "url": "#", "compare": "最长 61 天"},
    {"label": "满意率", "value": None, "unit": "", "compare": "回访不足 10 件，不计算"},
]  # fmt: skip

BARS = [
    {"label": "婚姻家庭", "url": "#", "value": 312, "max": 312, "share": "24%"},
    {"label": "邻里", "url": "#", "value": 246, "max": 312, "share": "19%"},
    {"label": "劳动争议", "url": "#", "value": 187, "max": 312, "share": "14%", "tone": "soon"},
    {"label": "其他", "value": 48, "max": 312, "share": "4%"},
]

DUPLICATES = [
    {
        "code": "GZ2026-009176", "url": "#", "state": "达成协议", "state_color": "green", "parties": "李*兰 与 赵*军", "matter": "上秦村 · 相邻排水",
        "hint": "2026-09-17 登记，协议约定 10 月底前改造屋檐，可能是协议没有履行", "link_name": "link-GZ2026-009176",
        "choices": [("", "未核对"), ("recurrence", "关联为反复"), ("distinct", "不是同一件")], "chosen": "",
    }
]  # fmt: skip

COLORS = [
    "brand",
    "brand-dk",
    "brand-bg",
    "red",
    "red-bg",
    "amber",
    "amber-bg",
    "green",
    "green-bg",
    "purple",
    "purple-bg",
    "ink",
    "ink2",
    "ink3",
    "field",
    "line",
    "bg",
]


def _message(title: str, kind: str, color: str, **more: Any) -> dict[str, Any]:
    facts = {
        "is_urgent": False,
        "is_unread": False,
        "is_done": False,
        "over": "",
        "due": None,
        "url": "#sg-message",
    }
    at = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
    return {
        **facts,
        "title": title,
        "kind": kind,
        "color": color,
        "at": at,
        "ago": "5 分钟前",
        "verb": "去办理",
        **more,
    }


#: Messages: urgent and unread, unread, read but not done, done, superseded.
TOLD = [
    _message("红牌：GZ2026-000123 调解超期", "红牌", "red", is_urgent=True, is_unread=True,
             due={"state": "late", "text": "超期 7 天"}),
    _message("GZ2026-000481 延期申请等您审批", "延期", "blue", is_unread=True, due={"state": "soon", "text": "今日到期"}),
    _message("GZ2026-000377 被退回，请重新指定调解员", "退回", "amber", due={"state": "ok", "text": "剩 4 天"}),
    _message("GZ2026-000098 调解快到期", "提醒", "grey", is_done=True, over="已办结", verb="查看", ago="昨天 16:20"),
    _message("GZ2026-000123 调解快到期", "提醒", "amber", is_done=True, over="已有更新的消息", verb="查看", ago="11-16 09:00"),
]  # fmt: skip


def samples() -> dict[str, Any]:
    """Everything /styleguide/ shows."""
    filters = SampleFilter()
    refused = ReasonForm({"ask-reason": "", "ask-words": ""}, prefix="ask")
    return {
        "colors": COLORS,
        "form": SampleForm(initial={"source": "walk_in"}),
        "bad_form": _filled(),
        "record_form": RecordForm(prefix="record"),
        "bad_record": RecordForm({"badrec-text": ""}, prefix="badrec"),
        "reason_form": refused,
        "filter_row": [filters[name] for name in ("q", "kind", "town", "state")],
        "filter_more": [filters[name] for name in ("since", "until", "source", "risk")],
        "badges": [
            ("已登记", "amber"),
            ("调解中", "blue"),
            ("达成协议", "green"),
            ("调解不成", "purple"),
            ("中止", "grey"),
            ("红牌", "red"),
        ],
        "risks": [("low", "低"), ("medium", "中"), ("high", "高")],
        "clocks": CLOCKS,
        "clock_all": CLOCK_WITH_ALL,
        "orders": ORDERS,
        "tabs": TABS,
        "chips": [
            {"label": "乡镇", "value": "上秦镇、党寨镇", "remove_url": "?a=1"},
            {"label": "登记", "value": "10-24 ～ 11-23", "remove_url": "?b=1"},
        ],
        "batch_actions": [{"label": "批量派单", "url": "#", "primary": True}, {"label": "导出所选", "url": "#"}],
        "columns": [("place", "属地"), ("mediator", "承办"), ("risk", "风险")],
        "rows": ROWS,
        "sizes": [
            {"n": 20, "url": "?size=20", "current": True},
            {"n": 50, "url": "?size=50"},
            {"n": 100, "url": "?size=100"},
        ],
        "pages": [
            {"n": 1, "url": "?page=1", "current": True},
            {"n": 2, "url": "?page=2"},
            {"n": 3, "url": "?page=3"},
            {"gap": True},
            {"n": 66, "url": "?page=66"},
        ],
        "steps": STEPS,
        "events": EVENTS,
        "told": TOLD,
        "facts": FACTS,
        "parties": PARTIES,
        "reasons": REASONS,
        "transitions": TRANSITIONS,
        "refused": [{"label": "归档", "sentence": "协议尚未履行完毕，不能归档。"}],
        "panel_clock": {"state": "soon", "text": "剩 1 天", "due": "11-24 18:00", "used": 2, "limit": 3, "unit": " 天"},
        "hit_groups": HIT_GROUPS,
        "receipt": RECEIPT,
        "figures": FIGURES,
        "bars": BARS,
        "duplicates": DUPLICATES,
        "deadlines": [("受理", "11-25 前决定"), ("调解", "2026-12-23 前（1 个月）")],
        "toasts": [
            ("已分派给上秦村调委会。", "success", "/styleguide/?part=undo"),
            ("暂按周末推算期限。", "warning", ""),
            ("没有办成，请再试一次。", "error", ""),
            ("已复制", "info", ""),
        ],
        "note_tones": [("info", "说明"), ("success", "已办好"), ("warning", "请留意"), ("error", "没有办成")],
    }
