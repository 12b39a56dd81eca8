"""Find the files that ship with the package: the page and the server's configuration.

A checkout keeps them beside the package, an installed wheel inside it.
"""

from hashlib import sha256
from pathlib import Path

PACKAGE = Path(__file__).parent
SEARCH_PATHS = (PACKAGE, PACKAGE.parent)


def find(name: str) -> Path:
    """Return the path of the file or folder `name`, in a wheel or in a checkout.

    Raises FileNotFoundError when the installation is incomplete.
    """
    for folder in SEARCH_PATHS:
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is missing from this installation of Watch Party")


def fingerprint(folder: Path) -> str:
    """Return eight hex digits that change with any file below `folder`.

    They are part of the URL of every static file. Browsers may therefore keep the files
    forever and still get an upgrade, including the modules that a module imports.
    """
    digest = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(folder)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
