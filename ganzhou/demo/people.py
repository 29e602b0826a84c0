"""Invented people and companies, each a pure function of a number: the same seed gives the same district again.

Nobody here exists.  ID numbers carry the sequence 000, which is given to no one, and a right check digit; phone
numbers lie in blocks of 0000.  Two people never share a number, for the portal takes equal numbers for one person.
The last sequence digit 0 would make everyone a woman: the recorded sex is the person's, not the number's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import random
from dataclasses import dataclass
from functools import lru_cache

from common.idnumbers import Sex, check_digit, uscc_check_character

# ---- names

SURNAMES = (
    "王" * 90 + "张" * 82 + "李" * 74 + "刘" * 50 + "杨" * 40 + "陈" * 34 + "赵" * 34 + "马" * 22 + "孙" * 18 + "周" * 18
    + "吴" * 14 + "徐" * 14 + "朱" * 14 + "何" * 13 + "郭" * 13 + "高" * 13 + "罗" * 8 + "郑" * 8 + "梁" * 8 + "宋" * 10
    + "许" * 7 + "韩" * 8 + "冯" * 7 + "曹" * 8 + "田" * 7 + "董" * 7 + "袁" * 6 + "潘" * 5 + "于" * 6 + "蒋" * 4
    + "蔡" * 3 + "杜" * 5 + "程" * 4 + "苏" * 4 + "魏" * 6 + "吕" * 5 + "丁" * 4 + "任" * 5 + "沈" * 2 + "姚" * 4
    + "姜" * 3 + "崔" * 3 + "范" * 4 + "石" * 4 + "贾" * 4 + "夏" * 2 + "付" * 4 + "白" * 4 + "孟" * 3 + "秦" * 3
    + "薛" * 3 + "闫" * 4 + "段" * 3 + "雷" * 3 + "侯" * 3 + "史" * 3 + "陶" * 2 + "贺" * 3 + "毛" * 3 + "郝" * 2
    + "万" * 2 + "钱" * 2 + "严" * 2 + "武" * 2 + "祁" * 4 + "殷" * 3 + "苗" * 3 + "柴" * 3 + "管" * 3 + "宣" * 2
    + "寇" * 2 + "单" * 2 + "仇" * 1 + "滕" * 2 + "蒲" * 2 + "窦" * 2 + "牛" * 3 + "谈" * 2 + "帖" * 2 + "郎" * 1
    + "濮" * 1 + "保" * 1 + "逯" * 1 + "闵" * 2 + "缪" * 1 + "鲁" * 2 + "车" * 2 + "强" * 1 + "汪" * 3 + "卢" * 2
    + "龚" * 1 + "黎" * 1 + "康" * 3 + "甘" * 1 + "敬" * 1 + "葛" * 1 + "柏" * 1 + "汤" * 2 + "邓" * 3 + "展" * 1
)  # fmt: skip
COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "令狐", "慕容", "尉迟")

#: Given names by sex and time of birth: first characters, second characters, single ones.
GIVEN = {
    (Sex.MALE, "old"): ("德福永学国志玉世长万兴文成有正天明自进登发积培", "林福生年才贵义清山海祥全平忠庆堂元寿禄德仁业", "福贵林"),
    (Sex.MALE, "middle"): ("建国志永文学晓海军立新卫东兴彦振吉占克光爱红会", "军国民华平强林东明虎龙成刚斌峰伟忠荣仁新文宏", "军强刚斌勇涛伟"),
    (Sex.MALE, "young"): ("子浩宇嘉俊文志晓泽一海天鹏旭佳家星博永少", "轩然涛博辰杰龙宇凯航阳瑞霖超晨洋飞斌强", "鹏磊涛凯超博旭飞洋昊喆堃"),
    (Sex.FEMALE, "old"): ("秀玉桂兰凤淑月翠金素菊彩春爱香存", "英兰花珍芳梅莲琴香霞玲娥萍连莲秀", "英兰梅"),
    (Sex.FEMALE, "middle"): ("丽红晓海春秀玉雪艳小建永文彩会爱", "霞梅萍燕芳琴丽红娟玲英花琳莉兰云", "霞燕娟丽萍"),
    (Sex.FEMALE, "young"): ("雨欣嘉佳梦晓思雅子文静婉若诗", "婷怡萱洁蕾雯琪莹瑶倩娜妮彤涵", "婷洁蕾倩莹瑶娜玥"),
}  # fmt: skip
#: Characters that some machines cannot draw or sort; two of them lie beyond U+FFFF.
RARE_GIVEN = ("䶮", "堃", "喆", "燚", "㛃", "犇", "𬭎", "𬍛", "玥䶮", "昇堃")

#: Names of other peoples of the region: men first, women second.
MONGOL = (
    ("巴特尔", "孟和", "苏和", "朝鲁", "宝音", "达来", "布和", "呼和", "满都拉", "那顺", "额尔敦", "青格乐", "阿拉坦", "吉雅"),
    ("乌云", "其其格", "娜仁", "图雅", "格日勒", "斯琴", "萨仁", "敖登", "高娃", "通拉嘎"),
)  # fmt: skip
HUI_SURNAMES = "马马马马哈丁喇穆麻米"
HUI = (
    ("尔撒", "一卜拉", "艾力", "胡塞", "尤素夫", "优努斯"),
    ("麦燕", "法图麦", "阿西雅", "哈力麦", "者麦", "海麦", "赛力麦"),
)
TIBETAN = (
    (("扎西", "索南", "尼玛", "旦增", "贡布", "华旦"), ("东主", "加措", "才旦", "多杰", "次仁", "才让")),
    (("卓玛", "拉毛", "央金", "达娃", "桑吉", "白玛"), ("草", "措", "拉姆", "吉")),
)  # fmt: skip
UYGHUR = (
    (("买买提", "吐尔逊", "艾山"), ("扎提", "库尔班", "玉素甫", "卡德尔")),
    (("古丽", "阿依", "热娜"), ("阿依努尔", "尼萨", "米热")),
)

#: Digests of names of living people in public reports on mediation in and around the district, and of office
#: holders; kept as digests so that the list names nobody.  No invented person may bear one of them.
FORBIDDEN = frozenset(
    """
    05a0c215c20f 06ca76a1afe4 0e49f815f5a4 1996b45a2c6d 1ac49d938a13 20c9d138f4e1 23b99aaa4f89 281c31e5f320
    309764c691f2 3320edd9ee90 34ad28f6f0e9 49a83e44c0c5 50efae59b044 54b725b97114 5f870ef57d06 6433ee9fcda9
    64bc671951ba 657de486feaf 7623d8675fbe 7cdefb4d8bf6 7f22f4fe325f 8ceb12f0b3d6 923522db0e62 92a054e84d6e
    a2727ab0a3ed a8e8ebafb35e ad3c04960977 b4f47cb06892 b6413e1a907d ba8d69a1f4c2 c4a3bf38572b ca4ecee2f7a1
    cb700c126bbe cd8103a92848 d97ba73d4e11 dc50af6151ed e5e5d095e654 ee95db50f292
    """.split()
)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def is_forbidden(name: str) -> bool:
    """Whether ``name`` is that of somebody named in public reports."""
    return digest(name) in FORBIDDEN


def era(year: int) -> str:
    return "old" if year < 1962 else "middle" if year < 1988 else "young"


def han_name(rng: random.Random, sex: str, year: int) -> str:
    """A name as people of that sex and age have here."""
    surname = rng.choice(COMPOUND_SURNAMES) if rng.random() < 0.004 else rng.choice(SURNAMES)
    return given_name(rng, surname, sex, year)


def given_name(rng: random.Random, surname: str, sex: str, year: int) -> str:
    """``surname`` with a given name."""
    first, second, single = GIVEN[Sex(sex), era(year)]
    while True:
        draw = rng.random()
        if draw < 0.003:
            given = rng.choice(RARE_GIVEN)
        elif draw < 0.16:
            given = rng.choice(single)
        else:
            given = rng.choice(first) + rng.choice(second)
        if len(given) == 2 and given[0] == given[1] and sex == Sex.MALE:
            continue
        if not is_forbidden(surname + given):
            return surname + given


def minority_name(rng: random.Random, group: str, sex: str) -> str:
    """A name of the 蒙古、回、藏、维吾尔 people."""
    woman = sex == Sex.FEMALE
    if group == "mongol":
        return "·".join(rng.sample(MONGOL[woman], 2))
    if group == "hui":
        return rng.choice(HUI_SURNAMES) + rng.choice(HUI[woman])
    first, second = (TIBETAN if group == "tibetan" else UYGHUR)[woman]
    return rng.choice(first) + ("" if group == "tibetan" else "·") + rng.choice(second)


# ---- numbers

#: Where numbers were issued, as (before 张掖 became a prefecture-level city in 2002, since): 甘州 first, and the
#: other counties of 张掖 once the days of 甘州 are used up.
PREFIXES = (
    ("622201", "620702"), ("622223", "620722"), ("622225", "620724"), ("622224", "620723"), ("622226", "620725"),
    ("622222", "620721"),
)  # fmt: skip
CITY_SINCE = dt.date(2002, 7, 1)
SEQUENCE = "000"
#: Blocks of ten thousand numbers each, all with 0000 after the first three digits.
PHONE_BLOCKS = ("1380000", "1990000", "1370000", "1390000", "1350000", "1360000", "1500000", "1510000", "1520000",
                "1590000", "1580000", "1570000", "1830000", "1550000", "1770000", "1300000", "1320000")  # fmt: skip
GUARDIAN_BLOCKS = ("1840000", "1880000")
#: Ages of grown-ups at the moment of seeding: from, to.
AGES = {"Y": (23, 38), "A": (38, 63), "E": (63, 83)}
#: Letters under which people are numbered: the ages, and M for those under 18.
LETTERS = (*AGES, "M")


def id_number(prefix: str, birth: dt.date) -> str:
    first17 = f"{prefix}{birth:%Y%m%d}{SEQUENCE}"
    return first17 + check_digit(first17)


def _scatter(number: int, size: int) -> int:
    """A place in ``range(size)`` for each number below ``size``, no two alike, with no visible order."""
    step = _step(size)
    return (number * step + size // 3) % size


@lru_cache(maxsize=64)
def _step(size: int) -> int:
    step = int(size * 0.6180339887) | 1
    while math.gcd(step, size) != 1:
        step += 2
    return step


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    sex: str
    birth: dt.date
    id_number: str
    phone: str


@dataclass(frozen=True, slots=True)
class _Days:
    """Birthdays of one age, under the prefix before 2002 and the one since; a band is all of them once."""

    first: int
    old: int
    new_first: int
    new: int

    @property
    def size(self) -> int:
        return self.old + self.new


class People:
    """Everyone of one seed, by age and number.  ``as_of`` keeps the old old over the time that is told."""

    def __init__(self, seed: int, as_of: dt.date) -> None:
        self.seed = seed
        self.days = {age: self._days(as_of, *span) for age, span in AGES.items()}
        self.minors_from = dt.date(as_of.year - 16, 1, 1).toordinal()
        self.minor_days = as_of.toordinal() - 4 * 365 - self.minors_from

    @staticmethod
    def _days(as_of: dt.date, youngest: int, eldest: int) -> _Days:
        first, last = (dt.date(as_of.year - age, 1, 1).toordinal() for age in (eldest, youngest))
        new_first = max(first, dt.date(as_of.year - 55, 1, 1).toordinal())
        return _Days(first, min(CITY_SINCE.toordinal(), last) - first, new_first, max(0, last - new_first))

    def person(
        self, age: str, number: int, phone: str = "", group: str = "han", sex: str = "", surname: str = ""
    ) -> Person:
        """Number so-and-so of an age.  ``group`` is the people their name is of; sex and surname are drawn if not given."""
        rng = random.Random(f"{self.seed}/person/{age}/{number}")
        days = self.days[age]
        band, within = divmod(number, days.size)
        slot = _scatter(within, days.size)
        old, new = PREFIXES[band % len(PREFIXES)]
        prefix, day = (old, days.first + slot) if slot < days.old else (new, days.new_first + slot - days.old)
        birth = dt.date.fromordinal(day)
        sex = sex or (Sex.MALE if rng.random() < 0.57 else Sex.FEMALE)
        if surname:
            name = given_name(rng, surname, sex, birth.year)
        else:
            name = han_name(rng, sex, birth.year) if group == "han" else minority_name(rng, group, sex)
        return Person(name, str(sex), birth, id_number(prefix, birth), phone)

    def minor(self, number: int, surname: str) -> Person:
        """Someone under 18 of that family."""
        rng = random.Random(f"{self.seed}/minor/{number}")
        band, within = divmod(number, self.minor_days)
        birth = dt.date.fromordinal(self.minors_from + _scatter(within, self.minor_days))
        sex = Sex.MALE if rng.random() < 0.55 else Sex.FEMALE
        name = given_name(rng, surname, sex, birth.year)
        prefix = PREFIXES[band % len(PREFIXES)][1]
        return Person(name, str(sex), birth, id_number(prefix, birth), "")

    @staticmethod
    def phone(number: int, blocks: tuple[str, ...] = PHONE_BLOCKS) -> str:
        block, within = divmod(number, 10_000)
        return f"{blocks[block % len(blocks)]}{_scatter(within, 10_000):04d}"

    def staff(self, number: int) -> tuple[str, str]:
        """(name, sex) of someone who works here: a mediator, a clerk, a grid officer."""
        rng = random.Random(f"{self.seed}/staff/{number}")
        sex = Sex.MALE if rng.random() < 0.6 else Sex.FEMALE
        return han_name(rng, sex, 1958 + rng.randrange(40)), str(sex)


# ---- companies

BRAND_FIRST = "沁启瑞茂恒澜昱禾谷陇弘泽润煦川朔辰穗垄淳霖沛郁楠桐蔚景屹翰岚"
BRAND_SECOND = "禾粟畦垄阡稔穰坤岳麓霁澍泓沅祺骏铭勋淼彧锦旻皓曜珩朗嵘衡琛钧"


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: how its firms are called, how many there are, the head of their code."""

    names: tuple[str, ...]
    count: int
    code_head: str = "91"


