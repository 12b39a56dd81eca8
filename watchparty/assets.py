"""Find what travels with the package: the page and the server's configuration.

In a checkout they stand beside the package, in an installed wheel inside it.
"""

from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parent
SEARCH_PATHS = (PACKAGE, PACKAGE.parent)


def find(name: str) -> Path:
    """Return the path of the file or folder `name`, wherever this copy keeps it.

    Raises FileNotFoundError when the installation is incomplete.
    """
    for home in SEARCH_PATHS:
        if (home / name).exists():
            return home / name
    raise FileNotFoundError(f"{name} is missing from this installation of Watch Party")


def fingerprint(folder: Path) -> str:
    """Return eight hex digits that change with any file below `folder`.

    They are part of every static address, so a browser may keep the files for
    ever and an upgrade still reaches it, the imports of ES modules included.
    """
    digest = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(folder)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
