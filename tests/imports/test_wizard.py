"""The wizard through the eyes of the person who uses it: upload, preview, write, and what is left afterwards."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from common.models import Outbox
from grids.models import Division
from imports import registry, services, writing
from imports.choices import State
from imports.models import ImportFile, ImportJob, PlannedRow
from tests.factories import OWN_TOWNSHIP, OWN_VILLAGE
from tests.imports.files import read_back, xlsx

pytestmark = pytest.mark.django_db
HEAD = ["区划代码", "全称", "级别", "类别", "上级代码", "取代的代码"]
NEW = ["620702101299", "徐赵新村村民委员会", "村（社区）", "村", OWN_TOWNSHIP]


@pytest.fixture
def admin_client(client, system_admin):
    client.force_login(system_admin)
    return client


def rows_there(user, key="divisions"):
    """The table as its export has it."""
    file, _ = writing.export(registry.get(key), user, "")
    return read_back(file.read())


def send(client, content, name="区划.xlsx", key="divisions"):
    return client.post(reverse("imports:sheet", args=[key]), {"file": SimpleUploadedFile(name, content)})


def uploaded(client, rows, **options):
    """The job of a file that was taken in and looked at."""
    response = send(client, rows if isinstance(rows, bytes) else xlsx(rows), **options)
    assert response.status_code == 302, response.content.decode()
    job = ImportJob.objects.latest("id")
    services.read(job.pk)
    job.refresh_from_db()
    return job


def committed(client, job):
    client.post(reverse("imports:commit", args=[job.uid]))
    services.write(job.pk)
    job.refresh_from_db()
    return job


def nothing_is_kept():
    return not ImportFile.objects.exists() and not PlannedRow.objects.exists()


# ---- the way through


def test_the_whole_way_from_upload_to_result(admin_client, system_admin):
    rows = rows_there(system_admin)
    rows[10][1] = "改过名的村村民委员会" if rows[10][2] == "村（社区）" else rows[10][1]
    job = uploaded(admin_client, [*rows, NEW])
    assert (job.state, job.new, job.refused) == (State.READY, 1, 0)
    page = admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    assert "徐赵新村村民委员会" in page
    job = committed(admin_client, job)
    assert (job.state, job.new) == (State.DONE, 1)
    assert Division.objects.get(pk="620702101299").name == "徐赵新村"
    assert nothing_is_kept()
    event = AuditEvent.objects.get(action="import.commit")
    assert event.detail["new"] == 1
    assert "徐赵" not in str(event.detail)
    assert "已经写入" in admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()


def test_importing_the_export_changes_nothing(admin_client, system_admin):
    response = admin_client.post(reverse("imports:export", args=["divisions"]))
    content = b"".join(response.streaming_content)
    job = uploaded(admin_client, content)
    assert (job.state, job.writes, job.refused, job.unchanged) == (State.DONE, 0, 0, 304)
    assert not PlannedRow.objects.exists()
    assert "没有要写入的" in admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    assert AuditEvent.objects.get(action="import.export").detail == {"sheet": "divisions", "rows": 304}


def test_the_same_file_twice_changes_nothing_the_second_time(admin_client, system_admin):
    rows = [*rows_there(system_admin), NEW]
    committed(admin_client, uploaded(admin_client, rows))
    again = uploaded(admin_client, rows)
    assert (again.new, again.changed, again.ended, again.refused) == (0, 0, 0, 0)


def test_the_export_of_the_same_table_is_the_same_file(system_admin):
    sheet = registry.get("divisions")
    first, second = (writing.export(sheet, system_admin, "x")[0].read() for _ in range(2))
    assert first == second


def test_the_official_csv_under_our_headers_is_taken(admin_client, system_admin):
    with open("grids/data/ganzhou_divisions_2023.csv", encoding="utf-8") as file:
        official = list(csv.DictReader(file))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD[:5])
    writer.writerows([row[name] for name in ("code", "name", "level", "kind", "parent_code")] for row in official)
    job = uploaded(admin_client, out.getvalue().encode("gb18030"), name="区划.csv")
    assert (job.state, job.writes, job.refused) == (State.DONE, 0, 0)
    assert "GB18030" in job.notes[0]


# ---- all or nothing


def test_one_wrong_row_and_nothing_may_be_written(admin_client, system_admin):
    rows = [*rows_there(system_admin), NEW, ["62070210129", "错村村民委员会", "村（社区）", "村", OWN_TOWNSHIP]]
    job = uploaded(admin_client, rows)
    assert (job.state, job.new, job.refused) == (State.READY, 1, 1)
    page = admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    assert f"A{len(rows)}" in page
    assert "应为 12 位数字" in page
    assert reverse("imports:commit", args=[job.uid]) not in page
    assert admin_client.post(reverse("imports:commit", args=[job.uid])).status_code == 409
    services.write(job.pk)
    assert not Division.objects.filter(pk="620702101299").exists()


def test_when_the_last_write_fails_nothing_moved(admin_client, system_admin, monkeypatch):
    job = uploaded(admin_client, [*rows_there(system_admin), NEW])
    admin_client.post(reverse("imports:commit", args=[job.uid]))

    def fails(*args, **kwargs):
        raise RuntimeError("the audit trail is away")

    monkeypatch.setattr(services.audit, "record", fails)
    with pytest.raises(RuntimeError):
        services.write(job.pk)
    job.refresh_from_db()
    assert (job.state, job.lease_until) == (State.COMMITTING, None)
    assert not Division.objects.filter(pk="620702101299").exists()


def test_a_preview_older_than_an_edit_does_not_overwrite_it(admin_client, system_admin):
    rows = rows_there(system_admin)
    line = next(row for row in rows if row[0] == OWN_VILLAGE)
    line[1] = "文件里的新名村村民委员会"
    job = uploaded(admin_client, rows)
    assert job.changed == 1
    Division.objects.filter(pk=OWN_VILLAGE).update(official_name="别人改的名村村民委员会")
    job = committed(admin_client, job)
    assert job.state == State.READY
    assert "系统里的内容被别人改过" in job.said
    assert Division.objects.get(pk=OWN_VILLAGE).official_name == "别人改的名村村民委员会"
    page = admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    assert "别人改的名村村民委员会" in page
    assert committed(admin_client, job).state == State.DONE  # looked at again, and confirmed
    assert Division.objects.get(pk=OWN_VILLAGE).official_name == "文件里的新名村村民委员会"


def test_a_right_lost_meanwhile_stops_the_writing(admin_client, system_admin):
    job = uploaded(admin_client, [*rows_there(system_admin), NEW])
    admin_client.post(reverse("imports:commit", args=[job.uid]))
    system_admin.role_holdings.update(revoked_at=timezone.now())
    services.write(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "不再有导入的权限" in job.said
    assert not Division.objects.filter(pk="620702101299").exists()
    assert nothing_is_kept()


# ---- nothing is left behind


def test_a_broken_file_leaves_neither_job_nor_file(admin_client):
    response = send(admin_client, b"<html><table></table></html>", name="名单.xls")
    assert response.status_code == 422
    assert "其实是网页" in response.content.decode()
    assert not ImportJob.objects.exists()
    assert not Outbox.objects.filter(topic="imports.read").exists()


@pytest.mark.parametrize(("content", "sentence"), [(b"", "文件是空的"), (b"x" * 11 * 1024 * 1024, "最大 10 MB")])
def test_empty_and_huge_files_are_told_beside_the_field(admin_client, content, sentence):
    response = send(admin_client, content)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_no_file_at_all_says_so(admin_client):
    response = admin_client.post(reverse("imports:sheet", args=["divisions"]), {})
    assert response.status_code == 422
    assert "请选一个文件" in response.content.decode()


def test_a_file_found_wrong_by_the_worker_is_deleted_with_its_sentence_kept(admin_client):
    job = uploaded(admin_client, [["序号", "姓名"], [1, "甲"]])
    assert job.state == State.REFUSED
    assert "没有找到“区划”的表头" in job.said
    assert nothing_is_kept()
    assert "没有找到“区划”的表头" in admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()


def test_the_file_lies_sealed_in_the_database(admin_client, system_admin):
    send(admin_client, xlsx([HEAD, NEW]))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM imports_importfile")
        assert cursor.fetchone()[0].startswith("v1|sm4gcm|")


def test_giving_up_deletes_the_file_and_writes_nothing(admin_client, system_admin):
    job = uploaded(admin_client, [*rows_there(system_admin), NEW])
    admin_client.post(reverse("imports:cancel", args=[job.uid]))
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert nothing_is_kept()
    assert admin_client.post(reverse("imports:commit", args=[job.uid])).status_code == 409


def test_a_second_file_of_the_same_table_takes_the_place_of_the_first(admin_client, system_admin):
    first = uploaded(admin_client, [*rows_there(system_admin), NEW])
    uploaded(admin_client, rows_there(system_admin))
    first.refresh_from_db()
    assert (first.state, first.said) == (State.CANCELLED, "又上传了新的文件，这一份没有写入。")


def test_what_nobody_confirms_within_a_day_is_deleted(admin_client, system_admin):
    job = uploaded(admin_client, [*rows_there(system_admin), NEW])
    services.look_after(timezone.now() + dt.timedelta(hours=23))
    assert ImportFile.objects.exists()
    services.look_after(timezone.now() + dt.timedelta(hours=25))
    job.refresh_from_db()
    assert job.state == State.EXPIRED
    assert nothing_is_kept()


# ---- the worker


def test_a_request_only_writes_down_what_a_worker_shall_do(admin_client, system_admin):
    send(admin_client, xlsx([HEAD, NEW]))
    job = ImportJob.objects.get()
    assert job.state == State.READING
    row = Outbox.objects.get(topic="imports.read")
    assert row.payload == {"job": job.pk}


def test_a_job_is_worked_on_by_one_worker_at_a_time(admin_client, system_admin):
    send(admin_client, xlsx([HEAD, NEW]))
    job = ImportJob.objects.get()
    ImportJob.objects.update(lease_until=timezone.now() + dt.timedelta(seconds=10))
    assert services.read(job.pk) == "已经有人在办"
    assert ImportJob.objects.get().state == State.READING


def test_what_a_dead_worker_left_is_sent_to_another(admin_client, system_admin):
    send(admin_client, xlsx([HEAD, NEW]))
    job = ImportJob.objects.get()
    ImportJob.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1), attempts=1)
    assert "中断" in admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    assert services.look_after() == "接着办 1 份，过期 0 份"
    assert Outbox.objects.filter(topic="imports.read").count() == 2
    services.read(job.pk)
    job.refresh_from_db()
    assert job.state == State.READY


def test_a_file_that_kills_three_workers_is_given_up_in_words(admin_client, system_admin):
    send(admin_client, xlsx([HEAD, NEW]))
    job = ImportJob.objects.get()
    ImportJob.objects.update(attempts=3)
    services.read(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "中断了 3 次，没有写入任何内容" in job.said
    assert nothing_is_kept()


def test_the_progress_fragment_asks_again_and_then_turns_the_page(admin_client, system_admin):
    send(admin_client, xlsx([*rows_there(system_admin), NEW]))
    job = ImportJob.objects.get()
    url = reverse("imports:progress", args=[job.uid])
    fragment = admin_client.get(url, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in fragment.content.decode()
    assert admin_client.get(url).url == reverse("imports:job", args=[job.uid])  # without script
    services.read(job.pk)
    assert admin_client.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


# ---- errors with their cells


def test_faults_name_their_cell_and_the_report_can_be_mended_and_sent(admin_client, system_admin):
    rows = rows_there(system_admin)
    good = [list(row) for row in rows]
    rows.append(["620702101299", "", "县城", "村", "620702999000"])
    job = uploaded(admin_client, rows)
    page = admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()
    n = len(rows)
    for said in (f"B{n}", "全称没有填", f"C{n}", "没有“县城”"):
        assert said in page
    report = admin_client.get(reverse("imports:problems", args=[job.uid]))
    lines = read_back(b"".join(report.streaming_content))
    assert lines[0][-2:] == ["问题", "原行号"]
    assert "全称没有填" in lines[1][-2]
    lines[1][1:3] = ["好村村民委员会", "村（社区）"]
    lines[1][4] = OWN_TOWNSHIP
    mended = uploaded(admin_client, [*good, [*lines[1][:5], ""]])
    assert (mended.new, mended.refused) == (1, 0)


def test_rows_twice_are_refused_with_the_first_ones_number(admin_client, system_admin):
    rows = [*rows_there(system_admin), NEW, NEW]
    job = uploaded(admin_client, rows)
    assert job.refused == 1
    assert f"与第 {len(rows) - 1} 行重复" in admin_client.get(reverse("imports:job", args=[job.uid])).content.decode()


def test_full_width_digits_and_blanks_are_read_as_what_they_mean(admin_client, system_admin):
    rows = [*rows_there(system_admin), ["６２０７０２１０１２９９", "　徐赵新村村民委员会 ", "村", "村", 620702101000]]
    job = uploaded(admin_client, rows)
    assert (job.new, job.refused) == (1, 0)


def test_a_place_that_the_list_leaves_out_is_shown_as_ended_and_marked_abolished(admin_client, system_admin):
    rows = [row for row in rows_there(system_admin) if row[0] != OWN_VILLAGE]
    job = uploaded(admin_client, [*rows, [*NEW, OWN_VILLAGE]])
    assert (job.new, job.ended) == (1, 1)
    page = admin_client.get(reverse("imports:job", args=[job.uid]) + "?verdict=ended").content.decode()
    assert "徐赵寨村" in page
    committed(admin_client, job)
    old = Division.objects.get(pk=OWN_VILLAGE)
    assert (old.is_active, old.successor_id) == (False, "620702101299")


# ---- templates


def test_the_template_has_headers_hints_an_example_and_lists(admin_client):
    response = admin_client.get(reverse("imports:template", args=["divisions"]))
    content = b"".join(response.streaming_content)
    rows = read_back(content)
    assert rows[0] == ["区划代码*", "全称*", "级别*", "类别", "上级代码", "取代的代码"]
    assert rows[2][1] == "示例村村民委员会"
    assert (
        "填写说明" in response.headers["Content-Disposition"] or "filename" in response.headers["Content-Disposition"]
    )
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'dataValidation type="list"' in sheet
    assert "<f>" not in sheet.split("<dataValidations")[0]


def test_the_template_as_it_is_adds_nothing(admin_client, system_admin):
    content = b"".join(admin_client.get(reverse("imports:template", args=["divisions"])).streaming_content)
    rows = read_back(content)
    job = uploaded(admin_client, [*rows[:3], *rows_there(system_admin)[1:]])
    assert (job.new, job.refused) == (0, 0)
    assert sum("模板自带" in note for note in job.notes) == 2


def test_no_cell_we_write_is_a_formula(system_admin):
    Division.objects.filter(pk=OWN_VILLAGE).update(official_name='=HYPERLINK("http://x","点我")')
    file, _ = writing.export(registry.get("divisions"), system_admin, "=1+1")
    content = file.read()
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any("<c " in sheet and "<f>" in sheet.split("<dataValidations")[0] for sheet in sheets)
    assert [row[1] for row in read_back(content) if row[0] == OWN_VILLAGE] == ['=HYPERLINK("http://x","点我")']


# ---- who sees what


def test_only_those_who_may_reach_a_table(client, clerk, township, system_admin):
    url = reverse("imports:sheet", args=["divisions"])
    client.force_login(clerk)
    assert client.get(url).status_code == 403
    assert client.get(reverse("imports:index")).status_code == 403
    client.force_login(system_admin)
    assert client.get(url).status_code == 200
    assert client.get(reverse("imports:sheet", args=["nonsense"])).status_code == 404


def test_a_job_is_its_authors_and_the_system_administrators(client, admin_client, system_admin, person):
    from accounts.choices import Role

    job = uploaded(admin_client, [*rows_there(system_admin), NEW])
    other = person("justice2", "金凤", Role.JUSTICE_BUREAU, "620702000000")
    client.force_login(other)
    for name in ("job", "progress", "problems"):
        assert client.get(reverse(f"imports:{name}", args=[job.uid])).status_code in {403, 404}
    for name in ("commit", "cancel"):
        assert client.post(reverse(f"imports:{name}", args=[job.uid])).status_code in {403, 404}
    second_admin = person("admin2", "卫东", Role.SYSTEM_ADMIN, "620702000000")
    client.force_login(second_admin)
    assert client.get(reverse("imports:job", args=[job.uid])).status_code == 200
    assert client.post(reverse("imports:commit", args=[job.uid])).status_code == 403
    job.refresh_from_db()
    assert job.state == State.READY


def test_a_preview_costs_a_fixed_number_of_queries(admin_client, system_admin, django_assert_max_num_queries):
    job = uploaded(
        admin_client,
        [
            *rows_there(system_admin),
            *[[f"6207021012{n}", f"新{n}村村民委员会", "村", "村", OWN_TOWNSHIP] for n in range(60, 99)],
        ],
    )
    assert job.new > 20
    with django_assert_max_num_queries(9):
        admin_client.get(reverse("imports:job", args=[job.uid]))
    with django_assert_max_num_queries(9 + len(registry.every())):
        admin_client.get(reverse("imports:index"))
