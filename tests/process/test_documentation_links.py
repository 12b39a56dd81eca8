"""The files, folders and headings to which the documents link exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")]
FOLDERS = r"watchparty|static|templates|tests|docs|benchmarks|scripts|examples|\.ci"

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def links(document: Path) -> list[str]:
    """Return the links of a document that stay inside the repository."""
    text = document.read_text(encoding="utf-8")
    found = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    return [link for link in found if "://" not in link]


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives to a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def layout() -> Iterator[str]:
    """Return the paths in the README's layout of the repository."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [picture] = re.findall(r"^```\n(watchparty/\n.*?)^```", text, re.MULTILINE | re.DOTALL)
    folder = ""
    for line in picture.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        yield folder + name if line.startswith(" ") else name


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_every_path_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_the_layout_of_the_readme_is_that_of_the_repository() -> None:
    for path in layout():
        assert (ROOT / path).exists(), path
    assert "watchparty/app.py" in layout()
