"""One submission sent by two windows at the same moment, with real transactions."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from common.models import Counter
from disputes.models import Dispute, Party
from tests.disputes.intake_forms import posted

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/disputes/new/"


def at_once(user, submissions):
    """POST each submission from its own browser; all start together."""
    barrier, answers = threading.Barrier(len(submissions)), [None] * len(submissions)
    browsers = [Client() for _ in submissions]
    for browser in browsers:
        browser.force_login(user)

    def send(number):
        try:
            barrier.wait()
            answers[number] = browsers[number].post(URL, submissions[number])
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(submissions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("then", ["register", "accept"])
def test_two_tabs_with_one_submission_make_one_case(clerk, own_village, then):
    key = str(uuid.uuid4())
    answers = at_once(clerk, [posted(submission_key=key, then=then) for _ in range(2)])
    case = Dispute.objects.get()
    assert {answer.url for answer in answers} == {case.get_absolute_url()}
    assert Party.objects.count() == 2
    names = ["register", "accept"] if then == "accept" else ["register"]
    assert list(case.events.order_by("number").values_list("name", flat=True)) == names


def test_a_copy_that_loses_leaves_no_gap_in_the_numbers(clerk, own_village):
    key = str(uuid.uuid4())
    at_once(clerk, [posted(submission_key=key) for _ in range(4)])
    at_once(clerk, [posted()])
    assert sorted(Dispute.objects.values_list("code", flat=True))[-1].endswith("-000002")
    assert Counter.objects.get(key__startswith="dispute:").value == 2
