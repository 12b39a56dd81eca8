"""Collects what goes wrong in one browser: script errors, console messages, foreign requests."""

import asyncio
import base64
import re
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# What Chromium itself prints when an answer is no success, or there is none.
REFUSED = r"status of 40[13]"
UNREACHABLE = r"net::ERR_"


class Witness:
    """Collects script errors, complaints on the console, and requests to another origin."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = origin
        self._forgiven: list[str] = []
        self._troubles: list[str] = []
        self.requests: list[Request] = []
        context.on("weberror", lambda error: self._troubles.append(f"uncaught: {error.error}"))
        context.on("console", self._hear)
        context.on("dialog", self._dismiss)
        context.on("request", self._see)

    def forgive(self, *patterns: str) -> None:
        """Expect these complaints of the browser, because the story provokes them."""
        self._forgiven += patterns

    @property
    def troubles(self) -> list[str]:
        """What happened and nobody forgave."""
        forgiven = re.compile("|".join(self._forgiven) or r"(?!)")
        return [trouble for trouble in self._troubles if not forgiven.search(trouble)]

    @property
    def calls(self) -> list[str]:
        """The requests to the API, as `POST /create`."""
        return [
            f"{request.method} {request.url.removeprefix(self._origin)}"
            for request in self.requests
            if request.resource_type == "fetch"
        ]

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._troubles.append(f"console: {said.text} {said.location.get('url', '')}")

    async def _dismiss(self, dialog: Dialog) -> None:
        self._troubles.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _see(self, request: Request) -> None:
        self.requests.append(request)
        if not request.url.startswith(f"{self._origin}/"):
            self._troubles.append(f"foreign request: {request.url}")


class Wiretap:
    """Keeps the pages and answers that reach one tab, as its developer tools would show them."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        self._page = page
        self._pending: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """From now on; not to scripts and styles, which are the same for everybody."""
        self._line = await self._page.context.new_cdp_session(self._page)
        self._line.on("Fetch.requestPaused", self._hold)
        kinds = ["Document", "Fetch", "XHR"]
        patterns = [{"resourceType": kind, "requestStage": "Response"} for kind in kinds]
        await self._line.send("Fetch.enable", {"patterns": patterns})

    def _hold(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._pass_on(event))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _pass_on(self, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        body = await self._line.send("Fetch.getResponseBody", request)
        text = base64.b64decode(body["body"]).decode() if body["base64Encoded"] else body["body"]
        self.heard.append(f"{event['request']['url']}\n{event['responseHeaders']}\n\n{text}")
        await self._line.send("Fetch.continueRequest", request)
