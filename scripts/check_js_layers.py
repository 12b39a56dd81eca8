"""Check that the page's modules import in one direction only; print each import that breaks it."""

import re
import sys
from pathlib import Path

ROOT = Path("static/js").resolve()
MAY_IMPORT = {
    "pages": {"pages", "chat", "host", "messages", "identity", "net", "ui"},
    "chat": {"chat", "messages", "identity", "net", "ui"},
    "host": {"host", "messages", "identity", "net", "ui"},
    "messages": {"messages", "identity", "net", "ui"},
    "identity": {"identity", "net", "ui"},
    "net": {"net"},
    "ui": {"ui"},
}
MAY_LOAD = {"chat": {"host"}}  # with import(), when it is needed

# `from "./x.js"`, `import "./x.js"` or `import("./x.js")`
IMPORT = re.compile(r'\b(?:from|import)\s*(?P<loads>\()?\s*"(?P<path>\.[^"]+)"')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)  # types in JSDoc may come from any module


def violations(file: Path) -> list[str]:
    """Return the imports that the folder of this module forbids, as file:line and the reason."""
    layer = file.relative_to(ROOT).parts[0]
    source = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), file.read_text())
    found = []
    for imported in IMPORT.finditer(source):
        target = (file.parent / imported["path"]).resolve().relative_to(ROOT).parts[0]
        allowed = MAY_IMPORT[layer] | (MAY_LOAD.get(layer, set()) if imported["loads"] else set())
        if target not in allowed:
            line = source.count("\n", 0, imported.start()) + 1
            found.append(f"{file}:{line}: {layer}/ must not import {imported['path']}")
    return found


if __name__ == "__main__":
    found = [line for file in sorted(ROOT.rglob("*.js")) for line in violations(file)]
    sys.exit("\n".join(found) or None)
