"""What the surroundings decide, read once: folders, ports, database, sizes.

Everything else asks `environment()`; nobody but this module reads `os.environ`. No Django here: the gateway plane and
the supervisor read the same object.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from jutong.foundation.notices.values import SmsGateway, SmtpServer
from jutong.kernel.crypto import Secret
from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_

APP_ROLE = "jutong_app"
GATEWAY_ROLE = "jutong_gateway"
ADMIN_ROLE = "jutong_admin"
DATABASE_NAME = "jutong"

# Fields of `jutong.ui.site.Site` an operator fills in: 主办, 承办, 网站标识码, ICP 备案号, 公安备案号, 联系电话.
SITE_VARIABLES: Mapping[str, str] = {
    "title": "JUTONG_SITE_TITLE",
    "host": "JUTONG_SITE_HOST",
    "operator": "JUTONG_SITE_OPERATOR",
    "site_code": "JUTONG_SITE_CODE",
    "icp_number": "JUTONG_SITE_ICP",
    "police_number": "JUTONG_SITE_POLICE",
    "telephone": "JUTONG_SITE_TELEPHONE",
}

# sun_path holds 108 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock" to the folder, and libpq wants room for a port.
_SOCKET_FOLDER_MAX_BYTES = 80

_SECRET_MIN = 16

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class EnvironmentInvalid(JutongError):
    """An environment variable holds a value that cannot be used; `variable` names it and `remedy` says what can."""

    message = N_("环境变量 {variable} 的值“{value}”无法使用：{remedy}")

    def words(self, translate: Any = str) -> str:
        # The remedy is a source text of its own, with its own bounds in it.
        remedy: str = translate(self.details["remedy"])
        text: str = translate(self.message)
        return text.format(**{**self.details, "remedy": remedy.format(**self.details)})


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one installation, as all its processes see them. Passwords never show in its repr."""

    data_dir: Path
    """Everything the platform writes; one running platform a folder."""
    secrets_dir: Path
    """Key files, one secret a file, 0600 in a folder of 0700."""
    listen: str
    """Address on which portal and gateway listen."""
    portal_port: int
    gateway_port: int
    base_url: str
    """What people type: scheme, host and port of the portal, without a slash at the end."""
    embedded: bool
    """True when the platform runs its own PostgreSQL inside `data_dir`."""
    database_url: str = field(repr=False)
    """libpq URI of the application role; psycopg and asyncpg take it as it is."""
    gateway_database_url: str = field(repr=False)
    """libpq URI of the gateway plane's role; without one of its own, the application's."""
    demo: bool
    """Load the demonstration region at the start of a platform that is still empty."""
    portal_workers: int
    portal_threads: int
    gateway_workers: int
    job_workers: int
    """Jobs that one worker process runs at a time."""
    language: str
    """`zh-hans` or `en`, for the terminal; pages follow their reader."""
    log_format: str
    """`text` for people or `json` for collectors: one line a fact either way."""
    smtp: SmtpServer | None = None
    """The mail server notices leave by; without one no mail is offered."""
    sms: SmsGateway | None = None
    """The gateway of text messages; without one none are offered."""
    openlineage_url: str = ""
    """Where events of lineage are sent; nowhere when empty."""
    openlineage_token: Secret | None = None
    """What the receiver of those events wants as bearer token, where it wants one."""
    site: Mapping[str, str] = field(default_factory=dict)
    """What header and footer name (网站标识), as far as it was set: keys of `SITE_VARIABLES`."""

    @property
    def logs_dir(self) -> Path:
        """Rotated logs, one file a process."""
        return self.data_dir / "logs"

    @property
    def postgres_dir(self) -> Path:
        """The embedded server: its cluster and, when it needs one, its own copy of the programs."""
        return self.data_dir / "postgres"

    @property
    def demo_dir(self) -> Path:
        """What belongs to the demonstration region: its people's way in (0600) and its departments' databases."""
        return self.data_dir / "demo"

    @property
    def socket_dir(self) -> Path:
        """The private folder of the embedded server's socket, short enough for `sun_path`."""
        return socket_folder(self.postgres_dir)

    @property
    def first_sign_in_file(self) -> Path:
        """Where the start data leave the first people's passwords and tokens (0600), written by `accounts`."""
        return self.data_dir / "people.json"

    @property
    def gateway_url(self) -> str:
        """The gateway's address as programs on this machine use it."""
        return f"http://{_reachable(self.listen)}:{self.gateway_port}"

    @property
    def portal_url(self) -> str:
        """The portal's address as programs on this machine use it; people use `base_url`."""
        return f"http://{_reachable(self.listen)}:{self.portal_port}"

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """The environment these variables describe.

        Raises EnvironmentInvalid naming the variable and the remedy.
        """
        data_dir = _folder(variables, "JUTONG_DATA_DIR", _default_data_dir(variables))
        portal_port = _number(variables, "JUTONG_PORTAL_PORT", 8000, 1, 65535)
        gateway_port = _number(variables, "JUTONG_GATEWAY_PORT", 8100, 1, 65535)
        if portal_port == gateway_port:
            _refuse("JUTONG_GATEWAY_PORT", str(gateway_port), N_("门户与网关不能使用同一端口，请另选一个。"))
        listen = _listen_address(variables)
        own_database = _database(variables, "DATABASE_URL")
        gateway_database = _database(variables, "JUTONG_GATEWAY_DATABASE_URL")
        sockets = socket_folder(data_dir / "postgres")
        if gateway_database and not own_database:
            _refuse("JUTONG_GATEWAY_DATABASE_URL", "…", N_("只有同时设置 DATABASE_URL 时才能设置。"))
        return cls(
            data_dir=data_dir,
            secrets_dir=_folder(variables, "JUTONG_SECRETS_DIR", data_dir / "secrets"),
            listen=listen,
            portal_port=portal_port,
            gateway_port=gateway_port,
            base_url=_base_url(variables, f"http://{_reachable(listen)}:{portal_port}"),
            embedded=not own_database,
            database_url=own_database or socket_url(sockets, DATABASE_NAME, APP_ROLE),
            gateway_database_url=gateway_database or own_database or socket_url(sockets, DATABASE_NAME, GATEWAY_ROLE),
            # Never into a database that somebody runs for himself.
            demo=_switch(variables, "JUTONG_DEMO", default=True) and not own_database,
            portal_workers=_number(variables, "JUTONG_PORTAL_WORKERS", 1, 1, 256),
            portal_threads=_number(variables, "JUTONG_PORTAL_THREADS", 8, 1, 256),
            gateway_workers=_number(variables, "JUTONG_GATEWAY_WORKERS", 1, 1, 256),
            job_workers=_number(variables, "JUTONG_JOB_WORKERS", 4, 1, 256),
            language=_language(variables),
            log_format=_choice(variables, "JUTONG_LOG_FORMAT", ("text", "json")),
            smtp=_smtp(variables),
            sms=_sms(variables),
            openlineage_url=_openlineage(variables),
            openlineage_token=Secret(token) if (token := variables.get("JUTONG_OPENLINEAGE_TOKEN", "")) else None,
            site={
                name: words
                for name, variable in SITE_VARIABLES.items()
                if (words := variables.get(variable, "").strip()[:200])
            },
        )

    def variables(self) -> dict[str, str]:
        """The variables that make a child process read this same environment."""
        described = {
            "JUTONG_DATA_DIR": str(self.data_dir),
            "JUTONG_SECRETS_DIR": str(self.secrets_dir),
            "JUTONG_LISTEN": self.listen,
            "JUTONG_PORTAL_PORT": str(self.portal_port),
            "JUTONG_GATEWAY_PORT": str(self.gateway_port),
            "JUTONG_BASE_URL": self.base_url,
            "JUTONG_DEMO": "1" if self.demo else "0",
            "JUTONG_PORTAL_WORKERS": str(self.portal_workers),
            "JUTONG_PORTAL_THREADS": str(self.portal_threads),
            "JUTONG_GATEWAY_WORKERS": str(self.gateway_workers),
            "JUTONG_JOB_WORKERS": str(self.job_workers),
            "JUTONG_LANGUAGE": self.language,
            "JUTONG_LOG_FORMAT": self.log_format,
            **{SITE_VARIABLES[name]: words for name, words in self.site.items()},
        }
        if not self.embedded:
            described["DATABASE_URL"] = self.database_url
            described["JUTONG_GATEWAY_DATABASE_URL"] = self.gateway_database_url
        if self.smtp:
            described |= {
                "JUTONG_SMTP_HOST": self.smtp.host,
                "JUTONG_SMTP_PORT": str(self.smtp.port),
                "JUTONG_SMTP_TLS": self.smtp.tls,
                "JUTONG_SMTP_SENDER": self.smtp.sender,
                "JUTONG_SMTP_ACCOUNT": self.smtp.account,
                "JUTONG_SMTP_PASSWORD": self.smtp.password.reveal_text(),
            }
        if self.sms:
            described |= {
                "JUTONG_SMS_URL": self.sms.url,
                "JUTONG_SMS_ACCOUNT": self.sms.account,
                "JUTONG_SMS_SECRET": self.sms.secret.reveal_text(),
            }
        if self.openlineage_url:
            described["JUTONG_OPENLINEAGE_URL"] = self.openlineage_url
            if self.openlineage_token:
                described["JUTONG_OPENLINEAGE_TOKEN"] = self.openlineage_token.reveal_text()
        return described


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of this process. Tests that change variables call `environment.cache_clear()`."""
    return Environment.read(os.environ)


def socket_folder(postgres_dir: Path) -> Path:
    """The socket's private folder for a server folder: the same answer in every process of one user.

    Inside the server folder where that is short enough. For root always under /run, because the database then runs
    under an account of its own, which may not pass the parents of the data folder.
    """
    inside = postgres_dir / "socket"
    name = hashlib.sha256(os.fsencode(postgres_dir)).hexdigest()[:12]
    if os.geteuid() == 0:
        return Path("/run/jutong") / name
    if len(os.fsencode(inside)) <= _SOCKET_FOLDER_MAX_BYTES:
        return inside
    # Anybody can lay a folder of this name here; the server refuses one that is not its own.
    return Path("/tmp") / f"jutong-{os.geteuid()}-{name}"  # noqa: S108


def socket_url(folder: Path, database: str, role: str, *, port: int = 0) -> str:
    """libpq URI of a role over a Unix socket; psycopg and asyncpg both read it."""
    place = {"host": str(folder)} | ({"port": str(port)} if port else {})
    return f"postgresql://{quote(role)}@/{quote(database)}?" + urlencode(place)


def _default_data_dir(variables: Mapping[str, str]) -> Path:
    shared = variables.get("XDG_DATA_HOME", "")
    # The base directory specification has relative values ignored.
    base = Path(shared) if shared.startswith("/") else Path.home() / ".local" / "share"
    return base / "jutong"


def _refuse(variable: str, value: str, remedy: str, **bounds: Any) -> NoReturn:
    raise EnvironmentInvalid(variable=variable, value=value, remedy=remedy, **bounds)


def _folder(variables: Mapping[str, str], name: str, default: Path) -> Path:
    value = variables.get(name, "").strip()
    if not value:
        return default.resolve()
    if "\0" in value or "\n" in value:
        _refuse(name, value, N_("请填写一个文件夹路径。"))
    folder = Path(value).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        _refuse(name, value, N_("该路径是文件，请填写一个文件夹路径。"))
    return folder


def _number(variables: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = variables.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        _refuse(name, value, N_("请填写 {low} 到 {high} 之间的整数。"), low=low, high=high)
    return int(value)


def _switch(variables: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = variables.get(name, "").strip().lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        _refuse(name, value, N_("请填写 1 或 0。"))
    return value in _TRUE


def _listen_address(variables: Mapping[str, str]) -> str:
    import ipaddress

    value = variables.get("JUTONG_LISTEN", "").strip() or "127.0.0.1"
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        _refuse("JUTONG_LISTEN", value, N_("请填写一个 IPv4 地址，例如 127.0.0.1 或 0.0.0.0。"))


def _reachable(listen: str) -> str:
    return "127.0.0.1" if listen == "0.0.0.0" else listen  # noqa: S104


def _base_url(variables: Mapping[str, str], default: str) -> str:
    value = variables.get("JUTONG_BASE_URL", "").strip() or default
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        _refuse("JUTONG_BASE_URL", value, N_("请填写门户网址，例如 https://share.example.gov.cn，不带路径。"))
    return value.rstrip("/")


def _database(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if value and urlsplit(value).scheme not in {"postgresql", "postgres"}:
        # The value may hold a password and is not repeated.
        _refuse(name, "…", N_("请填写 postgresql:// 开头的地址；本平台只使用 PostgreSQL 15 及以上版本。"))
    return value


def _choice(variables: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = variables.get(name, "").strip().lower() or choices[0]
    if value not in choices:
        _refuse(name, value, N_("请填写下列之一：{choices}。"), choices=", ".join(choices))
    return value


def _smtp(variables: Mapping[str, str]) -> SmtpServer | None:
    """The mail server, where one is named; the port follows the kind of encryption."""
    host = variables.get("JUTONG_SMTP_HOST", "").strip()
    if not host:
        return None
    tls = _choice(variables, "JUTONG_SMTP_TLS", ("starttls", "tls", "off"))
    sender = variables.get("JUTONG_SMTP_SENDER", "").strip()
    if sender.count("@") != 1 or any(letter.isspace() for letter in sender):
        _refuse("JUTONG_SMTP_SENDER", sender, N_("请填写发件邮箱，例如 jutong@example.gov.cn。"))
    return SmtpServer(
        host=host,
        port=_number(variables, "JUTONG_SMTP_PORT", {"starttls": 587, "tls": 465, "off": 25}[tls], 1, 65535),
        tls=tls,
        sender=sender,
        account=variables.get("JUTONG_SMTP_ACCOUNT", "").strip(),
        password=Secret(variables.get("JUTONG_SMTP_PASSWORD", "")),
    )


def _sms(variables: Mapping[str, str]) -> SmsGateway | None:
    """The gateway of text messages, where one is named. Its address may hold `{key}` and `{account}`."""
    url = variables.get("JUTONG_SMS_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        _refuse("JUTONG_SMS_URL", url, N_("请填写短信网关网址，以 http:// 或 https:// 开头，不含账号。"))
    secret = variables.get("JUTONG_SMS_SECRET", "")
    if len(secret) < _SECRET_MIN:
        # The value is a secret and is not repeated.
        _refuse("JUTONG_SMS_SECRET", "…", N_("请填写与短信网关约定的签名密钥，至少 {low} 个字符。"), low=_SECRET_MIN)
    return SmsGateway(url=url, account=variables.get("JUTONG_SMS_ACCOUNT", "").strip(), secret=Secret(secret))


def _openlineage(variables: Mapping[str, str]) -> str:
    """The address events of lineage go to, where one is named."""
    url = variables.get("JUTONG_OPENLINEAGE_URL", "").strip()
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc):
        _refuse("JUTONG_OPENLINEAGE_URL", url, N_("请填写血缘接收端网址，以 http:// 或 https:// 开头，不含账号。"))
    return url


def guessed_language(variables: Mapping[str, str]) -> str:
    """The terminal's language as the locale variables tell it."""
    spoken = variables.get("LC_ALL") or variables.get("LC_MESSAGES") or variables.get("LANG") or ""
    return "zh-hans" if spoken.lower().startswith("zh") else "en"


def _language(variables: Mapping[str, str]) -> str:
    value = variables.get("JUTONG_LANGUAGE", "").strip().lower()
    if not value:
        return guessed_language(variables)
    if value not in {"zh-hans", "en"}:
        _refuse("JUTONG_LANGUAGE", value, N_("请填写 zh-hans 或 en。"))
    return value
