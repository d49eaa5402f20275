"""Settings: shipped defaults, then the deployment's own file, then the environment; a fault is one clear line."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from kil_pipeline.errors import ConfigurationError
from kil_pipeline.mail_limits import MailLimit, MailLimits
from kil_pipeline.settings import DEVELOPMENT_KEY, config_path, load_settings

DEVELOPMENT = {"KIL_ENV": "development"}
KEY = "k" * 32


def test_development_needs_nothing() -> None:
    settings = load_settings(DEVELOPMENT)
    assert (settings.development, settings.secret_keys) == (True, (DEVELOPMENT_KEY,))
    assert settings.database_url == f"sqlite:///{Path.cwd() / 'var' / 'kil.db'}"
    assert (settings.quiet_period, settings.tick_every) == (timedelta(minutes=15), timedelta(minutes=1))
    assert (settings.digest_at, settings.sign_in_minutes) == (time(8), 15)
    assert (settings.reminder_days, settings.offer_for) == ((7, 1), timedelta(hours=48))


def test_production_is_the_default_and_refuses_to_start_without_a_key() -> None:
    with pytest.raises(ConfigurationError, match=r"^KIL_SECRET_KEY is not set\. Make one with: "):
        load_settings({})
    assert not load_settings({"KIL_SECRET_KEY": KEY}).development


def test_keys_are_a_list_newest_first() -> None:
    assert load_settings({"KIL_SECRET_KEY": f"{KEY}new, {KEY}old,"}).secret_keys == (f"{KEY}new", f"{KEY}old")


@pytest.mark.parametrize("keys", ["short", f"{KEY},short"])
def test_a_short_key_is_refused_in_production(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="too short"):
        load_settings({"KIL_SECRET_KEY": keys})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("KIL_ENV", "test", "KIL_ENV is “test”: it must be production or development."),
        ("KIL_DATABASE_URL", "mysql://x", "KIL_DATABASE_URL must start with sqlite:/// or postgresql"),
        ("KIL_TICK_SECONDS", "often", "KIL_TICK_SECONDS is “often”: it must be a number from 0 up."),
        ("KIL_QUIET_PERIOD_MINUTES", "-1", "it must be a number from 0 up."),
        ("KIL_QUIET_PERIOD_MINUTES", "nan", "it must be a number from 0 up."),
        ("KIL_QUIET_PERIOD_MINUTES", "1e9999", "it must be a number from 0 up."),
        ("KIL_SECOND_FACTOR", "nobody", "it must be one of organisations, approvers, everybody."),
        ("KIL_CONFIG", "/nowhere", "KIL_CONFIG is “/nowhere”: it must be a folder"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_settings({**DEVELOPMENT, name: value})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


OPENID = {"KIL_OIDC_CLIENT_ID": "kil", "KIL_OIDC_CLIENT_SECRET": "a secret"}
ENTRA = "https://login.microsoftonline.com"


def test_a_provider_of_ones_own_can_be_believed_without_its_word_on_addresses() -> None:
    own = {**DEVELOPMENT, **OPENID, "KIL_OIDC_ISSUER": f"{ENTRA}/11111111-2222-3333-4444-555555555555/v2.0"}
    found = [load_settings({**own, "KIL_OIDC_TRUST_EMAIL": said}).openid for said in ("no", "yes")]
    assert [provider is not None and provider.trust_email for provider in (load_settings(own).openid, *found)] == [
        False,
        False,
        True,
    ]
    with pytest.raises(ConfigurationError, match="KIL_OIDC_TRUST_EMAIL is “maybe”: it must be yes or no"):
        load_settings({**own, "KIL_OIDC_TRUST_EMAIL": "maybe"})


@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers"])
def test_a_provider_of_everybodys_is_never_believed_without_its_word_on_addresses(tenant: str) -> None:
    shared = {**DEVELOPMENT, **OPENID, "KIL_OIDC_ISSUER": f"{ENTRA}/{tenant}/v2.0"}
    assert load_settings(shared).openid is not None
    with pytest.raises(ConfigurationError, match="who choose their own address"):
        load_settings({**shared, "KIL_OIDC_TRUST_EMAIL": "yes"})


def test_the_environment_wins_over_the_file_and_the_file_over_what_is_shipped(tmp_path: Path) -> None:
    lines = ['site_name = "Exampleshire plan"', 'base_url = "https://file.example.org/"', "quiet_period_minutes = 5"]
    (tmp_path / "settings.toml").write_text("\n".join(lines), "utf-8")
    environ = {**DEVELOPMENT, "KIL_CONFIG": str(tmp_path)}
    from_file = load_settings(environ)
    assert (from_file.site_name, from_file.base_url) == ("Exampleshire plan", "https://file.example.org")
    assert (from_file.quiet_period, from_file.tick_every) == (timedelta(minutes=5), timedelta(minutes=1))
    chosen = load_settings({**environ, "KIL_BASE_URL": "https://env.example.org", "KIL_QUIET_PERIOD_MINUTES": "0"})
    assert (chosen.base_url, chosen.quiet_period) == ("https://env.example.org", timedelta(0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("site_name = ", "is not TOML"),
        ('digest_at = "eight"', "digest_at is “eight”: write a time of day such as 08:00."),
        ("sign_in_minutes = 0", "sign_in_minutes is “0”: it must be a whole number of minutes from 1 up."),
        ('sign_in_minutes = "x"', "sign_in_minutes is “x”: it must be a whole number of minutes from 1 up."),
        ("reminder_days = 7", "reminder_days is “7”: write whole numbers of days from 1 to 365, such as [7, 1]."),
        ("mail_limits = 3", "mail_limits is “3”: write { connections = 5, mails_a_minute = 600 }"),
        ("mail_limits = { default = { mails = 1 } }", "mail_limits.default is not one: write { connections"),
        ('mail_limits = { "example.org" = { connections = -1 } }', "mail_limits.example.org is not one: write {"),
        ("reminder_days = [0]", "reminder_days is “[0]”: write whole numbers of days from 1 to 365, such as [7, 1]."),
    ],
)
def test_a_fault_in_the_file_is_named_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_settings({**DEVELOPMENT, "KIL_CONFIG": str(tmp_path)})
    assert message in str(refused.value)


def test_each_mail_domain_has_the_usual_limits_but_for_what_is_chosen(tmp_path: Path) -> None:
    usual = load_settings(DEVELOPMENT).mail_limits
    assert (usual.usual, dict(usual.domains)) == (MailLimit(10, 600), {})
    (tmp_path / "settings.toml").write_text('[mail_limits]\n"Example.org" = { connections = 2 }\n', "utf-8")
    chosen = load_settings({**DEVELOPMENT, "KIL_CONFIG": str(tmp_path)}).mail_limits
    assert chosen == MailLimits(usual.usual, {"example.org": MailLimit(2, 600)})
    assert [chosen.limit_of(name).connections for name in ("example.org", "example.com")] == [2, 10]


def test_the_database_and_the_outbox_go_where_the_deployment_says(tmp_path: Path) -> None:
    settings = load_settings({**DEVELOPMENT, "KIL_VAR": str(tmp_path)})
    assert (settings.var, settings.database_url) == (tmp_path, f"sqlite:///{tmp_path / 'kil.db'}")


def test_a_code_list_of_the_deployments_own_replaces_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reasons.toml").write_text("", "utf-8")
    monkeypatch.setenv("KIL_CONFIG", str(tmp_path))
    assert config_path("reasons.toml") == tmp_path / "reasons.toml"
    assert config_path("themes.toml").parent != tmp_path
    with pytest.raises(ConfigurationError, match=r"config/nothing\.toml is missing from"):
        config_path("nothing.toml")
