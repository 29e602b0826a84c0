"""The page of the interface in real Chromium: it works under the portal's content policy, with no violation."""

from __future__ import annotations

from disputes.models import Dispute
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place

LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""
LIST = "#operations-纠纷-disputes_list"
STEP = "#operations-办理-disputes_transition"


def opened(window, user):
    watched = window(user)
    watched.page.add_init_script(LISTEN)
    page = watched.open("/api/docs/")
    page.wait_for_selector(".opblock")
    return page


def test_every_endpoint_unfolds_without_a_violation(window, clerk):
    page = opened(window, clerk)
    blocks = page.locator(".opblock-summary-control")
    assert blocks.count() == 11
    for number in range(blocks.count()):
        blocks.nth(number).click()
    page.wait_for_selector(f"{STEP} .opblock-body")
    # Two frames on, whatever the unfolding draws is drawn and judged by the policy.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.violations") == []


def test_a_person_tries_a_query_and_a_step_with_their_own_account(window, clerk):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    page = opened(window, clerk)
    page.click(f"{LIST} .opblock-summary-control")
    page.click(f"{LIST} .try-out__btn")
    page.click(f"{LIST} .execute")
    page.wait_for_selector(f"{LIST} .live-responses-table")
    assert case.code in page.inner_text(f"{LIST} .live-responses-table")

    page.click(f"{STEP} .opblock-summary-control")
    page.click(f"{STEP} .try-out__btn")
    page.fill(f"{STEP} tr[data-param-name=code] input", case.code)
    page.select_option(f"{STEP} tr[data-param-name=name] select", "accept")
    page.fill(f"{STEP} .body-param__text", '{"version": 1}')
    page.click(f"{STEP} .execute")
    page.wait_for_selector(f"{STEP} .live-responses-table")
    assert "已受理" in page.inner_text(f"{STEP} .live-responses-table")
    assert Dispute.objects.get().status == "accepted"
    assert page.evaluate("window.violations") == []
