"""What the portal suggested before the rules were rows, kept as it was: the oracle of test_routing_shipped.py."""

from disputes.choices import PartyKind, Risk
from grids.choices import Level
from mediators.choices import CommitteeKind


def choose(matter, committees):
    official = matter.category.official_code
    for committee in committees:
        if committee.kind == CommitteeKind.TRADE and official in committee.fields:
            name = matter.category.parent.name if matter.category.parent else matter.category.name
            return committee, (f"{name}纠纷有专业调委会",)
    at = {
        committee.organisation.division_id: committee
        for committee in committees
        if committee.kind != CommitteeKind.TRADE
    }
    places = places_of(matter.division)
    village, township = places.get(Level.VILLAGE), places.get(Level.TOWNSHIP)
    heavy = why_not_village(matter)
    if village and village.pk in at and not heavy:
        return at[village.pk], (f"发生在{village.name}", "风险低，先在村（社区）调解")
    if township and township.pk in at:
        return at[township.pk], (f"属地{township.name}", *((heavy,) if heavy else ()))
    county = next((c for c in committees if c.kind == CommitteeKind.TRADE and not c.fields), None)
    return (county, ("没有属地调委会，由区级调委会办理",)) if county else (None, ())


def places_of(division):
    found = {division.level: division}
    if division.level == Level.VILLAGE and division.parent:
        found[Level.TOWNSHIP] = division.parent
    return found


def why_not_village(matter):
    if matter.risk in (Risk.MEDIUM, Risk.HIGH):
        return "有激化风险，由乡镇（街道）调委会办理"
    if matter.people_count >= 10:
        return "涉及人数较多，由乡镇（街道）调委会办理"
    if PartyKind.ORGANISATION in [side.kind for side in matter.sides]:
        return "一方是单位，由乡镇（街道）调委会办理"
    return ""
