"""The server about itself."""

from quart import Blueprint, Response

from watchparty.web.openapi.document import DOCUMENT
from watchparty.web.response.schemas import HealthAnswer, json

meta = Blueprint("meta", __name__)


@meta.get("/healthz")
async def health() -> Response:
    """Say that the server is up."""
    return json(HealthAnswer())


@meta.get("/openapi.json")
async def document() -> Response:
    """Describe the API (OpenAPI 3.1)."""
    return json(DOCUMENT)
