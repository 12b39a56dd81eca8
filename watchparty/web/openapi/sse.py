"""The event stream of a chat, which OpenAPI 3.1 can describe only in words and by example."""

from msgspec import Struct

from watchparty.party.models import Message
from watchparty.web.openapi.builders import Json, ref
from watchparty.web.response.schemas import ChangeAnswer, ErrorAnswer
from watchparty.web.response.sse import HEARTBEAT, MEDIA_TYPE, Gap, Reset

# The type of each event's data, and a description. Only messages have no `event:` line.
EVENTS: dict[str, tuple[type[Struct], str]] = {
    "message": (Message, "no `event:` line; its `id` is that of the message"),
    "gap": (Gap, "this many messages left the window before you got them; with an `id`"),
    "reset": (Reset, "the chat has another history, whose window follows; with an `id`"),
    "state": (ChangeAnswer, "a new state, for requests with `rev`; no `id`"),
    "end": (
        ErrorAnswer,
        "the last event: `removed`, `burned`, `forbidden`, `rate_limited` or `unavailable`",
    ),
}

EXAMPLE = """id: 10
event: gap
data: {"missed":7}

id: 11
data: {"id":11,"username":"Alice","member_id":1,"body":"Hi","created_at":"2026-11-22T20:15:03.127Z"}

event: end
data: {"error":"unavailable","message":"Watch Party is restarting. Try again in a moment."}

"""


def event_stream() -> Json:
    """Describe the content of an answer with a stream."""
    events = "".join(
        f"\n- `{name}`: {what}; `data` is `{ref(type_)['$ref']}`"
        for name, (type_, what) in EVENTS.items()
    )
    description = (
        "Server-sent events without end, for clients that accept only this type or prefer it to"
        " JSON. A comment (`:`) comes at the beginning if there is no event, and after"
        f" {HEARTBEAT:.0f} seconds of silence. `wait` is ignored. The events:\n"
        f"{events}\n\nErrors before the first event are JSON, with their status."
    )
    schema = {"type": "string", "description": description}
    return {MEDIA_TYPE: {"schema": schema, "example": EXAMPLE}}
