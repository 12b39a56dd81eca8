"""The server itself: its health and its API document."""

from quart import Blueprint, Response

from watchparty.web.openapi.document import DOCUMENT
from watchparty.web.response.schemas import HealthAnswer, json

meta = Blueprint("meta", __name__)


@meta.get("/healthz")
async def health() -> Response:
    """Return 200 as long as the server is up."""
    return json(HealthAnswer())


@meta.get("/openapi.json")
async def document() -> Response:
    """Return the description of the API (OpenAPI 3.1)."""
    return json(DOCUMENT)
