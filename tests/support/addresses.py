"""Two houses before a server with its limits on, and how it says that somebody has to wait."""

from collections.abc import Awaitable, Callable

from tests.support.api_client import Answer

HOUSE, OTHER_HOUSE = "203.0.113.7", "198.51.100.1"
LIMITED = (429, "rate_limited")


def pause(answer: Answer) -> int:
    """Return how many seconds a refusal asks for, after a look at how it does so."""
    assert answer.error == LIMITED
    seconds = int(answer.headers["Retry-After"])
    assert seconds >= 1
    assert answer.json["retry_after"] == seconds
    return seconds


async def until_refused(ask: Callable[[], Awaitable[Answer]], most: int) -> tuple[int, Answer]:
    """Ask until there is a refusal, and return how often it went well before."""
    for count in range(most + 1):
        answer = await ask()
        if answer.status == 429:
            return count, answer
    raise AssertionError(f"{most + 1} times, and no refusal")
