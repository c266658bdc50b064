"""The app: the only file, with cli/, that knows every part."""

from __future__ import annotations

from http import HTTPStatus
from tempfile import TemporaryDirectory

from flask import Flask, Response, request
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

import api.accounts.feature
import api.accounts.routes
import api.assemblies.feature
import api.cases.feature
import api.coalitions.feature
import api.connectors.feature
import api.copies.feature
import api.deliveries.feature
import api.demands.feature
import api.desk.feature
import api.documents.feature
import api.exchange.feature
import api.infra.feature
import api.mailings.feature
import api.moderation.feature
import api.organisations.feature
import api.pages.feature
import api.portable.schemas
import api.reviews.feature
import api.signatures.feature
import api.signing.feature
import api.signoffs.feature
import api.statements.feature
import api.templates.feature
import api.templates.schemas
import api.updates.feature
import api.web.feature
import api.webhooks.feature
import api.webhooks.schemas
from api import config
from api.config import Settings
from api.infra.database.drivers import POSTGRES_ARGS, use_postgres_safely, use_sqlite_safely
from api.infra.database.transactions import THREADS, db, pool
from api.infra.net.egress import Egress
from api.infra.net.rate_limits import RateLimits
from api.infra.net.smtp import SmtpServer
from api.infra.pdf.drawings import DRAWING
from api.infra.pdf.render import LAYOUT
from api.infra.queue import Queue
from api.infra.runtime import EXTENSION, Runtime
from api.infra.sandbox.bulkhead import Bulkhead
from api.infra.sandbox.pool import ChildPool
from api.infra.security import day_keys
from api.infra.storage import Storage
from api.infra.tables.reading import WORKBOOKS
from api.infra.vault import Vault, new_master_key
from api.infra.wiring import Wiring
from api.infra.word.reading import WORD_READER
from api.web import compression, cors, etags, guard, health, idempotency, logs, metrics, problems
from api.web.openapi import document, serving
from api.web.rest import OPEN, STATEMENTS, Api

# What the limited child runs: it lays out pages, fills templates, reads workbooks and Word files.
CHILD_MODULES = (
    LAYOUT,
    "api.documents.rules.warming",
    DRAWING,
    "api.templates.rules.filling",
    WORKBOOKS,
    WORD_READER,
)
# In this order their listeners act.
FEATURES = (
    api.infra.feature.FEATURE,
    api.web.feature.FEATURE,
    api.accounts.feature.FEATURE,
    api.organisations.feature.FEATURE,
    api.coalitions.feature.FEATURE,
    api.cases.feature.FEATURE,
    api.demands.feature.FEATURE,
    api.templates.feature.FEATURE,
    api.statements.feature.FEATURE,
    api.assemblies.feature.FEATURE,
    api.copies.feature.FEATURE,
    api.signatures.feature.FEATURE,
    api.signing.feature.FEATURE,
    api.signoffs.feature.FEATURE,
    api.reviews.feature.FEATURE,
    api.moderation.feature.FEATURE,
    api.documents.feature.FEATURE,
    api.exchange.feature.FEATURE,
    api.mailings.feature.FEATURE,
    api.connectors.feature.FEATURE,
    api.webhooks.feature.FEATURE,
    api.updates.feature.FEATURE,
    api.deliveries.feature.FEATURE,
    api.pages.feature.FEATURE,
    api.desk.feature.FEATURE,
)


def create_app(
    settings: Settings | None = None, children: ChildPool | None = None, threads: int = THREADS
) -> Flask:
    """Return the app of these settings, or of the environment's. `children` may be shared.

    So many threads may use the database at a time.
    """
    settings = settings or config.read()
    logs.configure(settings.log_level)
    app = Flask("api", static_folder=None)
    connecting = {} if settings.is_sqlite else {"connect_args": POSTGRES_ARGS}
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={**connecting, **pool(threads)},
        **document.CONFIG,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.merge_slashes = False  # one address a thing; no redirect that drops a body
    app.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
    app.extensions[EXTENSION] = Runtime(
        settings=settings,
        wiring=wiring(),
        vault=Vault(settings.master_keys),
        storage=Storage(settings.storage),
        queue=Queue(settings.queue),
        pool=children or ChildPool(CHILD_MODULES, spares=settings.render_spares),
        bulkhead=Bulkhead(),
        rate_limits=RateLimits(settings.limits_url, day_keys.mark_alone),
        smtp=SmtpServer.at(settings.smtp_url) if settings.smtp_url else None,
        egress=Egress(
            networks=settings.allowed_networks,
            ports=frozenset(settings.allowed_ports),
            plain_http=settings.allow_plain_http,
        ),
    )
    _database(app, settings)
    # In this order: what comes first in the request comes last in the answer.
    compression.install(app)
    metrics.install(app)
    for part in (logs, problems, guard, api.accounts.routes, idempotency, etags):
        part.install(app)
    cors.install(app, settings.cors_origins)
    app.after_request(_harden)
    rest = Api(app)
    for feature in FEATURES:
        if feature.blueprint:
            rest.register_blueprint(feature.blueprint)
        if feature.pages:
            app.register_blueprint(feature.pages)
    health.install(app)
    _docs(app, rest)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # as Flask documents it
    return app


def wiring() -> Wiring:
    """Return what the parts of the app add to each other; needs no settings."""
    return Wiring(part for feature in FEATURES for part in feature.parts)


def describe() -> str:
    """Return openapi.yaml; needs no settings and touches no data."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/db",
            storage_path=folder,
            master_keys=(new_master_key(),),
            log_level="WARNING",
        )
        app = create_app(settings)
        return app.test_client().get("/openapi.yaml").get_data(as_text=True)


def _database(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    Migrate(app, db, directory=str(config.share("migrations")), render_as_batch=True)
    with app.app_context():
        (use_sqlite_safely if settings.is_sqlite else use_postgres_safely)(db.engine)


def _docs(app: Flask, rest: Api) -> None:
    def made() -> document.Node:
        events, webhooks = api.webhooks.schemas.described()
        files = api.portable.schemas.described() | api.templates.schemas.COMPONENTS
        return document.document(rest, ({"schemas": files}, events), webhooks)

    serving.install(app, made)


def _harden(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    policy = "default-src 'none'; frame-ancestors 'none'"
    answer.headers.setdefault("Content-Security-Policy", policy)
    if request.path.startswith("/v1/"):
        answer.headers.setdefault("Cache-Control", "no-cache, private")
        if not _may_be_kept(answer):
            answer.headers["Cache-Control"] = "no-store"
    return answer


def _may_be_kept(answer: Response) -> bool:
    """Tell whether a cache may keep an answer: no error, no change, nothing of a secret link."""
    is_read = request.method in {"GET", "HEAD"} and answer.status_code < HTTPStatus.BAD_REQUEST
    is_secret = request.path.startswith(OPEN) and not request.path.startswith(STATEMENTS)
    return is_read and not is_secret
