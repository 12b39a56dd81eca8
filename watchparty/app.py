"""The application: this file is its table of contents."""

from quart import Quart

from watchparty import assets
from watchparty.party.confusables import load_look_alikes
from watchparty.party.service import MEMBERS_MAX, ChatService
from watchparty.server.cleanup import init_cleanup
from watchparty.server.connections import connections
from watchparty.server.garbage_collection import init_garbage_collection
from watchparty.server.http1 import speak_http1_only
from watchparty.server.log_filters import init_log_filters
from watchparty.server.shutdown import init_shutdown
from watchparty.settings import Settings
from watchparty.storage import open_store
from watchparty.web.fast_path.dispatch import init_dispatch
from watchparty.web.limits.held_requests import HeldRequests
from watchparty.web.limits.rate_limits import RateLimits, init_rate_limits
from watchparty.web.middleware.cors import init_cors, vary_headers
from watchparty.web.middleware.foreign_origins import init_foreign_origins
from watchparty.web.middleware.proxies import init_proxies
from watchparty.web.middleware.reject_malformed import init_reject_malformed
from watchparty.web.request.body import REQUEST_BODY_MAX
from watchparty.web.request.url_converters import init_url_converters
from watchparty.web.response.errors import init_errors
from watchparty.web.response.headers import init_headers
from watchparty.web.response.static_files import init_static_files
from watchparty.web.routes.chats import chats
from watchparty.web.routes.meta import meta
from watchparty.web.routes.moderation import moderation
from watchparty.web.routes.multi_poll import multi_poll
from watchparty.web.routes.pages import init_pages, pages
from watchparty.web.routes.users import users


def create_app(settings: Settings | None = None) -> Quart:
    """Return Watch Party as an ASGI application, by default set up from the environment.

    Raises BadSettings when a variable is invalid.
    """
    settings = settings or Settings.from_env()
    service = ChatService(open_store(settings.store), MEMBERS_MAX if settings.limits else None)
    limits, held = RateLimits(settings.limits), HeldRequests(settings.limits)
    speak_http1_only()
    connections.limit(settings.limits and not settings.trusted_proxies)

    app = Quart("watchparty", static_folder=None, template_folder=str(assets.find("templates")))
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BODY_MAX
    app.extensions["watchparty.settings"] = settings
    app.extensions["watchparty.service"] = service
    app.extensions["watchparty.limits"] = limits
    app.extensions["watchparty.held"] = held

    init_url_converters(app)
    init_foreign_origins(app, settings)
    init_rate_limits(app, limits)
    init_reject_malformed(app)
    init_log_filters(app)
    init_dispatch(app, service, limits, held, vary_headers(settings.cors_origins))
    init_proxies(app, settings.trusted_proxies)
    init_errors(app)
    init_headers(app)
    init_cors(app, settings.cors_origins)

    init_static_files(app, assets.find("static"))  # /static/…
    app.register_blueprint(pages)  # /, /username, /chat/<id>
    app.register_blueprint(users)  # /auth
    app.register_blueprint(chats)  # /create, /<chat_id>, /<chat_id>/join
    app.register_blueprint(moderation)  # /<chat_id>/invite, …/members, …/messages, …/topic
    app.register_blueprint(multi_poll)  # /poll
    app.register_blueprint(meta)  # /healthz, /openapi.json

    init_pages(app)
    app.before_serving(load_look_alikes)
    app.before_serving(service.store.open)
    init_garbage_collection(app)
    init_cleanup(app, service, settings.chat_ttl)
    init_shutdown(app, service)
    app.after_serving(service.store.close)
    return app