TRADES = {
    "property": Trade(("张掖市{0}物业服务有限公司", "甘肃{0}物业管理有限公司", "张掖市{0}物业管理有限责任公司"), 46),
    "builder": Trade(("张掖市{0}建筑劳务有限公司", "甘肃{0}建筑工程有限公司", "张掖市{0}建筑安装有限公司", "甘肃{0}市政工程有限公司"), 60),
    "developer": Trade(("张掖市{0}房地产开发有限公司", "甘肃{0}置业有限公司"), 16),
    "seed": Trade(("甘肃{0}种业有限公司", "张掖市{0}种业有限责任公司", "甘肃{0}农业科技有限公司"), 26),
    "coop": Trade(("甘州区{0}种植农民专业合作社", "甘州区{0}农机服务农民专业合作社", "甘州区{0}蔬菜种植专业合作社"), 60, "93"),
    "farm": Trade(("甘肃{0}农牧有限公司", "张掖市{0}养殖有限公司", "甘州区{0}养殖农民专业合作社"), 24),
    "firm": Trade(("张掖市{0}商贸有限公司", "甘肃{0}食品有限公司", "张掖市{0}建材有限公司", "甘肃{0}商业管理有限公司"), 60),
    "shop": Trade(("甘州区{0}百货店", "甘州区{0}家电经营部", "甘州区{0}建材经营部", "甘州区{0}餐饮店", "甘州区{0}家具城"), 60, "92"),
    "fitter": Trade(("张掖市{0}装饰工程有限公司", "甘州区{0}门窗加工部"), 18),
    "agro": Trade(("甘州区{0}农资经营部", "张掖市{0}农资有限公司"), 20, "92"),
    "gym": Trade(("甘州区{0}健身馆", "甘州区{0}美容美发店", "甘州区{0}教育培训学校"), 18, "92"),
    "clinic": Trade(("张掖{0}医院", "甘州区{0}诊所", "张掖{0}口腔门诊部"), 10, "52"),
    "carrier": Trade(("张掖市{0}运输有限公司", "甘肃{0}物流有限公司", "张掖市{0}出租汽车有限公司"), 20),
    "travel": Trade(("张掖市{0}旅行社有限公司", "甘州区{0}民宿"), 8),
    "school": Trade(("甘州区{0}幼儿园", "甘州区{0}实验学校"), 12, "52"),
}  # fmt: skip
_FIRST_OF = {}
_so_far = 0
for _key, _trade in TRADES.items():
    _FIRST_OF[_key] = _so_far
    _so_far += _trade.count

