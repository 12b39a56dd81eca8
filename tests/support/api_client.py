"""A client that sends any request and checks every answer.

It checks that every answer has the shape in the OpenAPI document and leaks no secret.
"""

import asyncio
import functools
import json
import re
import weakref
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import jsonschema
from yarl import URL

from tests.support import secret_leaks
from watchparty.web.openapi.document import DOCUMENT

SPEC: dict[str, Any] = json.loads(DOCUMENT)


# The tasks that have sent a request.
SENT: weakref.WeakSet["asyncio.Task[Any]"] = weakref.WeakSet()


async def _record_sender(*_: object) -> None:
    if task := asyncio.current_task():
        SENT.add(task)


TRACE = aiohttp.TraceConfig()
TRACE.on_request_headers_sent.append(_record_sender)


@dataclass(frozen=True)
class Answer:
    """A complete answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """The status and the error code of a refusal."""
        return self.status, self.json["error"]

    def ok(self) -> Any:
        """Return the JSON of a success; otherwise fail and show the answer."""
        assert self.status == 200, (self.status, self.body)
        return self.json


class Api:
    """Calls to one server. `token` is sent as `Authorization: Bearer`.

    `address` is the client address in `X-Forwarded-For`, for a server that trusts a proxy.
    """

    def __init__(self, url: str, address: str | None = None) -> None:
        self.url = url
        self._forwarded = {"X-Forwarded-For": address} if address else {}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[TRACE],
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        **how: Any,
    ) -> Answer:
        """Send one request; `how` takes the keywords of aiohttp: json, data, params …"""
        sent = self._forwarded | (headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        url = URL(self.url + path, encoded=True)
        async with self._session.request(
            method, url, headers=sent, allow_redirects=False, **how
        ) as response:
            answer = Answer(response.status, response.headers, await response.read())
        conforms(method, path, answer)
        secret_leaks.watch(str(response.url), sent, answer)
        return answer

    async def get(self, path: str, token: str | None = None, **how: Any) -> Answer:
        return await self.call("GET", path, token, **how)

    async def post(self, path: str, token: str | None = None, **how: Any) -> Answer:
        return await self.call("POST", path, token, **how)


def conforms(method: str, path: str, answer: Answer) -> None:
    """Fail unless an answer in JSON has the shape that the document promises."""
    if answer.headers.get("Content-Type") != "application/json" or path == "/openapi.json":
        return
    if answer.status >= 400:
        validator("ErrorAnswer").validate(answer.json)
        return
    operation = SPEC["paths"][template(path)][method.lower()]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    for ref in schema.get("anyOf", [schema]):
        if validator(ref["$ref"].rpartition("/")[2]).is_valid(answer.json):
            return
    raise AssertionError(f"{method} {path} answered {answer.json}, not {schema}")


def template(path: str) -> str:
    """Return the template of a path, as the OpenAPI document writes it."""
    path = re.sub(r"^/(chat/)?\d+", r"/\1{chat_id}", path.partition("?")[0])
    path = re.sub(r"/members/\d+", "/members/{member_id}", path)
    return re.sub(r"/messages/\d+", "/messages/{id}", path)


@functools.cache
def validator(name: str) -> Any:
    """Return the validator of a schema, which also refuses fields that the schema does not list."""
    schemas = {
        key: {**schema, "additionalProperties": False}
        for key, schema in SPEC["components"]["schemas"].items()
    }
    whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return jsonschema.Draft202012Validator(whole)
