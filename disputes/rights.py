"""What people are told before a mediation (人民调解工作若干规定 第30条: nature, principles, effect, rights and duties).

One text for the window, the receipt and later the written notice, so that nobody is told two different things.
"""

from __future__ import annotations

#: Heading, what is said, where it is written.
NOTICE: tuple[tuple[str, str, str], ...] = (
    ("性质", "人民调解由双方自愿协商解决纠纷，不收取任何费用。", "人民调解法 第2、4条"),
    ("原则", "自愿、平等，不违背法律和国家政策；不因调解而阻止您依法申请仲裁、行政处理或者起诉。", "人民调解法 第3条"),
    ("权利", "选择或者接受调解员；接受、拒绝或者要求终止调解；要求公开或者不公开进行；自主表达意愿、自愿达成协议。", "人民调解法 第23条"),
    ("义务", "如实陈述纠纷事实；遵守调解现场秩序，尊重调解员；尊重对方行使权利。", "人民调解法 第24条"),
    ("效力", "达成的调解协议有法律约束力，应当履行；双方可以在生效之日起三十日内共同申请司法确认。", "人民调解法 第31、33条"),
)  # fmt: skip

#: The same in three lines to take home.
SHORT: tuple[str, ...] = (
    "您可以选择或者接受调解员，也可以要求更换；可以要求不公开调解。",
    "调解自愿，您可以随时拒绝或者要求终止，另行申请仲裁、行政处理或者向人民法院起诉。",
    "请如实陈述，保存好合同、收据、照片等材料。",
)

#: Where else to turn, for someone who does not want to mediate (人民调解法 第26条).
ROUTES: tuple[tuple[str, str], ...] = (
    ("仲裁", "劳动争议、土地承包争议可以申请仲裁；合同约定了仲裁的，按约定。"),
    ("行政", "治安、欠薪、征地、消费等事项，可以请公安、人社、自然资源、市场监管等机关处理。"),
    ("司法", "可以向人民法院起诉；经济困难的可以申请法律援助。"),
)
