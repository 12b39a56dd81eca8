"""Several tabs of one browser, in one chat or several."""

from tests.browser.page_actions import Guest
from tests.browser.page_fixtures import store_auth_key
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, host

# Record all messages that the page ever showed, and all notices of missing ones.
RECORD_MESSAGES = """
    window.seen = new Set();
    window.missed = new Map();
    new MutationObserver(() => {
        for (const { dataset } of document.querySelectorAll('[data-id]')) seen.add(+dataset.id);
        for (const notice of document.querySelectorAll('.log-notice'))
            missed.set(notice, notice.textContent);
    }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-id'] });
"""


async def hosts_chats(api: Api, guest: Guest, count: int) -> tuple[Guest, list[Person]]:
    """Create `count` chats of this browser's user; return the browser and the host of each."""
    owner, _ = await host(api, guest.name)
    await store_auth_key(guest, owner.auth_key)
    chats = []
    for _ in range(count):
        made = (await api.post("/create", owner.auth_key)).ok()
        names = (api, guest.name, owner.auth_key)
        chats.append(Person(*names, made["chat_id"], made["session_token"]))
    return guest, chats


async def opens(guest: Guest, chat: Person) -> Guest:
    """Open a chat in one more tab."""
    tab = await guest.another_tab(guest.name)
    await tab.page.add_init_script(RECORD_MESSAGES)
    await tab.opens(f"/chat/{chat.chat_id}")
    await tab.is_connected()
    return tab
