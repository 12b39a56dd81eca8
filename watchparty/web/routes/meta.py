"""The server about itself."""

from quart import Blueprint, Response

from watchparty.web.openapi.document import DOCUMENT
from watchparty.web.response.schemas import HealthAnswer, json

about = Blueprint("about", __name__)


@about.get("/healthz")
async def health() -> Response:
    """Say that the server is up."""
    return json(HealthAnswer())


@about.get("/openapi.json")
async def document() -> Response:
    """Describe the API (OpenAPI 3.1)."""
    return json(DOCUMENT)
