"""Half-typed registrations: kept for their author, sealed, gone once submitted."""

import datetime as dt
import json
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from disputes.models import Dispute, IntakeDraft
from tests.disputes.intake_forms import ID_APPLICANT, party, posted

pytestmark = pytest.mark.django_db
NEW, SAVE, LIST = "/disputes/new/", "/disputes/drafts/save/", "/disputes/drafts/"


@pytest.fixture
def window(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def half():
    """What autosave sends: a form that is not finished."""
    return posted(
        submission_key=str(uuid.uuid4()), summary="院墙滴水", category="", division_text="上秦镇 徐赵寨村",
        applicants=[party(name="李桂兰", id_number=ID_APPLICANT, phone="13800000001"), party(name="王建国", phone="")],
    )  # fmt: skip


def delete_url(draft):
    return f"/disputes/drafts/{draft.uid}/delete/"


def test_saving_answers_when_and_which(window, half):
    response = window.post(SAVE, half)
    draft = IntakeDraft.objects.get()
    assert response.status_code == 200
    assert response.json()["draft"] == str(draft.uid) == half["submission_key"]
    assert len(response.json()["saved_at"]) == 8


def test_saving_again_keeps_one_draft(window, half):
    window.post(SAVE, half)
    window.post(SAVE, half | {"summary": "院墙滴水，改了两次"})
    assert "改了两次" in IntakeDraft.objects.get().body


def test_a_draft_lies_sealed_in_the_database(window, half):
    window.post(SAVE, half)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM disputes_intakedraft d")
        row = cursor.fetchone()[0]
    assert not any(plain in row for plain in ("李桂兰", ID_APPLICANT, "13800000001", "院墙"))
    assert json.loads(IntakeDraft.objects.get().body)["applicants-0-name"] == ["李桂兰"]


def test_a_draft_keeps_the_registration_and_nothing_else(window, half):
    window.post(SAVE, half | {"csrfmiddlewaretoken": "secret", "then": "accept", "password": "x"})
    kept = json.loads(IntakeDraft.objects.get().body)
    assert not {"csrfmiddlewaretoken", "then", "password"} & set(kept)


def test_a_draft_is_taken_up_as_it_was_left_without_complaints(window, half):
    window.post(SAVE, half | {"link-GZ2026-000001": "recurrence", "applied_on": "明年"})
    page = window.get(NEW, {"draft": half["submission_key"]}).content.decode()
    for typed in ("李桂兰", ID_APPLICANT, "王建国", "明年", "上秦镇 徐赵寨村", half["submission_key"]):
        assert f'value="{typed}"' in page, typed
    assert "院墙滴水" in page and "处需要改" not in page and 'class="field-error"' not in page


def test_submitting_takes_the_draft_away(window, half):
    window.post(SAVE, half)
    response = window.post(NEW, posted(submission_key=half["submission_key"]))
    assert response.status_code == 302
    assert Dispute.objects.count() == 1 and not IntakeDraft.objects.exists()


def test_a_draft_taken_up_in_two_tabs_makes_one_case(window, half):
    window.post(SAVE, half)
    urls = {window.post(NEW, posted(submission_key=half["submission_key"])).url for _ in range(2)}
    assert len(urls) == 1 and Dispute.objects.count() == 1


def test_a_save_that_comes_after_the_submit_is_no_draft(window, half, clerk):
    window.post(NEW, posted(submission_key=half["submission_key"]))
    assert window.post(SAVE, half).status_code == 204
    IntakeDraft.objects.create(uid=half["submission_key"], author=clerk, body="{}")  # the race nobody can win
    assert "没有草稿" in window.get(LIST).content.decode()


def test_a_refused_submit_keeps_the_draft(window, half):
    window.post(SAVE, half)
    assert window.post(NEW, half).status_code == 422
    assert IntakeDraft.objects.exists()


def test_the_list_shows_what_it_was_about_masked(window, half):
    window.post(SAVE, half)
    page = window.get(LIST).content.decode()
    assert "李*兰 与 赵*军" in page and "上秦镇 徐赵寨村" in page and "李桂兰" not in page and ID_APPLICANT not in page


def test_a_draft_says_what_it_is_about_and_when_it_goes(window, half):
    window.post(SAVE, half | {"category_text": "邻里 宅基地边界", "summary": "李桂兰说张掖市金穗种业有限公司不付钱",
                              "respondents-0-name": "张掖市金穗种业有限公司"})  # fmt: skip
    IntakeDraft.objects.update(saved_at=timezone.now() - dt.timedelta(days=29))
    gone = timezone.localdate() + dt.timedelta(days=1)
    for page in (LIST, "/desk/"):
        text = window.get(page).content.decode()
        assert "邻里 宅基地边界" in text and "上秦镇 徐赵寨村" in text
        assert f"{gone:%Y-%m-%d} 删除" in text or "1 天后删除" in text
        assert "李桂兰" not in text and "金穗种业" not in text and f"?draft={half['submission_key']}" in text


def test_a_colleague_reads_nothing_of_it_on_the_desk_either(client, person, window, half):
    window.post(SAVE, half)
    client.force_login(person("clerk2", "王敏", "clerk"))
    assert "没登记完的草稿" not in client.get("/desk/").content.decode()


def test_an_empty_draft_is_listed_too(window):
    window.post(SAVE, {"submission_key": str(uuid.uuid4())})
    assert "（未填） 与 （未填）" in window.get(LIST).content.decode()


def test_deleting(window, half):
    window.post(SAVE, half)
    draft = IntakeDraft.objects.get()
    assert window.get(delete_url(draft)).status_code == 405
    assert window.post(delete_url(draft)).url == LIST
    assert not IntakeDraft.objects.exists()
    assert window.post(delete_url(draft)).status_code == 404


def test_a_colleague_at_the_same_window_sees_nothing_of_it(client, person, window, half):
    window.post(SAVE, half)
    draft = IntakeDraft.objects.get()
    client.force_login(person("clerk2", "王敏", "clerk"))
    assert client.get(NEW, {"draft": draft.uid}).status_code == 404
    assert client.post(delete_url(draft)).status_code == 404
    assert "没有草稿" in client.get(LIST).content.decode()
    assert client.post(SAVE, half).status_code == 400
    assert IntakeDraft.objects.get().author.username == "clerk"


def test_without_script_the_button_keeps_the_draft(window, half):
    response = window.post(NEW, half | {"then": "draft"})
    assert response.url == f"{NEW}?draft={half['submission_key']}"
    assert not Dispute.objects.exists()


def test_an_expired_sign_in_keeps_what_was_saved(client, window, half, clerk):
    window.post(SAVE, half)
    client.logout()
    assert client.post(SAVE, half | {"summary": "之后写的"}).status_code in (302, 401)
    client.force_login(clerk)
    page = client.get(NEW).content.decode()
    assert "草稿箱 1" in page
    assert f'href="{NEW}?draft={half["submission_key"]}">接着填' in page and "李*兰 与 赵*军" in page


def test_what_was_left_long_ago_waits_in_the_list(window, half):
    window.post(SAVE, half)
    IntakeDraft.objects.update(saved_at=timezone.now() - dt.timedelta(hours=3))
    page = window.get(NEW).content.decode()
    assert "接着填" not in page and "草稿箱 1" in page


@pytest.mark.parametrize("key", [None, "", "x"])
def test_a_page_without_its_key_saves_nothing(window, half, key):
    data = {k: v for k, v in (half | {"submission_key": key}).items() if v is not None}
    assert window.post(SAVE, data).status_code == 400
    assert not IntakeDraft.objects.exists()


def test_a_book_is_no_draft(window, half):
    assert window.post(SAVE, half | {"summary": "字" * 200_001}).status_code == 400


@pytest.mark.parametrize("draft", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_draft_that_is_not_there(window, draft):
    assert window.get(NEW, {"draft": draft}).status_code == 404


def test_the_list_needs_few_queries(window, half, django_assert_max_num_queries):
    for _ in range(5):
        window.post(SAVE, half | {"submission_key": str(uuid.uuid4())})
    window.get(LIST)
    with django_assert_max_num_queries(7):
        window.get(LIST)


def test_others_have_no_drafts(client, mediator):
    client.force_login(mediator)
    assert client.get(LIST).status_code == client.post(SAVE).status_code == 403
