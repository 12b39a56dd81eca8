"""Look up what is installed for the server among the known vulnerabilities: `make audit`.

Asks pip-audit, whose path is the argument. A vulnerability fails; that the advisories can't
be reached is said, and does not: it is no news about us.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

PATIENCE = 50  # seconds
NAME = re.compile(r"[\w.-]+")


def installed_for(name: str, found: dict[str, str]) -> dict[str, str]:
    """Return the versions of all that a package needs to run, by name."""
    for wanted in distribution(name).requires or ():
        needed = NAME.match(wanted)
        if needed is None or "extra ==" in wanted or needed[0] in found:
            continue
        try:
            found[needed[0]] = distribution(needed[0]).version
        except PackageNotFoundError:  # for another system or another Python
            continue
        installed_for(needed[0], found)
    return found


def look_up(pip_audit: str, packages: dict[str, str]) -> list[dict[str, Any]]:
    """Return what is known of each; nothing when nobody could be asked."""
    pinned = "".join(f"{name}=={version}\n" for name, version in packages.items())
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(pinned)
        file.flush()
        command = [pip_audit, "--requirement", file.name, "--no-deps", "--disable-pip"]
        command += ["--format=json", "--progress-spinner=off", "--timeout=10"]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
            found: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, json.JSONDecodeError):
            return []
    return found


def main() -> None:
    """Say what is known, and fail if it is anything."""
    packages = installed_for("watchparty", {})
    answers = look_up(sys.argv[1], packages)
    known = [answer for answer in answers if "vulns" in answer]
    bad = [
        f"{answer['name']} {answer['version']}: {vulnerability['id']}"
        f" (mended in {', '.join(vulnerability['fix_versions']) or 'no version yet'})"
        for answer in known
        for vulnerability in answer["vulns"]
    ]
    missing = len(packages) - len(known)
    if missing:
        print(f"NOT AUDITED: the advisories of {missing} of {len(packages)} packages out of reach.")
    if known:
        print(f"{len(known)} packages looked up, {len(bad)} known vulnerabilities.")
    sys.exit("\n".join(bad) or None)


if __name__ == "__main__":
    main()
