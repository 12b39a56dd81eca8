"""Everything that can go wrong, as one tree.

PartyError
├── InvalidRequest        the request itself is malformed
├── MissingCredentials    a credential is needed and none was sent
├── InvalidCredentials    an auth key that nobody holds
├── Forbidden             no access to this chat, or no such chat: never told apart
├── InvalidInvite         a wrong or dead magic key, or no such chat: never told apart
├── NotAllowed            a member whose role does not allow it
├── NotFound              no such member or message in this chat
├── NoSuccessor           the host can't leave, because nobody could take over
├── ChatFull              as many members as a chat may have
├── KeyReused             an idempotency key that stands for something else
├── RateLimited           too much at once
└── Unavailable           not now; the same request may work soon
    ├── Stopping          the server is going down
    └── StoreUnavailable  the store cannot be reached, opened or written

Each has a stable `code` for programs and a sentence for people. The sentence of
an error never depends on whether a chat exists.
"""


class PartyError(Exception):
    """An expected failure, told to the client by `code` and `message`."""

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
    """An auth key was sent that nobody holds."""

    code = "invalid_credentials"
    message = "This auth_key is not known here."


class Forbidden(PartyError):
    """The credential opens no such chat, whether the chat exists or not."""

    code = "forbidden"
    message = "This credential does not open this chat."


class InvalidInvite(PartyError):
    """The magic key opens no such chat, whether the chat exists or not."""

    code = "invalid_invite"
    message = "This invite link does not work, or does not work any more."


class NotAllowed(PartyError):
    """A member asked for something that their role does not allow."""

    code = "not_allowed"
    message = "Your role in this chat does not allow that."


class NotFound(PartyError):
    """The chat has no such member or message (any more)."""

    code = "not_found"
    message = "There is no such thing in this chat."


class NoSuccessor(PartyError):
    """The host wants to leave, and there is no co-host."""

    code = "no_successor"
    message = "Name a co-host first, who takes over when you leave."


class ChatFull(PartyError):
    """The chat has as many members as one may have."""

    code = "chat_full"
    message = "This party is full."


class KeyReused(PartyError):
    """The idempotency key was used for another request within the last 24 hours."""

    code = "key_reused"
    message = "This idempotency key was already used for something else."


class RateLimited(PartyError):
    """Too much at once; the same request is welcome after `retry_after` whole seconds."""

    code = "rate_limited"
    message = "That was a lot at once. Take a breath, and try again."

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = max(retry_after, 1)


class Unavailable(PartyError):
    """The server cannot do this now; `retry_after` is in seconds."""

    code = "unavailable"
    message = "Watch Party can't do this right now. Try again in a moment."
    retry_after = 1


class Stopping(Unavailable):
    """The server is going down; another one may already be coming up."""

    message = "Watch Party is restarting. Try again in a moment."


class StoreUnavailable(Unavailable):
    """The store cannot be reached, opened or written."""

    retry_after = 5
