"""The stream of a chat, as far as OpenAPI 3.1 can describe one: in words, and by an example."""

from msgspec import Struct

from watchparty.party.models import Message
from watchparty.web.openapi.builders import Json, ref
from watchparty.web.response.schemas import ErrorAnswer
from watchparty.web.response.sse import HEARTBEAT, MEDIA_TYPE, Change, Gap, Reset

# What each event tells; a message is the one without a name.
EVENTS: dict[str, tuple[type[Struct], str]] = {
    "message": (Message, "no `event:` line; its `id` is the message's"),
    "gap": (Gap, "so many messages have left the window unseen; with an `id`"),
    "reset": (Reset, "another history, whose window follows; with an `id`"),
    "state": (Change, "what there is beside the messages, for whoever sent `rev`; no `id`"),
    "end": (ErrorAnswer, "the last one, and why: `forbidden`, `rate_limited` or `unavailable`"),
}

EXAMPLE = """id: 10
event: gap
data: {"missed":7}

id: 11
data: {"id":11,"username":"Alice","member_id":1,"body":"Hi","created_at":"2026-11-22T20:15:03.127Z"}

event: end
data: {"error":"unavailable","message":"Watch Party is restarting. Try again in a moment."}

"""


def streamed() -> Json:
    """Describe the answer to whoever asks for a stream."""
    told = "".join(
        f"\n- `{name}`: {what}; `data` is `{ref(shape)['$ref']}`"
        for name, (shape, what) in EVENTS.items()
    )
    description = (
        "Server-sent events that do not end, for whoever asks for this type alone, or would rather"
        " have it than JSON. A comment (`:`) comes at the beginning when there is nothing to tell,"
        f" and after {HEARTBEAT:.0f} seconds of silence. `wait` means nothing here. The events:\n"
        f"{told}\n\nWhat is refused before the first of them is an error with its status, in JSON."
    )
    schema = {"type": "string", "description": description}
    return {MEDIA_TYPE: {"schema": schema, "example": EXAMPLE}}
