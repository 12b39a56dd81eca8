"""Text never turns into markup or code; the browser itself forbids it."""

import pytest
from playwright.async_api import Error, Page, expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.people_panel import opens_panel
from tests.browser.poll_calls import POLL
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import FaultyProxy
from tests.support.waiting import until

FORBIDDEN = "Trusted(HTML|Script|Type)"  # what Chromium prints beside the error it throws

SINKS = [
    "document.body.innerHTML = '<img src=x>'",
    "document.body.insertAdjacentHTML('beforeend', '<img src=x>')",
    "document.createElement('iframe').srcdoc = '<img src=x>'",
    "new DOMParser().parseFromString('<img src=x>', 'text/html')",
    "document.createElement('script').src = '/static/x.js'",
    "document.createElement('script').textContent = 'x()'",
    "new SharedWorker('/static/x.js')",
]
# Trusted Types policies; the page allows only one, and has created it already.
POLICIES = [
    "trustedTypes.createPolicy('poll', {})",
    "trustedTypes.createPolicy('default', {})",
    "trustedTypes.createPolicy('mine', {})",
]

every_page = pytest.mark.parametrize("path", ["/", "/username", "/chat/{}#{}"])


@every_page
async def test_no_page_treats_text_as_markup(arrive: Arrival, story: Story, path: str) -> None:
    dora = await arrive("Dora")
    await dora.opens(path.format(story.chat_id, story.magic_key))
    await expect(dora.name_box).to_be_visible()
    assert dora.monitor.unexpected_errors == []
    for sink in SINKS:
        assert "TypeError" in await error_from(dora, sink), sink
    await expect(dora.page.locator("img[src=x]")).to_have_count(0)


async def test_a_chat_never_treats_text_as_markup_and_still_works(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    await story.bob.say("<img src=x onerror=alert(1)>")
    await alice.sees("<img src=x onerror=alert(1)>")
    await until(lambda: len(proxy.held("^POST /poll")) == 1)
    assert proxy.matching(POLL) == proxy.matching("^POST /poll")
    await alice.button("Copy invite link").click()
    await alice.button("Show QR code").click()
    await expect(alice.page.get_by_role("img", name="QR code")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    await opens_panel(alice)
    assert alice.monitor.unexpected_errors == []
    for script in [*SINKS, *POLICIES]:
        assert "TypeError" in await error_from(alice, script), script


async def error_from(guest: Guest, script: str) -> str:
    """Run a script on the page, and return the error that the browser throws."""
    guest.monitor.expect_errors(FORBIDDEN)
    return await run_script(guest.page, script)


async def run_script(page: Page, script: str) -> str:
    try:
        await page.evaluate(f"() => {{ {script} }}")
    except Error as error:
        return error.message
    return "nothing"
