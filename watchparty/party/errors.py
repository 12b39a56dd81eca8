"""Everything that can go wrong, as one tree.

PartyError
├── InvalidRequest        the request itself is malformed
├── MissingCredentials    a credential is needed and none was sent
├── InvalidCredentials    an unknown auth key
├── Forbidden             no access to this chat, or no such chat: indistinguishable
│   ├── Removed           the access ended during the request: the member was removed, or left
│   └── Burned            the access ended during the request: the host has deleted the chat
├── InvalidInvite         a wrong or replaced magic key, or no such chat: indistinguishable
├── ForeignOrigin         a page of another origin sent the request
├── UnknownHost           the request is for a public name that is not the server's
├── NotAllowed            the role of the member does not allow it
├── NotFound              no such member or message in this chat
├── NoSuccessor           the host can't leave: there is no co-host to take over
├── ChatFull              the chat has the maximum number of members
├── KeyReused             the idempotency key was used for something else
├── RateLimited           too many requests
└── Unavailable           not now; the same request may succeed soon
    ├── Stopping          the server is shutting down
    └── StoreUnavailable  the store cannot be reached, opened or written

Each has a stable `code` for programs and a `message` for people. Neither depends on whether a
chat exists.
"""


class PartyError(Exception):
    """An expected failure, sent to the client as `code` and `message`."""

    code = "internal_error"
    message = "Something went wrong on our side."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidRequest(PartyError):
    """A field is missing, malformed or out of range; the message names it."""

    code = "invalid_request"
    message = "The request is malformed."


class MissingCredentials(PartyError):
    """A credential is needed and none was sent."""

    code = "missing_credentials"
    message = "Send a credential: Authorization: Bearer <session_token or auth_key>."


class InvalidCredentials(PartyError):
    """An unknown auth key was sent."""

    code = "invalid_credentials"
    message = "The server does not know this auth_key."


class Forbidden(PartyError):
    """The credential does not open this chat, which may not even exist."""

    code = "forbidden"
    message = "This credential does not open this chat."


class Removed(Forbidden):
    """The member was removed while this request was held; any later one is Forbidden."""

    code = "removed"
    message = "You are no longer in this party."


class Burned(Forbidden):
    """The chat was deleted by its host while this request was held; any later one is Forbidden."""

    code = "burned"
    message = "The host has ended this party."


class InvalidInvite(PartyError):
    """The magic key does not open this chat, which may not even exist."""

    code = "invalid_invite"
    message = "This invite link does not work, or does not work any more."


class ForeignOrigin(PartyError):
    """A page of another origin sent a request that changes something."""

    code = "foreign_origin"
    message = "Pages of other origins may use this server only if its operator allows them."


class UnknownHost(PartyError):
    """The request is for a public name, and the operator has not said that it is the server's."""

    code = "unknown_host"
    message = "This server does not know that name. Its operator can set WATCHPARTY_PUBLIC_URL."


class NotAllowed(PartyError):
    """The role of this member does not allow that."""

    code = "not_allowed"
    message = "Your role in this chat does not allow that."


class NotFound(PartyError):
    """The chat has no such member or message (any more)."""

    code = "not_found"
    message = "This chat has no such member or message."


class NoSuccessor(PartyError):
    """The host wants to leave, and there is no co-host."""

    code = "no_successor"
    message = "Name a co-host first, to take over when you leave."


class ChatFull(PartyError):
    """The chat has the maximum number of members."""

    code = "chat_full"
    message = "This party is full."


class KeyReused(PartyError):
    """The idempotency key was used for another request within the last 24 hours."""

    code = "key_reused"
    message = "This idempotency key was already used for something else."


class RateLimited(PartyError):
    """Too many requests; the same one may succeed after `retry_after` whole seconds."""

    code = "rate_limited"
    message = "That was a lot at once. Take a breath, and try again."

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = max(retry_after, 1)


class Unavailable(PartyError):
    """The server cannot do this now; the client may retry after `retry_after` seconds."""

    code = "unavailable"
    message = "Watch Party can't do this right now. Try again in a moment."
    retry_after = 1


class Stopping(Unavailable):
    """The server is shutting down; the next one may be starting already."""

    message = "Watch Party is restarting. Try again in a moment."


class StoreUnavailable(Unavailable):
    """The store cannot be reached, opened or written."""

    retry_after = 5
