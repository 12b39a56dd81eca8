"""A chat with Alice and Bob, each in a browser; Charlie, an outsider, must not see it."""

import json
from dataclasses import dataclass

from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED, ResponseRecorder


@dataclass
class Party:
    """A chat that Alice started and Bob joined on the page."""

    alice: Guest
    bob: Guest
    link: str
    chat_id: int

    @property
    def magic_key(self) -> str:
        return self.link.partition("#")[2]

    @property
    def secrets(self) -> list[str]:
        """The link's key, the names and the messages, which no outsider may see."""
        people = (self.alice, self.bob)
        said = [text for guest in people for text in guest.said]
        return [self.magic_key, *(guest.name for guest in people), *said]

    async def everybody_sees(self, *texts: str) -> None:
        for guest in (self.alice, self.bob):
            for text in texts:
                await guest.sees(text)


async def store_auth_key(guest: Guest, auth_key: str) -> None:
    """Store an auth key in this browser, as if its owner had visited before."""
    me = json.dumps({"auth_key": auth_key, "username": guest.name})
    remember = f"localStorage.setItem('watchparty:me', {json.dumps(me)})"
    await guest.context.add_init_script(f"if (location.protocol == 'http:') {remember}")


async def learns_nothing(charlie: Guest, chat_id: int, secrets: list[str]) -> None:
    """Open the chat as an outsider with an auth key; check that he receives no secret."""
    charlie.monitor.expect_errors(REFUSED)
    recorder = ResponseRecorder(charlie.page)
    await recorder.start()
    await charlie.opens(f"/chat/{chat_id}")
    await charlie.is_home()
    assert f"GET /{chat_id}?rev=0" in charlie.monitor.calls
    received = "\n".join([*recorder.responses, await charlie.page.content()])
    assert "forbidden" in received, "no refusal was recorded"
    assert [secret for secret in secrets if secret and secret in received] == []
