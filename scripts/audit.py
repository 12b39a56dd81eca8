"""Check the installed dependencies of the server for known vulnerabilities: `make audit`.

Runs pip-audit, whose path is the argument. A vulnerability makes it fail; unreachable advisories
are only reported.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

TIMEOUT = 50  # seconds
NAME = re.compile(r"[\w.-]+")


def dependencies(name: str, found: dict[str, str]) -> dict[str, str]:
    """Add the dependencies of a package, and theirs, to `found`; return their versions by name."""
    for requirement in distribution(name).requires or ():
        dependency = NAME.match(requirement)
        if dependency is None or "extra ==" in requirement or dependency[0] in found:
            continue
        try:
            found[dependency[0]] = distribution(dependency[0]).version
        except PackageNotFoundError:  # for another system or another Python
            continue
        dependencies(dependency[0], found)
    return found


def run_pip_audit(pip_audit: str, packages: dict[str, str]) -> list[dict[str, Any]]:
    """Return pip-audit's answer for each package; empty if the advisories cannot be reached."""
    pinned = "".join(f"{name}=={version}\n" for name, version in packages.items())
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pinned)
        file.flush()
        command = [pip_audit, "--requirement", file.name, "--no-deps", "--disable-pip"]
        command += ["--format=json", "--progress-spinner=off", "--timeout=10"]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
            found: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, json.JSONDecodeError):
            return []
    return found


def main() -> None:
    """Print the vulnerabilities, and exit with 1 if there are any."""
    packages = dependencies("watchparty", {})
    answers = run_pip_audit(sys.argv[1], packages)
    audited = [answer for answer in answers if "vulns" in answer]
    vulnerabilities = [
        f"{answer['name']} {answer['version']}: {vulnerability['id']}"
        f" (fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'})"
        for answer in audited
        for vulnerability in answer["vulns"]
    ]
    missing = len(packages) - len(audited)
    if missing:
        print(f"NOT AUDITED: no advisories for {missing} of {len(packages)} packages.")
    if audited:
        print(f"{len(audited)} packages checked, {len(vulnerabilities)} known vulnerabilities.")
    sys.exit("\n".join(vulnerabilities) or None)


if __name__ == "__main__":
    main()
