"""The environment: defaults, bounds, and words that name the variable and the remedy."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.config.environment import Environment, EnvironmentInvalid, socket_folder


def read(**variables: str) -> Environment:
    return Environment.read({"JUTONG_DATA_DIR": "/srv/jutong", **variables})


def test_without_variables_everything_lies_in_the_users_own_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/li")

    env = Environment.read({})

    assert env.data_dir == Path("/home/li/.local/share/jutong")
    assert env.secrets_dir == env.data_dir / "secrets"
    assert (env.portal_port, env.gateway_port, env.base_url) == (8000, 8100, "http://127.0.0.1:8000")
    assert env.embedded
    assert env.database_url.startswith("postgresql://jutong_app@/jutong?host=")
    assert env.gateway_database_url.startswith("postgresql://jutong_gateway@/jutong?host=")


def test_the_base_directory_specification_is_kept():
    assert Environment.read({"XDG_DATA_HOME": "/data"}).data_dir == Path("/data/jutong")


def test_a_database_of_ones_own_replaces_the_embedded_one():
    env = read(DATABASE_URL="postgresql://jutong:geheim@db.example/jutong")

    assert not env.embedded
    assert env.database_url == env.gateway_database_url == "postgresql://jutong:geheim@db.example/jutong"


def test_passwords_are_not_in_the_repr():
    env = read(
        DATABASE_URL="postgresql://a:geheim1@db/jutong", JUTONG_GATEWAY_DATABASE_URL="postgresql://b:geheim2@db/jutong"
    )

    assert "geheim" not in repr(env)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JUTONG_PORTAL_PORT", "eight"),
        ("JUTONG_PORTAL_PORT", "0"),
        ("JUTONG_PORTAL_PORT", "65536"),
        ("JUTONG_PORTAL_PORT", "-1"),
        ("JUTONG_PORTAL_PORT", "８０００"),
        ("JUTONG_GATEWAY_PORT", "8000"),
        ("JUTONG_LISTEN", "localhost"),
        ("JUTONG_BASE_URL", "share.example.gov.cn"),
        ("JUTONG_BASE_URL", "https://share.example.gov.cn/portal"),
        ("JUTONG_DEMO", "perhaps"),
        ("JUTONG_LANGUAGE", "fr"),
        ("JUTONG_LOG_FORMAT", "xml"),
        ("JUTONG_JOB_WORKERS", "1.5"),
        ("DATABASE_URL", "mysql://jutong@db/jutong"),
        ("JUTONG_GATEWAY_DATABASE_URL", "postgresql://gateway@db/jutong"),
        ("JUTONG_DATA_DIR", "/etc/passwd"),
    ],
)
def test_a_bad_value_names_its_variable(variable, value):
    with pytest.raises(EnvironmentInvalid) as refused:
        read(**{variable: value})

    assert refused.value.details["variable"] == variable
    assert variable in str(refused.value)


def test_a_refused_database_address_does_not_repeat_its_password():
    with pytest.raises(EnvironmentInvalid) as refused:
        read(DATABASE_URL="mysql://jutong:geheim@db/jutong")

    assert "geheim" not in str(refused.value)


def test_bounds_stand_in_the_words():
    with pytest.raises(EnvironmentInvalid, match="1 到 65535"):
        read(JUTONG_PORTAL_PORT="x")


def test_the_words_can_be_translated_with_their_remedy():
    with pytest.raises(EnvironmentInvalid) as refused:
        read(JUTONG_PORTAL_PORT="x")

    translated = refused.value.words(lambda text: "{variable}|{remedy}" if "{variable}" in text else "{low}-{high}")

    assert translated == "JUTONG_PORTAL_PORT|1-65535"


@given(
    portal=st.integers(1, 65535),
    gateway=st.integers(1, 65535),
    demo=st.booleans(),
    listen=st.sampled_from(["127.0.0.1", "0.0.0.0", "10.1.2.3"]),
    url=st.sampled_from(["", "postgresql://jutong@db/jutong"]),
)
def test_children_read_the_same_environment(portal, gateway, demo, listen, url):
    if portal == gateway:
        return
    env = read(
        JUTONG_PORTAL_PORT=str(portal), JUTONG_GATEWAY_PORT=str(gateway), JUTONG_DEMO=str(int(demo)),
        JUTONG_LISTEN=listen, DATABASE_URL=url,
    )  # fmt: skip

    assert Environment.read(env.variables()) == env


@given(name=st.text(st.characters(blacklist_characters="\0/", blacklist_categories=["Cs"]), min_size=1, max_size=60))
def test_the_socket_fits_into_its_address_however_long_the_folder_is(name):
    folder = socket_folder(Path("/srv") / name / "postgres")

    assert len(f"{folder}/.s.PGSQL.5432.lock".encode()) < 108


def test_two_folders_have_two_sockets():
    assert socket_folder(Path("/srv/a/postgres")) != socket_folder(Path("/srv/b/postgres"))


# --- Notices ---------------------------------------------------------------------------------------------------------
SMTP = {"JUTONG_SMTP_HOST": "mail.example.gov.cn", "JUTONG_SMTP_SENDER": "jutong@example.gov.cn"}
SMS = {"JUTONG_SMS_URL": "https://sms.example.gov.cn/{account}", "JUTONG_SMS_SECRET": "agreed with the gateway"}


def test_ports_of_notices_are_there_only_when_they_are_named():
    assert (read().smtp, read().sms) == (None, None)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("off", 25)])
def test_the_mail_port_follows_the_encryption(tls, port):
    assert read(**SMTP, JUTONG_SMTP_TLS=tls).smtp.port == port


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JUTONG_SMTP_SENDER", "nobody"),
        ("JUTONG_SMTP_SENDER", "a@b.cn\nBcc: c@d.cn"),
        ("JUTONG_SMTP_TLS", "ssl"),
        ("JUTONG_SMS_URL", "sms.example.gov.cn"),
        ("JUTONG_SMS_SECRET", "short"),
    ],
)
def test_a_port_that_could_not_work_is_refused_at_the_start(variable, value):
    with pytest.raises(EnvironmentInvalid) as refused:
        read(**{**SMTP, **SMS, variable: value})

    assert refused.value.details["variable"] == variable
    assert "short" not in str(refused.value)


def test_children_read_the_same_ports_and_secrets_do_not_show():
    env = read(**SMTP, **SMS, JUTONG_SMTP_ACCOUNT="jutong", JUTONG_SMTP_PASSWORD="geheim", JUTONG_SMS_ACCOUNT="J1")

    assert Environment.read(env.variables()) == env
    assert "geheim" not in repr(env)
    assert "agreed" not in repr(env)
