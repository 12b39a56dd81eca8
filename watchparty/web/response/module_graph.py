"""Find all modules that a module imports, directly or not.

A browser loads all of them before it runs the module. A page lists them for preloading, because the
browser would otherwise discover them level by level, with a round trip for each.
"""

import posixpath
import re
from pathlib import Path

# `import … from "./x.js"`, `import "./x.js"` and `export … from "./x.js"`, at the start of a
# line. `import("./x.js")` is left out on purpose: such a module is loaded when it is needed.
IMPORT = re.compile(r'^(?:import|export)\b(?:[^"=;(]*\bfrom)?\s*"(\.[^"]+)"', re.MULTILINE)


def static_imports(folder: Path, entry: str) -> list[str]:
    """Return the modules below `folder` that `entry` imports, directly or not, excluding itself."""
    found: set[str] = set()
    pending = [entry]
    while pending:
        name = pending.pop()
        source = (folder / name).read_text(encoding="utf-8")
        imported = {_resolved(name, specifier) for specifier in IMPORT.findall(source)}
        pending.extend(imported - found)
        found |= imported
    return sorted(found - {entry})


def _resolved(base: str, specifier: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), specifier))