_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(head: str, number: int) -> str:
    """A well-formed code of a body that does not exist: its own part begins with MA0000."""
    body = "MA0000" + _ALPHABET[number // 31 % 31] + _ALPHABET[number % 31]
    total = sum((int(c, 36)) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
    own_check = "0123456789X0"[11 - total % 11] if total % 11 else "0"
    first17 = f"{head}620702{body}{own_check}"
    return first17 + uscc_check_character(first17)


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    code: str
    contact: str
    phone: str


@lru_cache(maxsize=2048)
def company(seed: int, trade: str, number: int) -> Company:
    """Company number so-and-so of a trade."""
    kind = TRADES[trade]
    number %= kind.count
    place = _FIRST_OF[trade] + number
    brand = _scatter(place, len(BRAND_FIRST) * len(BRAND_SECOND))
    name = BRAND_FIRST[brand // len(BRAND_SECOND)] + BRAND_SECOND[brand % len(BRAND_SECOND)]
    rng = random.Random(f"{seed}/company/{place}")
    return Company(
        kind.names[number % len(kind.names)].format(name),
        uscc(kind.code_head, place),
        han_name(rng, Sex.MALE if rng.random() < 0.7 else Sex.FEMALE, 1965 + rng.randrange(30)),
        f"1860000{place:04d}",
    )
