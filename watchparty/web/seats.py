"""The chat that a request is about, as seen by whoever sent it."""

from quart import request

from watchparty.party.service import Seat
from watchparty.web.context import limits, party
from watchparty.web.request import credentials


async def take_seat(chat_id: int) -> Seat:
    """Return the chat as seen by the bearer of the request's credential.

    Raises MissingCredentials, and Forbidden when it opens no such chat.
    """
    credential = credentials.require(request.headers)
    seat = await party().take_seat(chat_id, credential)
    limits().vouch(credential, seat)
    return seat
