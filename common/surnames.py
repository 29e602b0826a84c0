"""Surnames that need more than a dictionary: compound ones, and those read otherwise than usual.

Data only.  Masks need to know where a surname ends, sort keys how it is read.
"""

from __future__ import annotations

from typing import Final

# Single surnames that pypinyin's dictionary reads otherwise, or may one day.  The digit is the tone.  Where a
# surname has two readings (乐 yue/le, 覃 qin/tan, 隗 wei/kui) the one first in 现代汉语词典 is taken.
_SINGLE = """
单 shan4 仇 qiu2 解 xie4 查 zha1 曾 zeng1 盖 ge3 区 ou1 朴 piao2 员 yun4 缪 miao4 翟 zhai2 覃 qin2 洗 xian3
折 she2 乐 yue4 繁 po2 种 chong2 召 shao4 秘 bi4 祭 zhai4 郇 xun2 都 du1 隗 wei3 薄 bo2 佴 nai4 乜 nie4
么 yao1 句 gou1 卜 bu3 镡 tan2 阚 kan4 任 ren2 尉 wei4 宁 ning2 车 che1 葛 ge3 贾 jia3 沈 shen3 万 wan4
柏 bai3 谌 chen2 莘 shen1 黑 hei1 应 ying1 冼 xian3 行 xing2 訾 zi1 郗 xi1 逄 pang2 钭 tou3 过 guo1 那 na1
石 shi2 盛 sheng4 华 hua4 纪 ji3 燕 yan1 令 ling2 强 qiang2 牟 mou2
"""

_COMPOUND = """
欧阳 ou1 yang2  司马 si1 ma3  上官 shang4 guan1  夏侯 xia4 hou2  诸葛 zhu1 ge3  东方 dong1 fang1
尉迟 yu4 chi2  皇甫 huang2 fu3  公孙 gong1 sun1  慕容 mu4 rong2  令狐 ling2 hu2  长孙 zhang3 sun1
宇文 yu3 wen2  司徒 si1 tu2  司空 si1 kong1  鲜于 xian1 yu2  闾丘 lv2 qiu1  万俟 mo4 qi2  赫连 he4 lian2
澹台 tan2 tai2  公冶 gong1 ye3  宗政 zong1 zheng4  濮阳 pu2 yang2  淳于 chun2 yu2  单于 chan2 yu2
太叔 tai4 shu1  申屠 shen1 tu2  仲孙 zhong4 sun1  轩辕 xuan1 yuan2  钟离 zhong1 li2  亓官 qi2 guan1
司寇 si1 kou4  子车 zi3 ju1  颛孙 zhuan1 sun1  端木 duan1 mu4  巫马 wu1 ma3  公西 gong1 xi1  漆雕 qi1 diao1
乐正 yue4 zheng4  壤驷 rang3 si4  拓跋 tuo4 ba2  夹谷 jia2 gu3  宰父 zai3 fu3  谷梁 gu3 liang2
段干 duan4 gan1  百里 bai3 li3  东郭 dong1 guo1  南门 nan2 men2  呼延 hu1 yan2  羊舌 yang2 she2
微生 wei1 sheng1  梁丘 liang2 qiu1  左丘 zuo3 qiu1  东门 dong1 men2  西门 xi1 men2  南宫 nan2 gong1
第五 di4 wu3  独孤 du2 gu1  完颜 wan2 yan2  纳兰 na4 lan2  闻人 wen2 ren2  耶律 ye1 lv4  叶赫 ye4 he4
贺兰 he4 lan2  爱新觉罗 ai4 xin1 jue2 luo2  叶赫那拉 ye4 he4 na4 la1
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
