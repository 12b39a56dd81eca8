"""The pages are empty shells: the same for everybody, light, and made of our own files only."""

import re
from urllib.parse import urljoin

import aiohttp
import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story

NOWHERE = 100000000001  # an id that no chat has
PAGES = ["/", "/username", "/username.html", f"/chat/{NOWHERE}"]
PAGE_MAX = 50_000  # gzipped bytes that a phone loads before it can chat

REFERENCE = re.compile(
    r"""\b(?:src|href)="([^"#]+)"|\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|"""
    r"""url\(["']?([^"')#]+)["']?\)|@import\s+"([^"]+)" """.strip(),
    re.MULTILINE,
)
LAZY = re.compile(r'\bimport\("([^"]+)"\)|\bnew URL\("([^"]+)"')  # loaded only when it is needed
FOREIGN = re.compile(
    r"""(?:https?|wss?|ftp):(?!//www\.w3\.org/\d)[^\s"')]*|["'(=]\s*//\w[^\s"')]*"""
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)


async def page(api: Api, path: str) -> Answer:
    answer = await api.get(path, headers={"Accept": "text/html"})
    assert answer.status == 200, path
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer


async def loaded(api: Api, path: str, *, lazily: bool = True) -> dict[str, str]:
    """Return the files that a browser loads for a page, by address; lazy ones on request."""
    found = {path: (await page(api, path)).body.decode()}
    waiting = [path]
    while waiting:
        base = waiting.pop()
        for name in references(base, found[base], lazily=lazily):
            if name not in found:
                answer = await api.get(name)
                assert answer.status == 200, f"{base} loads {name}"
                found[name] = answer.body.decode()
                waiting.append(name)
    return found


def references(base: str, text: str, *, lazily: bool) -> set[str]:
    """Return the addresses of the files that a file loads (but not the pages that it links to)."""
    text = COMMENT.sub("", text)
    matches = REFERENCE.findall(text) + (LAZY.findall(text) if lazily else [])
    names = {next(filter(None, match)) for match in matches}
    return {urljoin(base, name) for name in names if re.search(r"\.\w+$", name)}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_html_and_never_cached(api: Api, path: str) -> None:
    answer = await page(api, path)
    assert answer.body.lstrip().lower().startswith(b"<!doctype html>")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


async def test_a_chats_page_reveals_nothing_of_the_chat(api: Api, story: Story) -> None:
    await story.alice.say("the butler did it")
    shell = (await page(api, f"/chat/{NOWHERE}")).body
    path = f"/chat/{story.chat_id}"
    for person in (story.alice, story.bob, story.charlie):
        for key in (person.session_token, person.auth_key):
            assert (await api.get(path, key)).body == shell
    for query in ("", f"?magic_key={story.magic_key}", "?magic_key=wrong", f"%23{story.magic_key}"):
        assert (await page(api, path + query)).body == shell
        assert (await page(api, f"/chat/{NOWHERE}{query}")).body == shell
    for secret in (str(story.chat_id), story.magic_key, "Alice", "Bob", "butler", "127.0.0.1"):
        assert secret.encode() not in shell


async def test_the_page_for_a_name_has_two_addresses(api: Api) -> None:
    assert (await page(api, "/username")).body == (await page(api, "/username.html")).body


async def test_a_page_is_the_same_behind_any_host(api: Api) -> None:
    for path in PAGES:
        other = await api.get(path, headers={"Host": "party.test"})
        assert other.body == (await page(api, path)).body


async def test_the_health_check_answers(api: Api) -> None:
    assert (await api.get("/healthz")).ok() == {"status": "ok"}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_inline_code_and_loads_only_our_own_files(api: Api, path: str) -> None:
    files = await loaded(api, path)
    assert len(files) > 3
    assert INLINE.findall(files[path]) == []
    for name, text in files.items():
        assert FOREIGN.findall(COMMENT.sub("", text)) == [], name
    assert all(name == path or name.startswith("/static/") for name in files)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_few_bytes(api: Api, path: str) -> None:
    names = await loaded(api, path, lazily=False)
    sizes = {name: int((await api.get(name)).headers["Content-Length"]) for name in names}
    assert sum(sizes.values()) < PAGE_MAX, sizes


async def test_files_are_cached_for_ever_under_an_address_with_their_version(api: Api) -> None:
    for path in PAGES:
        for name in (await loaded(api, path)).keys() - {path}:
            assert re.match(r"/static/[0-9a-f]{8,}/", name)
            answer = await api.get(name)
            cached = answer.headers["Cache-Control"]
            assert "immutable" in cached
            assert "max-age=31536000" in cached


async def test_a_page_that_stayed_open_over_an_upgrade_gets_the_present_files(api: Api) -> None:
    """They must not be kept at the former address: another upgrade may follow."""
    for name in (await loaded(api, "/")).keys() - {"/"}:
        former = await api.get(re.sub(r"^/static/[0-9a-f]+/", "/static/00000000/", name))
        assert former.body == (await api.get(name)).body
        assert former.headers["Cache-Control"] == "no-store"


async def test_files_have_the_right_content_type(api: Api) -> None:
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for name in (await loaded(api, f"/chat/{NOWHERE}")).keys() - {f"/chat/{NOWHERE}"}:
        answer = await api.get(name)
        assert answer.headers["Content-Type"].startswith(types[name.rpartition(".")[2]])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_answer_for_a_missing_file_is_not_cached(api: Api) -> None:
    [style, *_] = sorted((await loaded(api, "/")).keys() - {"/"})
    for missing in (f"{style}x", f"{style.rpartition('/')[0]}/../../../../pyproject.toml"):
        answer = await api.get(missing)
        assert answer.error == (404, "not_found")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_head_returns_the_headers_of_a_page(api: Api) -> None:
    async with aiohttp.ClientSession(api.url) as session:
        for path in PAGES:
            async with session.head(path) as answer:
                assert (answer.status, answer.content_type) == (200, "text/html")
                assert await answer.read() == b""
