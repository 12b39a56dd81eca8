"""Record script errors, console errors, and requests to other origins in one browser."""

import asyncio
import base64
import re
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# What Chromium prints on the console when a request fails or gets no answer.
REFUSED = r"status of 40[13]"
UNREACHABLE = r"net::ERR_"


class PageMonitor:
    """Records the requests of a browser profile, and its errors.

    Errors are uncaught exceptions, console errors, dialogs, and requests to other origins.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = origin
        self._expected: list[str] = []
        self._errors: list[str] = []
        self.requests: list[Request] = []
        context.on("weberror", lambda error: self._errors.append(f"uncaught: {error.error}"))
        context.on("console", self._on_console)
        context.on("dialog", self._on_dialog)
        context.on("request", self._on_request)

    def expect_errors(self, *patterns: str) -> None:
        """Allow errors that match, because the test provokes them."""
        self._expected += patterns

    @property
    def unexpected_errors(self) -> list[str]:
        """The errors that the test does not expect."""
        expected = re.compile("|".join(self._expected) or r"(?!)")
        return [error for error in self._errors if not expected.search(error)]

    @property
    def calls(self) -> list[str]:
        """The requests to the API, as `POST /create`."""
        return [
            f"{request.method} {request.url.removeprefix(self._origin)}"
            for request in self.requests
            if request.resource_type == "fetch"
        ]

    def _on_console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._errors.append(f"console: {said.text} {said.location.get('url', '')}")

    async def _on_dialog(self, dialog: Dialog) -> None:
        self._errors.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(f"{self._origin}/"):
            self._errors.append(f"foreign request: {request.url}")


class ResponseRecorder:
    """Records the documents and responses that one tab receives, through its developer tools."""

    def __init__(self, page: Page) -> None:
        self.responses: list[str] = []
        self._page = page
        self._pending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start recording; leave out scripts and styles, which are the same for everybody."""
        self._devtools = await self._page.context.new_cdp_session(self._page)
        self._devtools.on("Fetch.requestPaused", self._on_response)
        kinds = ["Document", "Fetch", "XHR"]
        patterns = [{"resourceType": kind, "requestStage": "Response"} for kind in kinds]
        await self._devtools.send("Fetch.enable", {"patterns": patterns})

    def _on_response(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._record(event))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _record(self, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        body = await self._devtools.send("Fetch.getResponseBody", request)
        text = base64.b64decode(body["body"]).decode() if body["base64Encoded"] else body["body"]
        self.responses.append(f"{event['request']['url']}\n{event['responseHeaders']}\n\n{text}")
        await self._devtools.send("Fetch.continueRequest", request)
