"""Settings: read from `config/default.toml`, then `settings.toml` in the folder KIL_CONFIG, then the environment."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Literal

from kil_pipeline.errors import ConfigurationError
from kil_pipeline.mail_limits import MailLimits, read_mail_limits

CHECKOUT = Path(__file__).resolve().parent.parent
SHIPPED_FOLDERS = (Path(__file__).resolve().parent / "_config", CHECKOUT / "config")
"""Where the shipped configuration is: inside an installed wheel, else beside the packages in a checkout."""

SecondFactorFor = Literal["organisations", "approvers", "everybody"]
SECOND_FACTOR_FOR: Mapping[str, SecondFactorFor] = {
    "organisations": "organisations",
    "approvers": "approvers",
    "everybody": "everybody",
}
"""Approvers and admins whose organisation asks for it; all approvers and admins; every member."""
DEVELOPMENT_KEY = "development-only-not-a-secret"
MANY_TENANTS = (["common"], ["organizations"], ["consumers"])
"""How the path of a Microsoft issuer begins that is no single organisation's."""


@dataclass(frozen=True)
class OpenIdProvider:
    """With whose accounts people may sign in (OpenID Connect)."""

    issuer: str
    """Without a trailing slash."""
    client_id: str
    client_secret: str
    name: str
    """As the button says it: "your NHS account"."""
    trust_email: bool = False
    """Whether an address counts of which the provider does not say whether it is verified."""


@dataclass(frozen=True)
class Settings:
    """Everything a deployment can choose. Times of day are in Europe/London."""

    environment: Literal["production", "development"]
    database_url: str
    base_url: str
    """Where readers reach the site, without a trailing slash."""
    secret_keys: tuple[str, ...]
    """Signing keys, newest first: the first signs, all verify."""
    mail: str
    """`file:FOLDER`, `smtp://user:password@host:port?tls=1` or `notify:TEMPLATE-ID`."""
    mail_from: str
    notify_key: str
    """The API key of GOV.UK Notify, where `mail` is `notify:TEMPLATE-ID`."""
    mail_limits: MailLimits
    """What one domain is sent at most; for mail by SMTP."""
    site_name: str
    quiet_period: timedelta
    """How long after a publication mail waits, so that small edits reach people as one change."""
    tick_every: timedelta
    web_processes: int
    """How many processes `kil serve` makes on PostgreSQL; on SQLite it is always one."""
    digest_at: time
    sign_in_minutes: int
    openid: OpenIdProvider | None
    second_factor: SecondFactorFor
    """Who must have a second factor, besides operators."""
    session_idle: timedelta
    """A session ends after this long without a request."""
    session_longest: timedelta
    """A session ends after this long in any case."""
    audit_people_kept: timedelta
    """How long the audit trail says who did what; that it was done, it says for ever."""
    reminder_days: tuple[int, ...]
    """How many days before a session those who come are reminded of it."""
    offer_for: timedelta
    """How long a place that fell free is kept for the first on the waiting list."""
    websub_hub: str
    """The hub that is told when feeds change (https://…); empty for none."""
    operator_token: str
    """Lets a program read /metrics and an operator open /operator; empty: nobody, but in development."""
    bounce_token: str
    """Lets a mail server hand over bounces at /mail/bounces; empty: nobody."""
    var: Path
    """The folder for what the product writes: database, outbox, logs."""

    @property
    def development(self) -> bool:
        return self.environment == "development"


