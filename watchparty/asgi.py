"""For any ASGI server: `watchparty.asgi:app`."""

from watchparty.app import create_app

app = create_app()
