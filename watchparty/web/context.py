"""Look up the objects of the current request and its application, for routes and answers."""

from collections.abc import Collection

from quart import current_app, request

from watchparty.party.service import ChatAccess, ChatService
from watchparty.settings import Settings
from watchparty.web.limits.held_requests import HeldRequests, Holders
from watchparty.web.limits.rate_limits import RateLimits
from watchparty.web.request import credentials
from watchparty.web.request.credentials import hash_of


def service() -> ChatService:
    """Return the service of this application."""
    found: ChatService = current_app.extensions["watchparty.service"]
    return found


def settings() -> Settings:
    """Return the settings of this application."""
    found: Settings = current_app.extensions["watchparty.settings"]
    return found


def limits() -> RateLimits:
    """Return the rate limits of this application."""
    found: RateLimits = current_app.extensions["watchparty.limits"]
    return found


def holders(tokens: Collection[str]) -> Holders:
    """Return the holders of a request with these credentials, all of them valid."""
    hashed = {*map(hash_of, tokens)}
    owners = {limits().known.get(credential) for credential in hashed} - {None}
    held: HeldRequests = current_app.extensions["watchparty.held"]
    return held.holders(hashed, map(str, owners))


async def authorize(chat_id: int) -> ChatAccess:
    """Return the chat and the member whose credential the request carries.

    Raises MissingCredentials, and Forbidden if the credential gives no access to the chat.
    """
    credential = credentials.require(request.headers)
    access = await service().authorize(chat_id, credential)
    limits().remember_valid(credential, access)
    return access
