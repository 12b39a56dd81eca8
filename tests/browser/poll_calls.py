"""The polls of a page, as the proxy in front of the server sees them."""

import pytest

from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import FaultyProxy
from tests.support.waiting import until

ALONE = "delete window.SharedWorker"  # makes a browser in which tabs cannot share a poll
POLL = r"^POST /poll|[?&]since="
shared_or_alone = pytest.mark.parametrize("script", ["", ALONE], ids=["shared", "alone"])

RECORD = """status => {
    window.announced = [];
    const note = () => announced.push(status.textContent);
    const changes = { childList: true, characterData: true, subtree: true };
    new MutationObserver(note).observe(status, changes);
}"""
ONLINE = "dispatchEvent(new Event('online'))"


async def reloads_with(alice: Guest, story: Story, proxy: FaultyProxy, script: str) -> int:
    """Reload the page with a script that runs first; return the earlier number of polls."""
    await alice.context.add_init_script(script)
    await alice.opens("/")
    await until(lambda: not proxy.held(POLL))
    before = len(proxy.matching(POLL))
    await alice.opens(f"/chat/{story.chat_id}")
    await alice.is_connected()
    await until(lambda: len(proxy.held(POLL)) == 1)
    return before
