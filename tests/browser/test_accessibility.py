"""Each page at 1440 and 390: nothing serious by axe-core, nothing scrolls sideways at 320, few requests, none foreign.

Violations of the content policy and scripts that fail are caught by the window itself (conftest).  With PORTAL_SHOTS
set to a folder, a picture of each page is left there to look at.
"""

import os
from pathlib import Path

import pytest

from disputes.choices import Status
from tests.browser.conftest import DESKTOP, PHONE
from tests.disputes import lives
from tests.factories import OWN_VILLAGE, place

#: Who opens which pages; {new}, {on}, {done} are cases at that point of their lives.
PAGES = {
    "clerk": ["/desk/", "/disputes/", "/disputes/new/", "/disputes/drafts/", "/disputes/{new}/", "/disputes/{on}/receipt/",
              "/disputes/{done}/archive/", "/help/"],
    "township": ["/desk/", "/disputes/dispatch/", "/disputes/?tab=assign", "/disputes/{on}/reassign/",
                 "/posts/", "/posts/villages/{village}/", "/posts/villages/{village}/judge/", "/posts/chiefs/",
                 "/posts/officers/", "/posts/officers/new/", "/posts/visits/", "/posts/visits/new/"],
    "dispatcher": ["/routing/", "/routing/try/", "/centre/", "/centre/rooms/", "/centre/venues/", "/rosters/",
                   "/rosters/week/", "/rosters/departments/", "/rosters/swaps/"],
    "mediator": ["/desk/", "/disputes/{on}/", "/disputes/{on}/settle/", "/disputes/{on}/record_session/",
                 "/disputes/{on}/fail/", "/disputes/{signed}/take_effect/", "/disputes/{done}/print/", "/accounts/me/",
                 "/accounts/password/", "/notices/", "/notices/preferences/", "/notices/digest/"],
    "leader": ["/reports/overview/"],
    "supervisor": ["/system/calendar/2027-03-01/", "/rules/", "/rules/accept/", "/rules/accept/warning/",
                   "/supervision/", "/extensions/", "/reports/overdue/", "/committees/", "/committees/new/",
                   "/committees/minority-places/", "/mediators/", "/mediators/new/", "/court-lists/", "/imports/",
                   "/imports/mediators/", "/imports/missing/", "/centre/checklists/"],
    "system_admin": ["/desk/", "/system/tasks/", "/system/calendar/", "/system/calendar/?year=2027", "/system/calendar/load/"],
    "security_admin": ["/accounts/users/", "/desk/"],
    "audit_admin": ["/accounts/audit/"],
    "nobody": ["/accounts/login/"],
}  # fmt: skip
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations'], preload: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']});
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`);
}"""
MOST_REQUESTS = 12
WIDEST = "document.documentElement.scrollWidth"
SMALL = {"width": 320, "height": 640}


@pytest.fixture
def cases(clerk, dispatcher, mediator):
    """Codes of cases at several points of their lives, and of their place."""

    def at(state):
        case = lives.register(clerk, division=place(OWN_VILLAGE))
        return lives.bring(case, state, clerk=clerk, dispatcher=dispatcher, mediator=mediator).code

    return {
        "village": OWN_VILLAGE,
        "new": at(Status.REGISTERED),
        "waiting": at(Status.ACCEPTED),
        "on": at(Status.MEDIATING),
        "signed": at(Status.SETTLED),
        "done": at(Status.FAILED),
    }


def picture(page, size, who, path):
    if folder := os.environ.get("PORTAL_SHOTS"):
        name = f"{size['width']}-{who}{path.replace('/', '-')}.png"
        page.screenshot(path=str(Path(folder) / name), full_page=True)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
def test_every_page_can_be_used_by_everyone(request, window, axe, cases, size):
    faults = {}
    for who, paths in PAGES.items():
        watched = window(None if who == "nobody" else request.getfixturevalue(who), size)
        page = watched.page
        for path in paths:
            watched.requests.clear()
            answer = page.goto(watched.base + path.format(**cases))
            found = [] if answer.ok else [f"answers {answer.status}"]
            if len(watched.requests) > MOST_REQUESTS:
                found.append(f"{len(watched.requests)} requests")
            picture(page, size, who, path)
            page.evaluate(axe)
            found += page.evaluate(RUN)
            if size is PHONE:
                page.set_viewport_size(SMALL)
                if page.evaluate(WIDEST) > SMALL["width"]:
                    found.append(f"scrolls sideways at 320: {page.evaluate(WIDEST)}")
                page.set_viewport_size(size)
            elif page.evaluate(WIDEST) > size["width"]:
                found.append("scrolls sideways")
            if found:
                faults[who, path] = found
        page.close()
    assert not faults
