"""What people here quarrel about: kinds of matters with their words.

A text is a template; ``{slot}`` is drawn from ``SLOTS`` and stays the same within one case.  ``{sum}`` is the money
asked for, ``{pay}`` what was agreed, ``{when}`` the time it happened.

A story may end in ``@`` marks: which claims go with it, which deals, and the sexes of the two sides (男 女, 异 for one
of each, 任 for any).  Without marks everything of its matter goes with it.

Obligations begin with 钱 (money) or 事 (an act); ``申:`` before it makes the applicant the one who owes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SLOTS: dict[str, tuple[str, ...]] = {
    "社": (*"一二三四五六七八九十", "十一", "十二"),
    "亩": ("1.2", "1.8", "2", "2.4", "3", "3.5", "4", "4.6", "5", "6", "7.5", "8", "10", "12"),
    "少亩": ("0.3", "0.4", "0.5", "0.6", "0.8", "1", "1.1"),
    "作物": ("玉米", "制种玉米", "小麦", "洋葱", "马铃薯", "番茄", "辣椒", "娃娃菜", "甜菜", "板蓝根", "苜蓿", "孜然"),
    "果树": ("苹果梨", "红枣", "核桃", "杏", "早酥梨"),
    "宽": ("20", "25", "30", "35", "40", "50", "60", "80"),
    "米": ("1", "1.2", "1.5", "1.8", "2", "2.5", "3"),
    "天": ("两天", "三天", "五天", "一周", "十来天", "半个月"),
    "限": ("三天", "五天", "一周", "十天", "半个月"),
    "次": ("两次", "三次", "多次", "四五次"),
    "年数": ("两", "三", "四", "五", "六", "八", "十"),
    "月数": ("两", "三", "四", "五", "六", "七", "八"),
    "羊": ("绵羊", "山羊", "羊群"),
    "几": ("十几", "二十多", "三十来", "四十多", "六十多"),
    "渠": ("斗渠", "毛渠", "农渠", "支渠"),
    "轮": ("头轮水", "二轮水", "三轮水", "冬灌水", "安种水"),
    "机": ("联合收割机", "玉米收获机", "旋耕机", "拖拉机", "打捆机", "铺膜机"),
    "楼层": ("二楼", "三楼", "四楼", "五楼", "六楼", "十一楼", "十六楼"),
    "位置": ("左膝", "右前臂", "头部", "腰部", "左脚踝", "右手食指", "面部"),
    "工种": ("砌砖", "钢筋", "抹灰", "木工", "水电", "外墙保温", "贴砖", "绿化栽植", "管沟开挖", "路沿石安装"),
    "人工": ("去雄", "掰苞米", "定苗", "授粉", "扒膜", "摘辣椒", "拔洋葱", "剪枝"),
    "家电": ("冰箱", "洗衣机", "空气能热水器", "壁挂炉", "电视机", "油烟机"),
    "货": ("饲料", "化肥", "地膜", "砂石料", "红砖", "彩钢板", "煤", "饲草", "水泥"),
    "农资": ("玉米种子", "辣椒苗", "除草剂", "叶面肥", "番茄苗", "复合肥"),
    "伤": ("软组织挫伤", "骨裂", "皮肤裂伤，缝合数针", "扭伤", "骨折"),
    "路": ("机耕路", "巷道", "田间路", "通往果园的便道", "后巷"),
    "墙": ("院墙", "后墙", "围墙", "山墙"),
    "噪": ("广场舞音响", "楼上孩子跑跳", "夜间装修", "棋牌室", "空调外机"),
    "市场": ("农贸市场", "建材市场", "步行街", "商铺一层", "学校对面商铺"),
    "年级": ("二年级", "四年级", "五年级", "六年级", "初一", "初二"),
    "长辈": ("父亲", "母亲", "父母"),
    "儿女": ("两个儿子", "三个子女", "两儿一女", "四个子女"),
    "路口": ("县府街", "西环路", "滨河路", "国道312线", "张大公路", "南二环", "张肃公路", "火车站前街", "东环路"),
    "车": ("小轿车", "面包车", "农用三轮车", "电动三轮车", "轻型货车", "两轮电动车"),
    "对车": ("两轮电动车", "自行车", "小轿车", "农用三轮车", "摩托车"),
    "草": ("芨芨草滩", "围栏草场", "退牧还草围栏区", "冬春草场"),
    "吨": ("8", "12", "18", "26", "35", "48", "60"),
    "证人": ("社长", "老支书", "邻居", "村文书", "网格员"),
    "星期": ("周一", "周三", "周五", "周六下午"),
}
#: What is called otherwise in a town.
URBAN_SLOTS = {
    "证人": ("楼长", "社区干部", "邻居", "物业工作人员", "网格员"),
    "路": ("小区通道", "后巷", "巷道"),
    "墙": ("院墙", "围墙"),
}


@dataclass(frozen=True)
class Story:
    text: str
    asks: tuple[int, ...]
    deals: tuple[int, ...]
    sexes: str = ""


@dataclass(frozen=True)
class Deal:
    """Terms of an agreement and what follows from them."""

    words: str
    owed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matter:
    """One kind of quarrel.

    A side is a line of letters: P any grown-up, Y A E a young, middle-aged, old one, B not old, ``=`` of the other
    side's age, M a minor with a guardian; or V the village committee; or a trade of ``people.TRADES``.  ``money`` is
    the range asked for, None when it is not about money.
    """

    category: str
    weight: float
    where: str  # urban, rural, pasture, any
    applicants: str
    respondents: str
    money: tuple[int, int] | None
    issue: str
    stories: tuple[Story, ...]
    asks: tuple[str, ...]
    deals: tuple[Deal, ...]
    people: tuple[int, int] = (2, 3)
    heat: float = 1.0  # how much more often than usual it comes to blows
    sources: dict[str, float] = field(default_factory=dict)  # channels that bring it more often than usual
    kin: bool = False  # the people of both sides are of one family, and bear one name


def _story(text: str, asks: int, deals: int) -> Story:
    words, *marks = text.split("@")
    marks += [""] * (3 - len(marks))

    def chosen(digits: str, count: int) -> tuple[int, ...]:
        return tuple(int(digit) for digit in digits) if digits else tuple(range(count))

    return Story(words, chosen(marks[0], asks), chosen(marks[1], deals), marks[2])


def matter(category, weight, where, sides, money, issue, stories, asks, deals, **more) -> Matter:  # type: ignore[no-untyped-def]
    applicants, respondents = sides.split("/")
    terms = tuple(Deal(words, tuple(owed)) for words, *owed in deals)
    told = tuple(_story(text, len(asks), len(terms)) for text in stories)
    return Matter(category, weight, where, applicants, respondents, money, issue, told, tuple(asks), terms, **more)
