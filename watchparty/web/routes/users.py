"""Users: one identity for many chats."""

from quart import Blueprint, Response, request

from watchparty.party.errors import InvalidRequest
from watchparty.web.context import limits, service
from watchparty.web.request import body, credentials
from watchparty.web.response.schemas import AuthAnswer, json

users = Blueprint("users", __name__)


@users.post("/auth")
async def authenticate() -> Response:
    """Create a user, or rename the one whose auth key is sent."""
    username = body.username(await body.read(request))
    if username is None:
        raise InvalidRequest("username is required.")
    auth_key = credentials.find(request.headers)
    if auth_key is not None:
        await service().rename(auth_key, username)
    else:
        limits().charge_join(None)
        _, auth_key = await service().register(username)
    limits().remember_valid(auth_key)
    return json(AuthAnswer(auth_key, username))
