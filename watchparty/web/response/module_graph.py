"""What a browser loads before it runs a module: all that the module imports, and so on.

A page lists these to be preloaded. Otherwise the browser finds them one round trip after the
other, as deep as the imports go.
"""

import posixpath
import re
from pathlib import Path

# `import … from "./x.js"`, `import "./x.js"` and `export … from "./x.js"`, at the start of a
# line. `import("./x.js")` is left out on purpose: it waits until somebody needs the module.
IMPORT = re.compile(r'^(?:import|export)\b(?:[^"=;(]*\bfrom)?\s*"(\.[^"]+)"', re.MULTILINE)


def static_imports(folder: Path, entry: str) -> list[str]:
    """Return the modules below `folder` that `entry` imports, directly or not, without itself."""
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        source = (folder / name).read_text(encoding="utf-8")
        imported = {_resolved(name, address) for address in IMPORT.findall(source)}
        waiting.extend(imported - found)
        found |= imported
    return sorted(found - {entry})


def _resolved(base: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), address))
