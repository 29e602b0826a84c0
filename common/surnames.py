"""Surnames that need more than a dictionary: compound ones, and those read otherwise than usual.

Data only.  Masks need to know where a surname ends, sort keys how it is read.
"""

from __future__ import annotations

from typing import Final

# Single surnames that pypinyin's dictionary reads otherwise, without tones.  Where a surname has two
# readings (乐 yue/le, 覃 qin/tan, 隗 wei/kui) the one first in 现代汉语词典 is taken.
_SINGLE = """
单 shan 仇 qiu 解 xie 查 zha 曾 zeng 盖 ge 区 ou 朴 piao 员 yun 缪 miao 翟 zhai 覃 qin 洗 xian
折 she 乐 yue 繁 po 种 chong 召 shao 秘 bi 祭 zhai 郇 xun 都 du 隗 wei 薄 bo 佴 nai 乜 nie 么 yao
句 gou 卜 bu 镡 tan 阚 kan 任 ren 尉 wei 宁 ning 车 che 葛 ge 贾 jia 沈 shen 万 wan 柏 bai 谌 chen
莘 shen 黑 hei 应 ying 冼 xian 行 xing 訾 zi 郗 xi 逄 pang 钭 tou 过 guo 那 na 石 shi 盛 sheng
"""

_COMPOUND = """
欧阳 ou yang  司马 si ma  上官 shang guan  夏侯 xia hou  诸葛 zhu ge  东方 dong fang  尉迟 yu chi
皇甫 huang fu  公孙 gong sun  慕容 mu rong  令狐 ling hu  长孙 zhang sun  宇文 yu wen  司徒 si tu
司空 si kong  鲜于 xian yu  闾丘 lv qiu  万俟 mo qi  赫连 he lian  澹台 tan tai  公冶 gong ye
宗政 zong zheng  濮阳 pu yang  淳于 chun yu  单于 chan yu  太叔 tai shu  申屠 shen tu  仲孙 zhong sun
轩辕 xuan yuan  钟离 zhong li  亓官 qi guan  司寇 si kou  子车 zi ju  颛孙 zhuan sun  端木 duan mu
巫马 wu ma  公西 gong xi  漆雕 qi diao  乐正 yue zheng  壤驷 rang si  拓跋 tuo ba  夹谷 jia gu
宰父 zai fu  谷梁 gu liang  段干 duan gan  百里 bai li  东郭 dong guo  南门 nan men  呼延 hu yan
羊舌 yang she  微生 wei sheng  梁丘 liang qiu  左丘 zuo qiu  东门 dong men  西门 xi men  南宫 nan gong
第五 di wu  独孤 du gu  完颜 wan yan  纳兰 na lan  闻人 wen ren  耶律 ye lv  叶赫 ye he  贺兰 he lan
爱新觉罗 ai xin jue luo  叶赫那拉 ye he na la
"""


def _read_single(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _read_compound(text: str) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    words = text.split()
    while words:
        surname = words.pop(0)
        table[surname] = tuple(words.pop(0) for _ in surname)
    return table


SINGLE: Final = _read_single(_SINGLE)
COMPOUND: Final = _read_compound(_COMPOUND)


def surname_of(name: str) -> str:
    """The surname at the head of a Han name: a compound one when a given name still follows, else one character.

    ``''`` for an empty name.
    """
    for length in (4, 2):
        if len(name) > length and name[:length] in COMPOUND:
            return name[:length]
    return name[:1]
