"""Each page preloads exactly the modules that V8 links to its entry module."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.api_client import Api
from watchparty import assets
from watchparty.web.response.module_graph import static_imports

NODE = Path(sys.executable).with_name("node")
LINK = Path(__file__).parents[1] / "support" / "linked_modules.mjs"
STATIC = assets.find("static")

PRELOADED = re.compile(r'<link rel="modulepreload" href="/static/\w+/([^"]+)">')
ENTRY = re.compile(r'<script type="module" src="/static/\w+/([^"]+)"></script>')
ROOM = "js/chat/parts.js"
PAGES = ["/", "/username", "/chat/100000000001"]


def linked(entry: str) -> set[str]:
    """Return what V8 needs before it can run `entry`, as paths below the static folder."""
    command: list[str | Path] = [
        NODE,
        "--experimental-vm-modules",
        "--no-warnings",
        LINK,
        STATIC / entry,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return {Path(path).relative_to(STATIC).as_posix() for path in json.loads(ran.stdout)}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_preloads_what_it_loads_statically(api: Api, path: str) -> None:
    shell = (await api.get(path, headers={"Accept": "text/html"})).body.decode()
    head, _, body = shell.partition("<body>")
    [entry] = ENTRY.findall(head)
    preloaded = PRELOADED.findall(head)
    assert sorted([*preloaded, entry]) == sorted(linked(entry))
    later = PRELOADED.findall(body)  # the modules of the room, which an invitation does not need
    assert sorted([*later, ROOM]) == (sorted(linked(ROOM)) if "/chat/" in path else [ROOM])


IMPORT_FORMS = """
import "./effect.js";
import one from "./one.js";
import { two, alsoTwo as deux } from "./deep/two.js";
import {
  three,
} from "../js/three.js";
import * as four from "./four.js";
export { five } from "./five.js";
export * from "./six.js";
import{seven}from"./seven.js";
export const text = "from './no.js'", from = "./no.js";
/** @typedef {import("./no.js").No} No
 * import { no } from "./no.js" */
// import "./no.js";
const later = () => import("./no.js");
import("./no.js");
new Worker(new URL("./no.js", import.meta.url));
"""
FOUND = ["deep/two", "effect", "five", "four", "one", "seven", "six", "three"]


def test_every_form_of_a_static_import_is_found_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "js" / "deep").mkdir(parents=True)
    for name in FOUND:
        (tmp_path / "js" / f"{name}.js").write_text('import "/elsewhere.js";\n')
    (tmp_path / "js" / "deep" / "two.js").write_text('import "../entry.js";\nimport "../one.js";')
    (tmp_path / "js" / "entry.js").write_text(IMPORT_FORMS)
    assert static_imports(tmp_path, "js/entry.js") == [f"js/{name}.js" for name in FOUND]
