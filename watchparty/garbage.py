"""Look for garbage less often than Python does by itself.

A server in which thousands wait has hundreds of thousands of objects that live long, and nearly
none that only the collector could free. Walking them all every 700 allocations is what made a
delivery cost more, the more there were who waited.
"""

import gc

from quart import Quart

# Allocations before the youngest generation is looked at, and how many such looks before the
# next one is; Python's own are 700, 10, 10 (2,000 in 3.13).
THRESHOLDS = (50_000, 20, 100)


def init_garbage_collection(app: Quart) -> None:
    """Set it when `app` is served."""

    @app.before_serving
    async def relax() -> None:
        gc.set_threshold(*THRESHOLDS)