def config_path(*parts: str) -> Path:
    """Return the file or folder `config/…`; one in the folder named by KIL_CONFIG wins over the one we ship.

    Raises `ConfigurationError` where neither exists.
    """
    own = os.environ.get("KIL_CONFIG")
    folders = ((Path(own),) if own else ()) + SHIPPED_FOLDERS
    for folder in folders:
        found = folder.joinpath(*parts)
        if found.exists():
            return found
    raise ConfigurationError(f"config/{'/'.join(parts)} is missing from {', '.join(str(f) for f in folders)}.")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `ConfigurationError` with one clear line where something is missing or wrong."""
    table = _read_tables(environ)
    environment = environ.get("KIL_ENV", "production")
    if environment not in ("production", "development"):
        raise ConfigurationError(f"KIL_ENV is “{environment}”: it must be production or development.")
    var = Path(environ.get("KIL_VAR", str(Path.cwd() / "var"))).absolute()
    return Settings(
        environment="development" if environment == "development" else "production",
        database_url=_database_url(environ, var),
        base_url=environ.get("KIL_BASE_URL", str(table["base_url"])).rstrip("/"),
        secret_keys=_secret_keys(environ, development=environment == "development"),
        mail=environ.get("KIL_MAIL", str(table["mail"])),
        mail_from=environ.get("KIL_MAIL_FROM", str(table["mail_from"])),
        notify_key=environ.get("KIL_NOTIFY_KEY", "").strip(),
        mail_limits=table["mail_limits"],
        site_name=str(table["site_name"]),
        quiet_period=timedelta(minutes=_number(environ, table, "quiet_period_minutes")),
        tick_every=timedelta(seconds=_number(environ, table, "tick_seconds")),
        web_processes=max(1, int(_number(environ, table, "web_processes"))),
        digest_at=_time_of_day(table, "digest_at"),
        sign_in_minutes=_minutes(table, "sign_in_minutes"),
        openid=_openid(environ, table),
        second_factor=_second_factor(environ, table),
        session_idle=timedelta(minutes=_minutes(table, "session_idle_minutes")),
        session_longest=timedelta(minutes=_minutes(table, "session_longest_minutes")),
        audit_people_kept=timedelta(days=round(365.25 * _number(environ, table, "audit_years"))),
        reminder_days=_days(table, "reminder_days"),
        offer_for=timedelta(hours=_number(environ, table, "offer_hours")),
        websub_hub=_hub(environ.get("KIL_WEBSUB_HUB", str(table["websub_hub"]))),
        operator_token=_token("KIL_OPERATOR_TOKEN", environ.get("KIL_OPERATOR_TOKEN", "")),
        bounce_token=_token("KIL_BOUNCE_TOKEN", environ.get("KIL_BOUNCE_TOKEN", "")),
        var=var,
    )


def _read_tables(environ: Mapping[str, str]) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads(config_path("default.toml").read_text("utf-8"))
    limits, chosen = table["mail_limits"], {}
    own = environ.get("KIL_CONFIG")
    if own:
        file = Path(own) / "settings.toml"
        if not Path(own).is_dir():
            raise ConfigurationError(f"KIL_CONFIG is “{own}”: it must be a folder (with a settings.toml in it).")
        if file.exists():
            try:
                chosen = tomllib.loads(file.read_text("utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise ConfigurationError(f"{file} is not TOML: {error}") from error
    return table | chosen | {"mail_limits": read_mail_limits(limits, chosen.get("mail_limits", {}))}


def _database_url(environ: Mapping[str, str], var: Path) -> str:
    url = environ.get("KIL_DATABASE_URL", "")
    if not url:
        return f"sqlite:///{var / 'kil.db'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigurationError(
            "KIL_DATABASE_URL must start with sqlite:/// or postgresql+psycopg:// "
            "(for example postgresql+psycopg://kil:password@localhost/kil)."
        )
    return url


def _secret_keys(environ: Mapping[str, str], *, development: bool) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in environ.get("KIL_SECRET_KEY", "").split(",") if key.strip())
    if not keys and development:
        return (DEVELOPMENT_KEY,)
    if not keys:
        raise ConfigurationError(
            "KIL_SECRET_KEY is not set. Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))' "
            "(or set KIL_ENV=development on your own machine)."
        )
    if any(len(key) < 32 for key in keys) and not development:
        raise ConfigurationError("KIL_SECRET_KEY is too short: each key needs at least 32 characters.")
    return keys


def _openid(environ: Mapping[str, str], table: Mapping[str, Any]) -> OpenIdProvider | None:
    issuer = environ.get("KIL_OIDC_ISSUER", str(table["oidc_issuer"])).rstrip("/")
    client_id = environ.get("KIL_OIDC_CLIENT_ID", str(table["oidc_client_id"]))
    secret = environ.get("KIL_OIDC_CLIENT_SECRET", "")
    if not (issuer or client_id or secret):
        return None
    if not (issuer and client_id and secret):
        raise ConfigurationError("KIL_OIDC_ISSUER, KIL_OIDC_CLIENT_ID and KIL_OIDC_CLIENT_SECRET belong together.")
    if not issuer.startswith("https://") and environ.get("KIL_ENV") != "development":
        raise ConfigurationError(f"KIL_OIDC_ISSUER is “{issuer}”: it must start with https://.")
    trust_email = environ.get("KIL_OIDC_TRUST_EMAIL", "yes" if table["oidc_trust_email"] is True else "no")
    if trust_email not in ("yes", "no"):
        raise ConfigurationError(f"KIL_OIDC_TRUST_EMAIL is “{trust_email}”: it must be yes or no.")
    if trust_email == "yes" and issuer.split("/")[3:4] in MANY_TENANTS:
        raise ConfigurationError(
            f"KIL_OIDC_TRUST_EMAIL is yes, but {issuer} signs in people of any organisation, who choose their own "
            "address. Set KIL_OIDC_ISSUER to your own tenant (its id in place of “common”)."
        )
    return OpenIdProvider(issuer, client_id, secret, str(table["oidc_name"]), trust_email == "yes")


def _second_factor(environ: Mapping[str, str], table: Mapping[str, Any]) -> SecondFactorFor:
    text = environ.get("KIL_SECOND_FACTOR", str(table["second_factor"]))
    if text not in SECOND_FACTOR_FOR:
        raise ConfigurationError(f"KIL_SECOND_FACTOR is “{text}”: it must be one of {', '.join(SECOND_FACTOR_FOR)}.")
    return SECOND_FACTOR_FOR[text]


def _hub(address: str) -> str:
    if address and not address.startswith("https://"):
        raise ConfigurationError(f"KIL_WEBSUB_HUB is “{address}”: it must begin with https://.")
    return address


def _token(name: str, text: str) -> str:
    token = text.strip()
    if token and len(token) < 24:
        raise ConfigurationError(f"{name} is too short: it needs at least 24 characters.")
    return token


def _number(environ: Mapping[str, str], table: Mapping[str, Any], name: str) -> float:
    text = environ.get(f"KIL_{name.upper()}", str(table[name]))
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise ConfigurationError(f"KIL_{name.upper()} is “{text}”: it must be a number from 0 up.")
    return value


def _time_of_day(table: Mapping[str, Any], name: str) -> time:
    try:
        return time.fromisoformat(str(table[name]))
    except ValueError:
        raise ConfigurationError(f"{name} is “{table[name]}”: write a time of day such as 08:00.") from None


def _minutes(table: Mapping[str, Any], name: str) -> int:
    value = table[name]
    if not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name} is “{value}”: it must be a whole number of minutes from 1 up.")
    return value


def _days(table: Mapping[str, Any], name: str) -> tuple[int, ...]:
    value = table[name]
    if not isinstance(value, list) or not all(type(days) is int and 1 <= days <= 365 for days in value):
        raise ConfigurationError(f"{name} is “{value}”: write whole numbers of days from 1 to 365, such as [7, 1].")
    return tuple(value)
