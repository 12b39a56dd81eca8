"""A chat with Alice and Bob in it, each in a browser, and Charlie outside who listens hard."""

import json
from dataclasses import dataclass

from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED, Wiretap


@dataclass
class Party:
    """A chat that was started and joined on the page, as people do it."""

    alice: Guest
    bob: Guest
    link: str
    chat_id: int

    @property
    def magic_key(self) -> str:
        return self.link.partition("#")[2]

    @property
    def secrets(self) -> list[str]:
        """All that is nobody else's business."""
        people = (self.alice, self.bob)
        said = [text for guest in people for text in guest.said]
        return [self.magic_key, *(guest.name for guest in people), *said]

    async def everybody_sees(self, *texts: str) -> None:
        for guest in (self.alice, self.bob):
            for text in texts:
                await guest.sees(text)


async def is_known(guest: Guest, auth_key: str) -> None:
    """Let this browser hold a key to the server, as if its owner had been here before."""
    me = json.dumps({"auth_key": auth_key, "username": guest.name})
    remember = f"localStorage.setItem('watchparty:me', {json.dumps(me)})"
    await guest.context.add_init_script(f"if (location.protocol == 'http:') {remember}")


async def learns_nothing(charlie: Guest, chat_id: int, secrets: list[str]) -> None:
    """Let a stranger with a good key try the chat's address: he ends at home, none the wiser."""
    charlie.witness.forgive(REFUSED)
    tap = Wiretap(charlie.page)
    await tap.listen()
    await charlie.opens(f"/chat/{chat_id}")
    await charlie.is_home()
    assert f"GET /{chat_id}?rev=0" in charlie.witness.calls
    heard = "\n".join([*tap.heard, await charlie.page.content()])
    assert "forbidden" in heard, "the tap heard no refusal"
    assert [secret for secret in secrets if secret and secret in heard] == []
