"""Storage that is missing, blocked or full: guests join, hosts stay hosts, a reload works."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival

THROWS = "Object.defineProperty(window, '{}', {{ get() {{ throw new DOMException('no'); }} }});"
NULL = "Object.defineProperty(window, '{}', {{ value: null }});"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
BOTH = ("localStorage", "sessionStorage")
WAYS = {
    "blocked": "".join(THROWS.format(name) for name in BOTH),
    "null": "".join(NULL.format(name) for name in BOTH),
    "full": FULL,
    "localStorage is null": NULL.format("localStorage"),
}
ways = pytest.mark.parametrize("script", WAYS.values(), ids=WAYS)


@ways
async def test_who_starts_a_party_is_its_host_and_stays_so(arrive: Arrival, script: str) -> None:
    alice = await arrive("Alice")
    await alice.context.add_init_script(script)
    link = await alice.starts_a_party()
    await expect(alice.log).to_contain_text("This browser keeps nothing")
    await alice.page.reload()
    await alice.is_connected()
    await alice.page.get_by_role("button", name="People").click()
    panel = alice.page.get_by_role("dialog")
    await expect(panel.get_by_role("button", name="Burn the chat")).to_be_visible()
    await alice.page.keyboard.press("Escape")
    bob = await arrive("Bob")
    await bob.context.add_init_script(script)
    await bob.joins(link)
    await bob.says("I am in")
    await alice.sees("I am in")
    await bob.page.reload()
    await bob.is_connected()
    await bob.sees("I am in")


@ways
async def test_the_name_page_says_what_is_not_kept(arrive: Arrival, script: str) -> None:
    alice = await arrive("Alice")
    await alice.context.add_init_script(script)
    await alice.opens("/username")
    await alice.name_box.fill("Alice")
    await alice.button("Save").click()
    await expect(alice.page.get_by_role("status")).to_contain_text("until you close this tab")
