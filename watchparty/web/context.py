"""What a request needs of the application it came to; read in routes only."""

from quart import current_app

from watchparty.party.service import Party
from watchparty.settings import Settings
from watchparty.web.limits.rate_limits import Limits


def party() -> Party:
    """Return the party that this application serves."""
    found: Party = current_app.extensions["watchparty.party"]
    return found


def settings() -> Settings:
    """Return the settings that this application was made with."""
    found: Settings = current_app.extensions["watchparty.settings"]
    return found


def limits() -> Limits:
    """Return what this application counts its visitors by."""
    found: Limits = current_app.extensions["watchparty.limits"]
    return found
