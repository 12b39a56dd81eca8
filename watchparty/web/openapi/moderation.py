"""The moderation part of the OpenAPI document."""

from watchparty.web.openapi.builders import Json, form_or_json_body, operation
from watchparty.web.openapi.parameters import (
    CHAT_ID,
    INVITE_ROLE,
    MEMBER_ID,
    MEMBER_ROLE,
    MESSAGE_ID,
    QR_ROLE,
    TOPIC,
)
from watchparty.web.response.schemas import (
    ChangeAnswer,
    GoneAnswer,
    InviteAnswer,
    InvitesAnswer,
    QrAnswer,
)


def moderation_paths() -> Json:
    """Describe the paths for the invites, members, messages and topic of a chat."""
    return {
        "/{chat_id}/invite": {
            "parameters": [CHAT_ID],
            "get": operation("The links you may share", InvitesAnswer, (401, 403, 503)),
            "post": operation(
                "Replace a link; the old one stops working at once",
                InviteAnswer,
                (400, 401, 403, 503),
                body=form_or_json_body({"role": INVITE_ROLE}),
            ),
        },
        "/{chat_id}/invite/qr": {
            "parameters": [CHAT_ID],
            "get": operation(
                "A link you may share, as a QR code",
                QrAnswer,
                (400, 401, 403, 503),
                parameters=[QR_ROLE],
            ),
        },
        "/{chat_id}/members/{member_id}": {
            "parameters": [CHAT_ID, MEMBER_ID],
            "put": operation(
                "Make a member a co-host, or a guest again",
                ChangeAnswer,
                (400, 401, 403, 404, 503),
                body=form_or_json_body({"role": MEMBER_ROLE}, "role"),
            ),
            "delete": operation(
                "Remove a member, or leave",
                ChangeAnswer,
                (401, 403, 404, 409, 503),
                alternative=GoneAnswer,
            ),
        },
        "/{chat_id}/messages/{id}": {
            "parameters": [CHAT_ID, MESSAGE_ID],
            "delete": operation("Delete the text of a message", ChangeAnswer, (401, 403, 404, 503)),
        },
        "/{chat_id}/topic": {
            "parameters": [CHAT_ID],
            "put": operation(
                "Set the topic",
                ChangeAnswer,
                (400, 401, 403, 503),
                body=form_or_json_body({"topic": TOPIC}, "topic"),
            ),
        },
    }
