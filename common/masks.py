"""What a personal detail looks like to someone who did not ask to see it.

One family, used by pages, exports, prints and messages alike, so that nobody can put two half-masked copies
side by side.  Every function returns '' for an empty value and never raises.
"""

from __future__ import annotations

import re
import unicodedata

from common import phones
from common.surnames import surname_of

STAR = "*"
#: A mask need not tell how long a name is, and a hundred stars would break any line.
MOST_STARS = 6
_DOTS = re.compile(r"[·•・‧∙⋅.．]")
_HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

# Bodies that answer to the public: their names are no one's private matter.
_PUBLIC_BODY = re.compile(
    r"(?:委员会|村委会|居委会|人民政府|街道办事处|人民法院|人民检察院|公安局|派出所|司法所|[一-龥]{2,}局"
    r"|党群服务中心|综治中心)\Z"
)
_PLACE_PREFIX = re.compile(
    r"(?:甘肃省?|张掖市?|甘州区?|[一-龥]{2,3}(?:自治区|省|市|自治州|县|区|镇|乡))+(?=[一-龥]{2,})"
)

_ADDRESS_TO_VILLAGE = re.compile(
    r"(?:[一-龥]{2,7}?(?:省|自治区))?"
    r"(?:[一-龥]{1,10}?(?:自治州|地区|盟|(?<![超夜菜门])市))?"
    r"(?:[一-龥]{1,10}?(?:县|旗|(?<![社小校园院厂矿住景])区))?"
    r"(?:[一-龥]{1,10}?(?:镇|乡|街道(?:办事处)?))?"
    r"(?:[一-龥]{1,12}?(?:村民委员会|居民委员会|村委会|居委会|社区|嘎查|村))?"
)


def _text(value: object) -> str:
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()


def mask_name(value: object) -> str:
    """张国 -> 张*, 张建国 -> 张*国, 欧阳建明 -> 欧阳*明, 古丽·阿依努尔 -> 古*·阿***, John Smith -> J*** S****."""
    name = _text(value)
    if not name:
        return ""
    parts = [part.strip() for part in _DOTS.split(name) if part.strip()]
    if len(parts) > 1:
        return "·".join(_first_only(part) for part in parts)
    if not _HAN.fullmatch(name.replace(" ", "")):
        return " ".join(_first_only(word) for word in name.split()) or STAR
    name = name.replace(" ", "")
    if len(name) == 1:
        return STAR
    surname = surname_of(name)
    given = name[len(surname) :]
    return surname + _stars(len(given) - 1) + (given[-1] if len(given) > 1 else "")


def _stars(hidden: int) -> str:
    return STAR * min(max(1, hidden), MOST_STARS)


def _first_only(word: str) -> str:
    return word[0] + _stars(len(word) - 1) if len(word) > 1 else STAR


def mask_org(value: object) -> str:
    """宏达建筑劳务公司 -> 宏*建筑劳务公司, 张掖市宏达建筑公司 -> 张掖市宏*建筑公司.

    The place in front and the trade and form behind stay, one character of the chosen name goes.  Public bodies
    (村民委员会, 人民法院, 派出所 …) are shown whole.
    """
    name = _text(value)
    if not name or _PUBLIC_BODY.search(name):
        return name
    place = _PLACE_PREFIX.match(name)
    head, body = (place[0], name[place.end() :]) if place else ("", name)
    if not _HAN.match(body):
        first, _, rest = body.partition(" ")
        return head + _first_only(first) + (f" {rest}" if rest else "")
    if len(body) <= 2:
        return head + _first_only(body)
    return head + body[0] + STAR + body[2:]


def mask_phone(value: object) -> str:
    """13812345678 -> 138****5678; 0936-8212345 -> 0936-****345, an extension is dropped.

    What is not a number that can be called shows nothing but stars.
    """
    number = phones.normalise(_text(value))
    if not number:
        return ""
    match phones.kind(number):
        case "mobile" | "hotline":
            return f"{number[:3]}****{number[-4:]}"
        case "landline":
            area, local = number.split("-")[:2]
            return f"{area}-{STAR * (len(local) - 3)}{local[-3:]}"
    return STAR * 4


def mask_id_number(value: object) -> str:
    """First three and last four: 411***********1234.  Shorter documents: first and last two, E******78.

    At least half of a number is always hidden.
    """
    number = "".join(_text(value).split()).upper()
    if len(number) >= 15:
        return number[:3] + STAR * (len(number) - 7) + number[-4:]
    if len(number) >= 6:
        return number[0] + STAR * (len(number) - 3) + number[-2:]
    return STAR * len(number)


def mask_address(value: object) -> str:
    """Down to the village or community, no further: 张掖市甘州区上秦镇缪家堡村三社12号 -> 张掖市甘州区上秦镇缪家堡村***.

    Without a village the township is the end: 张掖市甘州区上秦镇***.  An address naming no place we know: ***.
    """
    address = "".join(_text(value).split())
    if not address:
        return ""
    known = _ADDRESS_TO_VILLAGE.match(address)
    kept = known[0] if known else ""
    return kept if kept == address else kept + STAR * 3
