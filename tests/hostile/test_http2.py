"""HTTP/2 in clear is not spoken: nothing limits what a client does in it below a request."""

from collections.abc import Iterable

import pytest

from tests.support.api_fixtures import Story
from tests.support.raw_socket import assert_unharmed, send, statuses
from tests.support.server_process import Server

PRIOR_KNOWLEDGE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\4\0\0\0\0\0"
UPGRADE = (
    b"GET /healthz HTTP/1.1\r\nHost: party\r\nConnection: Upgrade, HTTP2-Settings\r\n"
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
)


async def test_an_upgrade_is_ignored(impatient_server: Server, secret_story: Story) -> None:
    """The answer is that of HTTP/1.1 (RFC 9110 section 7.8), and never 101."""
    answer = await send(impatient_server, [UPGRADE])
    assert b" 101 " not in answer
    assert statuses(answer) == [200]
    await assert_unharmed(secret_story)


@pytest.mark.parametrize("packets", [[PRIOR_KNOWLEDGE + SETTINGS], [PRIOR_KNOWLEDGE, SETTINGS]])
async def test_prior_knowledge_is_refused(
    impatient_server: Server, secret_story: Story, packets: Iterable[bytes]
) -> None:
    """The server answers in HTTP/1.1, without a frame, and closes."""
    answer = await send(impatient_server, packets)
    assert statuses(answer) == [505]
    assert SETTINGS not in answer
    await assert_unharmed(secret_story)
