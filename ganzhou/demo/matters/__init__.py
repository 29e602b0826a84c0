"""What people here quarrel about, how often, where and when in the year."""

from ganzhou.demo.matters.home import FAMILY, NEIGHBOURS
from ganzhou.demo.matters.kinds import Matter
from ganzhou.demo.matters.land import LAND, SEED
from ganzhou.demo.matters.money import CONTRACT, LABOUR
from ganzhou.demo.matters.town import DAMAGE, HOUSING, MEDICAL, OTHER, PROPERTY, TRAFFIC

#: Share of each group in all cases (PRACTICE D3), how much of it is of the five subdistricts, and its months,
#: January first: wages before the new year, water and land in the growing season, seed contracts after the harvest,
#: property fees at the end of the year.
GROUPS: dict[str, tuple[float, float, tuple[float, ...], tuple[Matter, ...]]] = {
    "neighbours": (0.22, 0.42, (0.8, 0.8, 1, 1.1, 1.1, 1.1, 1.2, 1.2, 1, 0.9, 0.9, 0.9), NEIGHBOURS),
    "family": (0.17, 0.48, (1.2, 1.5, 1.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1), FAMILY),
    "land": (0.12, 0.05, (0.3, 0.4, 0.9, 1.9, 2.1, 2.0, 1.7, 0.9, 0.6, 0.6, 0.4, 0.2), LAND),
    "contract": (0.12, 0.55, (1.1, 1, 1, 0.9, 0.9, 0.9, 0.9, 0.9, 1, 1, 1.2, 1.3), CONTRACT),
    "labour": (0.09, 0.55, (2.4, 1.7, 0.6, 0.5, 0.5, 0.6, 0.6, 0.6, 0.7, 0.8, 1.4, 1.9), LABOUR),
    "property": (0.08, 0.88, (1.1, 0.6, 0.7, 0.7, 0.8, 0.8, 0.8, 0.8, 0.9, 1.2, 1.6, 2.0), PROPERTY),
    "damage": (0.07, 0.45, (0.9, 0.9, 1, 1, 1.1, 1.1, 1.1, 1.1, 1.1, 1, 0.9, 0.8), DAMAGE),
    "traffic": (0.05, 0.55, (1, 1.1, 0.9, 0.9, 1, 1, 1, 1, 1.1, 1.1, 1, 0.9), TRAFFIC),
    "housing": (0.04, 0.40, (0.5, 0.6, 1.1, 1.4, 1.4, 1.3, 1.2, 1.1, 1.1, 1, 0.8, 0.5), HOUSING),
    "medical": (0.01, 0.60, (1,) * 12, MEDICAL),
    "seed": (0.01, 0.04, (1.7, 0.5, 0.3, 0.3, 0.4, 0.4, 0.6, 0.8, 1.8, 2.2, 2.0, 1.9), SEED),
    "other": (0.02, 0.30, (1,) * 12, OTHER),
}
