"""Serve the files of the page from memory.

They are few and small. Reading one from disk would cost three times as much as the rest of the
request, and a browser with an empty cache asks for dozens at once.
"""

import mimetypes
from functools import partial
from pathlib import Path

from quart import Quart, Response, request
from werkzeug.exceptions import NotFound

from watchparty import assets
from watchparty.web.request.content_negotiation import encodings
from watchparty.web.response.module_graph import static_imports
from watchparty.web.response.precompressed import Precompressed

# The addresses change with the content (assets.fingerprint).
IMMUTABLE = "public, max-age=31536000, immutable"

# Do not rely on the system's tables: browsers run a module only if its type is right.
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def init_static_files(app: Quart, folder: Path) -> None:
    """Serve the files in `folder` at addresses that change with their content.

    A page that was open during an upgrade asks for a module at the former address. It gets the
    present one, which browsers must not keep there.
    """
    current = assets.fingerprint(folder)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    contents = {
        name: Precompressed.of(path.read_bytes(), _type(path))
        for name, path in files.items()
        if path.is_file()
    }

    @app.get("/static/<fingerprint>/<path:name>", endpoint="static")
    async def static(fingerprint: str, name: str) -> Response:
        if name not in contents:
            raise NotFound
        response = contents[name].response(encodings(request))
        if fingerprint == current:
            response.headers["Cache-Control"] = IMMUTABLE
        return response

    app.jinja_env.globals["static"] = f"/static/{current}"
    app.jinja_env.globals["static_imports"] = partial(static_imports, folder)


def _type(path: Path) -> str:
    found = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    text = found is not None and found.startswith("text/")
    return f"{found}; charset=utf-8" if text else found or "application/octet-stream"
