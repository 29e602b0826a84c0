"""axe-core on every page, at 1440 and 390: nothing serious, and no sideways scroll at 320."""

import pytest

from disputes.choices import Status
from tests.browser.conftest import DESKTOP, PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place

#: Who opens which pages; {case} is a case in mediation.
PAGES = {
    "clerk": ["/desk/", "/disputes/", "/disputes/new/", "/disputes/drafts/", "/disputes/{case}/", "/disputes/{case}/receipt/", "/help/"],
    "dispatcher": ["/disputes/dispatch/", "/disputes/{case}/reassign/", "/reports/overview/"],
    "mediator": ["/desk/", "/disputes/{case}/", "/disputes/{case}/settle/", "/disputes/{case}/record_session/", "/disputes/{case}/fail/",
                 "/disputes/{case}/print/", "/accounts/me/", "/accounts/password/"],
    "security_admin": ["/accounts/users/", "/desk/"],
    "audit_admin": ["/accounts/audit/"],
    "nobody": ["/accounts/login/"],
}  # fmt: skip
RUN = """async () => {
  const found = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']});
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`);
}"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
@pytest.mark.parametrize("who", PAGES)
def test_pages_have_no_serious_barrier(request, window, axe, clerk, dispatcher, mediator, who, size):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    case = lives.bring(case, Status.MEDIATING, clerk=clerk, dispatcher=dispatcher, mediator=mediator)
    user = None if who == "nobody" else request.getfixturevalue(who)
    watched = window(user, size)
    barriers = {}
    for path in PAGES[who]:
        page = watched.open(path.format(case=case.code))
        page.evaluate(axe)
        found = page.evaluate(RUN)
        if found:
            barriers[path] = found
    assert not barriers


@pytest.mark.parametrize("path", ["/desk/", "/disputes/", "/disputes/new/", "/disputes/{case}/"])
def test_nothing_scrolls_sideways_on_a_small_phone(window, clerk, path):
    case = lives.register(clerk, division=place(OWN_VILLAGE))
    watched = window(clerk, {"width": 320, "height": 640})
    page = watched.open(path.format(case=case.code))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
