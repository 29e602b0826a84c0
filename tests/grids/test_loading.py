"""The official list of places: loaded whole or not at all, and no case is ever lost by it."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from disputes.models import Dispute
from grids import loading
from grids.choices import Level
from grids.models import Division, spoken_name
from tests.disputes import lives
from tests.factories import NEIGHBOUR_TOWNSHIP, NEIGHBOUR_VILLAGE, OWN_TOWNSHIP, OWN_VILLAGE

pytestmark = pytest.mark.django_db
DAY = dt.date(2027, 1, 1)


@pytest.fixture
def official():
    """The rows of the list in force, as dictionaries to edit."""
    with open("grids/data/ganzhou_divisions_2023.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def content(rows):
    columns = ["code", "name", "level", "kind", "parent_code", "replaces"]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load(tmp_path, rows):
    path = tmp_path / "list.csv"
    path.write_bytes(content(rows))
    call_command("load_divisions", str(path), verbosity=0)


def find(rows, code):
    return next(row for row in rows if row["code"] == code)


def test_the_county_has_its_official_units():
    count = {level: Division.objects.filter(level=level).count() for level in Level}
    assert count == {"province": 1, "city": 1, "county": 1, "township": 24, "village": 277}


def test_paths_are_chains_of_codes_that_end_in_a_slash():
    village = Division.objects.get(pk=OWN_VILLAGE)
    assert village.path == "/620000000000/620700000000/620702000000/620702101000/620702101207/"
    assert not Division.objects.exclude(path__endswith="/").exists()


@pytest.mark.parametrize(
    ("official_name", "said"),
    [("交通巷社区居民委员会", "交通巷社区"), ("余家城村村民委员会", "余家城村"), ("上秦镇", "上秦镇")],
)
def test_the_long_tail_of_a_name_is_not_said(official_name, said):
    assert spoken_name(official_name) == said


def test_the_same_list_again_changes_nothing(official):
    change = loading.apply(Division, loading.read(content(official)), on=DAY)
    assert change == loading.Change()


def test_added_renamed_and_abolished_villages_are_applied_and_cases_stay(tmp_path, official, clerk, own_village):
    case = lives.register(clerk, division=own_village)
    find(official, "620702101206")["name"] = "上秦新村村民委员会"
    gone = find(official, OWN_VILLAGE)
    official.remove(gone)
    official.append({"code": "620702101299", "name": "徐赵新村村民委员会", "level": "village", "kind": "village",
                     "parent_code": OWN_TOWNSHIP, "replaces": OWN_VILLAGE})  # fmt: skip
    load(tmp_path, official)

    old = Division.objects.get(pk=OWN_VILLAGE)
    assert (old.is_active, old.successor_id) == (False, "620702101299")
    renamed = Division.objects.get(pk="620702101206")
    assert (renamed.name, renamed.former_names[0]["name"]) == ("上秦新村", "上秦村村民委员会")
    assert Dispute.objects.visible_to(clerk).get() == case
    assert not Division.objects.active().filter(pk=OWN_VILLAGE).exists()


def test_an_abolished_place_comes_back_when_it_is_listed_again(tmp_path, official):
    without = [row for row in official if row["code"] != OWN_VILLAGE]
    load(tmp_path, without)
    load(tmp_path, official)
    assert Division.objects.get(pk=OWN_VILLAGE).is_active


def test_a_village_that_moves_takes_its_cases_into_the_other_township(tmp_path, official, clerk, neighbouring_clerk):
    """Codes begin with their township's, so a move is a new code; a parent set right in place is followed too."""
    case = lives.register(neighbouring_clerk, division=Division.objects.get(pk=NEIGHBOUR_VILLAGE))
    Division.objects.filter(pk=NEIGHBOUR_VILLAGE).update(
        parent=OWN_TOWNSHIP, path=f"/620000000000/620700000000/620702000000/{OWN_TOWNSHIP}/{NEIGHBOUR_VILLAGE}/"
    )
    Dispute.objects.update(place_path=Division.objects.get(pk=NEIGHBOUR_VILLAGE).path, township=OWN_TOWNSHIP)
    assert Dispute.objects.visible_to(clerk).exists()
    load(tmp_path, official)
    case.refresh_from_db()
    assert case.township_id == NEIGHBOUR_TOWNSHIP
    assert not Dispute.objects.visible_to(clerk).exists()
    assert Dispute.objects.visible_to(neighbouring_clerk).exists()


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda row: row.update(code="6207021012"), "不是 12 位数字"),
        (lambda row: row.update(name=""), "名称为空"),
        (lambda row: row.update(level="hamlet"), "级别“hamlet”不认识"),
        (lambda row: row.update(kind="city"), "类别“city”不认识"),
        (lambda row: row.update(parent_code="620702999000"), "不在文件里"),
        (lambda row: row.update(parent_code=NEIGHBOUR_TOWNSHIP), "不在上级"),
        (lambda row: row.update(code="620702101206"), "重复"),
        (lambda row: row.update(level="township"), "与级别“township”不符"),
    ],
)
def test_a_broken_file_is_refused_whole_with_its_line(tmp_path, official, edit, sentence):
    row = find(official, OWN_VILLAGE)
    line = official.index(row) + 2
    find(official, "620702101206")["name"] = "不应写入村村民委员会"
    edit(row)
    with pytest.raises(CommandError) as refusal:
        load(tmp_path, official)
    assert f"第 {line} 行：" in str(refusal.value)
    assert sentence in str(refusal.value)
    assert Division.objects.get(pk="620702101206").name == "上秦村"


def test_a_file_in_another_encoding_or_without_columns_is_refused():
    with pytest.raises(loading.BrokenFile, match="UTF-8"):
        loading.read("code,name\n620702000000,甘州区\n".encode("gb18030"))
    with pytest.raises(loading.BrokenFile, match="缺少列"):
        loading.read(b"code,name\n620702000000,x\n")
    with pytest.raises(loading.BrokenFile, match="没有数据行"):
        loading.read(b"code,name,level,kind,parent_code\n")


def test_a_dry_run_writes_nothing(tmp_path, official):
    path = tmp_path / "list.csv"
    path.write_bytes(content([row for row in official if row["code"] != OWN_VILLAGE]))
    call_command("load_divisions", str(path), "--dry-run", verbosity=0)
    assert Division.objects.get(pk=OWN_VILLAGE).is_active


def test_no_foreign_key_points_upwards():
    """HOUSE_STYLE: string references escape the import linter."""
    from django.apps import apps

    floors = [
        "common",
        "grids",
        "accounts",
        "notices",
        "imports",
        "mediators",
        "posts",
        "rosters",
        "disputes",
        "centre",
        "referrals",
        "reports",
        "ganzhou",
    ]
    for model in apps.get_models():
        here = model._meta.app_label
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and getattr(field.remote_field, "model", None)
            if here in floors and field.concrete and target and target._meta.app_label in floors:
                assert floors.index(target._meta.app_label) <= floors.index(here), f"{model.__name__}.{field.name}"
    assert connection.vendor == "postgresql"
