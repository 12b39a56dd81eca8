"""Check that the page's modules import in one direction, and that its folders stay small.

Prints each import that breaks the rule as file:line and exits with 1 if there is one.
"""

import re
import sys
from pathlib import Path

ROOT = Path("static/js")
FILES_MAX = 14  # in a folder
MAY_IMPORT = {
    "pages": {"chat", "host", "identity", "net", "ui"},
    "chat": {"identity", "net", "ui"},
    "host": {"identity", "net", "ui"},
    "identity": {"net", "ui"},
    "net": set[str](),
    "ui": set[str](),
}
MAY_LOAD = {"chat": {"host"}}  # with import(), besides

# `from "…"` and `import "…"`, or `import("…")`; not in comments, which the JSDoc types are in.
IMPORT = re.compile(r'\b(?:from|import)\s*(?P<loads>\()?\s*"(?P<path>\.[^"]+)"')
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)


def faults(root: Path) -> list[str]:
    """Return what breaks the rules below `root`, one sentence each."""
    found = []
    for folder in sorted({file.parent for file in root.rglob("*.js")}):
        layer = folder.relative_to(root).as_posix()
        files = sorted(folder.glob("*.js"))
        if layer not in MAY_IMPORT:
            found.append(f"{folder}: this folder has no place in the order of layers")
        if len(files) > FILES_MAX:
            found.append(f"{folder}: {len(files)} files, at most {FILES_MAX}")
        found += [fault for file in files for fault in _bad_imports(root, layer, file)]
    return found


def _bad_imports(root: Path, layer: str, file: Path) -> list[str]:
    text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), file.read_text())
    bad = []
    for found in IMPORT.finditer(text):
        target = (file.parent / found["path"]).resolve().relative_to(root.resolve()).parts[0]
        allowed = MAY_IMPORT.get(layer, set()) | {layer}
        if found["loads"]:
            allowed = allowed | MAY_LOAD.get(layer, set())
        if target not in allowed:
            line = text.count("\n", 0, found.start()) + 1
            bad.append(f"{file}:{line}: {layer} must not import {found['path']}")
    return bad


if __name__ == "__main__":
    wrong = faults(ROOT)
    sys.exit("\n".join(wrong) if wrong else 0)
