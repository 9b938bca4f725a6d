"""Settings: one object, from the environment (`MILEPOST_...`) and, optionally, a file of the same lines."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from milepost.errors import MilepostError
from milepost.oidc_settings import OidcSettings, is_this_machine
from milepost.text import listing, nearest

PREFIX = "MILEPOST_"
FILE_VARIABLE = "MILEPOST_SETTINGS"
"""The environment variable that names a settings file; it is read like the environment, which overrides it."""

UNNAMED_KEY = "api"
"""The name of a key of the API that has none."""
MEGABYTE = 1024 * 1024
_FILE_TYPES = ("pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "csv", "txt", "png", "jpg")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
KEY_NAME = r"[a-z][a-z0-9_-]{0,31}"
"""How the name of a key of the API is written."""
_KEY_WITH_NAME = re.compile(rf"({KEY_NAME}):(.+)")

Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsError(MilepostError):
    """Settings that can't be used; `problems` has one line for each."""

    code = "settings"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(("These settings can't be used:", *(f"  {line}" for line in self.problems))))


class Settings(OidcSettings):
    """Everything that can be set. The environment variable of a field is its name in capitals after `MILEPOST_`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, use_attribute_docstrings=True
    )

    data: Path = Path(".milepost")
    """The data folder: the embedded database, the file of the embedded Temporal server, generated keys."""
    database_url: str | None = None
    """The database: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME. Unset: milepost.db in the data folder."""
    durable: bool = True
    """Whether a power failure loses nothing that was answered as recorded: each commit to an SQLite file is flushed to
    the disk first. `false` saves some milliseconds a commit; a power failure may then cost the last seconds. PostgreSQL
    has its own setting for that, synchronous_commit."""
    secret_key: SecretStr | None = Field(None, min_length=16)
    """Signs the customers' links; at least 16 characters, the same for all processes. Unset: generated once and kept in
    the data folder."""
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """The keys that the API accepts, separated by commas, at least 16 characters each. A name may stand before each, as
    in `crm:KEY`: what is told with the key is marked with it. They may do everything; `milepost keys make` makes keys
    that may do less. Unset: one is generated and kept in the data folder."""
    api_requests_per_minute: int = Field(6000, ge=1)
    """How many requests a key of the API may make in a minute at one process; more are answered with 429."""
    base_url: str | None = Field(None, pattern=r"^https?://[^\s/]+(/\S*)?$")
    """The address at which customers and colleagues reach the web application; links begin with it. Unset: the address
    that the web application listens on."""
    desk_password: SecretStr | None = Field(None, min_length=8)
    """The password that colleagues sign in with, beside their address. Unset: none on this machine, and one of the API
    keys elsewhere."""
    admins: Annotated[tuple[str, ...], NoDecode] = ()
    """The mail addresses of colleagues who are admins whatever is stored, separated by commas: how the first one gets
    in. Unset: none; until somebody is an admin, everybody who signs in may do everything."""
    session_idle_days: int = Field(7, ge=1, le=30)
    """After how many days without a request a colleague has to sign in again; after 30 days it is so in any case."""
    host: str = Field("127.0.0.1", min_length=1)
    """The address that the web application listens on."""
    port: Port = 8080
    """The port that the web application listens on; 0 takes a free one."""

    trusted_proxies: str = "127.0.0.1"
    """The proxies, as addresses or networks separated by commas, whose header X-Forwarded-For tells which client a
    request comes from. By clients, wrong links are counted and slowed down."""

    channel: Literal["outbox", "smtp", "webhook"] = "outbox"
    """How messages reach customers: not at all (`outbox`: the page Mail shows them), by mail, or through a webhook."""
    smtp_host: str | None = None
    """The mail server. Required for the channel smtp."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The mail server's port. Unset: 587 for starttls, 465 for tls, 25 for none."""
    smtp_user: str | None = None
    """The user name for the mail server. Unset: no login."""
    smtp_password: SecretStr | None = None
    """The password for the mail server."""
    smtp_from: str | None = None
    """The sender of all mail, `Name <address>`. Required for the channel smtp."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the mail server is encrypted: by STARTTLS (a server without it is refused), by TLS from the
    start, or not at all."""
    webhook_url: str | None = Field(None, pattern=r"^https?://\S+$")
    """The address that messages are posted to. Required for the channel webhook."""
    webhook_secret: SecretStr | None = None
    """Signs the messages according to Standard Webhooks (`whsec_` and base64). Required for the channel webhook."""

    chat_private_addresses: bool = False
    """Whether colleagues' messages may be posted to chats inside your own network, such as a Mattermost server, also
    by http. `true` lets every colleague make this machine post to its neighbours."""

    bounce_key: SecretStr | None = Field(None, min_length=16)
    """The key with which a mail provider tells of refused addresses and reports of spam, at /api/v1/bounces: the
    password of HTTP Basic in the address that you give to the provider. It opens nothing else. At least 16 characters.
    Unset: only the keys of the API are accepted there."""

    reply_address: str | None = Field(None, pattern=r"^[A-Za-z0-9._-]{1,40}@[A-Za-z0-9.-]+$")
    """The address at which Milepost reads replies, beside the colleague who gets them: `replies@in.example.com`.
    Mail to `replies+ANYTHING@in.example.com` has to arrive there, too. Unset: replies go to the colleague alone."""
    inbound_key: SecretStr | None = Field(None, min_length=16)
    """The key with which a mail provider posts mails that came in, at /api/v1/inbound/mail: the password of HTTP Basic
    in the address that you give to the provider. It opens nothing else. At least 16 characters. Unset: only the keys
    of the API are accepted there."""
    imap_host: str | None = None
    """The IMAP server with the mailbox of the replies, which workers read. Unset: no mailbox is read."""
    imap_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The IMAP server's port. Unset: 993 for tls, 143 otherwise."""
    imap_user: str | None = None
    """The user name for the mailbox. Required with MILEPOST_IMAP_HOST."""
    imap_password: SecretStr | None = None
    """The password for the mailbox. Required with MILEPOST_IMAP_HOST."""
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    """How the connection to the IMAP server is encrypted: by TLS from the start, by STARTTLS, or not at all."""
    imap_folder: str = Field("INBOX", min_length=1)
    """The folder that is read. What was taken in is marked as read; nothing is deleted."""
    imap_every: int = Field(60, ge=5, le=3600)
    """How many seconds lie between two looks into the mailbox."""
    company: str | None = Field(None, min_length=1, max_length=80)
    """The name of the company that runs Milepost: on customers' pages, in mails and on results."""
    colour: str | None = Field(None, pattern=r"^#[0-9A-Fa-f]{6}$")
    """The company's colour, as #rrggbb: of links and buttons on customers' pages and in mails, and on results. Where it
    could hardly be read it is shown darker, or lighter on dark pages; `milepost doctor` tells which shades are shown.
    Unset: Milepost's own green."""
    logo: Path | None = None
    """The company's logo for customers' pages: a PNG, or an SVG without scripts, of 200 kB at most. Unset: none."""

    languages: Path | None = None
    """A folder with translations of your own, fr.po for French: of languages that Milepost lacks, or other words for
    those that it has. Unset: the shipped ones alone."""

    files: str | None = Field(None, min_length=1)
    """Where files are kept that customers upload: a folder, or s3://BUCKET/PREFIX, which needs the extra `s3`. Every
    web process and every worker must reach it. Unset: the folder `files` in the data folder."""
    files_s3_endpoint: str | None = Field(None, pattern=r"^https?://\S+$")
    """The address of a store that speaks S3. Unset: Amazon's own."""
    files_s3_region: str | None = None
    """The region of the bucket. Unset: as AWS_REGION says, or us-east-1."""
    files_s3_key_id: str | None = None
    """The id of the access key for the bucket. Unset: as the environment of AWS's own tools says."""
    files_s3_secret_key: SecretStr | None = None
    """The access key for the bucket."""
    files_max_mb: int = Field(20, ge=1, le=50)
    """How many megabytes a file may have that a customer uploads."""
    files_types: Annotated[tuple[str, ...], NoDecode] = _FILE_TYPES
    """The kinds of files that customers may upload, separated by commas; they are told by the content. Possible are
    pdf, docx, xlsx, pptx, odt, ods, odp, csv, txt, png, jpg and zip. Unset: all but zip."""
    files_scan: str | None = Field(None, min_length=1)
    """The command that checks an uploaded file, whose path is put after it: it ends with 0 if the file is clean, with 1
    if it isn't. `clamdscan --fdpass --no-summary` does so. Workers run it. Unset: files aren't checked."""

    temporal_address: str | None = Field(None, pattern=r"^[^\s/]+:\d{1,5}$")
    """The Temporal server, HOST:PORT. Unset: the one that Temporal's own environment variables and profile name, else
    `up` starts an embedded one."""
    temporal_namespace: str | None = None
    """The Temporal namespace. Unset: default."""
    temporal_api_key: SecretStr | None = None
    """The API key for Temporal Cloud."""
    temporal_tls_ca: Path | None = None
    """The file with the certificate authority of the Temporal server."""
    temporal_tls_cert: Path | None = None
    """The file with our client certificate for Temporal."""
    temporal_tls_key: Path | None = None
    """The file with the key of our client certificate."""

    temporal_tls: bool | None = None
    """Whether to use TLS with Temporal. Unset: yes if an API key or a TLS file is set."""
    temporal_tls_server_name: str | None = None
    """The name in Temporal's certificate, if it isn't that of the host."""
    temporal_profile: str | None = None
    """Which profile of Temporal's profile file to use. Unset: default."""

    undo_minutes: int = Field(5, ge=0, le=60)
    """The grace: for how many minutes what a person just did can be undone. Messages that it brings about wait for as
    long before they leave. 0: nothing can be undone, and no message waits."""
    retain_messages_days: int | None = Field(None, ge=1)
    """For how many days a message that is out keeps its words and its recipient. Unset: for ever."""
    retain_facts_days: int | None = Field(None, ge=1)
    """For how many days facts that journeys have taken in, and the timeline, keep people and their words. Unset: for
    ever."""
    retain_events_days: int | None = Field(None, ge=1)
    """For how many days product events are kept; after that, an event that is sent again counts again. Unset: for
    ever."""
    retain_files_days: int | None = Field(None, ge=1)
    """For how many days an uploaded file is kept; its row stays. Unset: for ever."""
    metrics_token: SecretStr | None = Field(None, min_length=16)
    """Switches on /metrics of the web application, for whoever sends the header `Authorization: Bearer TOKEN`; at least
    16 characters. It opens nothing else. Unset: there are no metrics. Needs the extra `metrics`."""
    worker_metrics: str | None = Field(None, pattern=r"^[^\s/:]+:\d{1,5}$")
    """The address, HOST:PORT, at which a worker shows its metrics and those of Temporal's core, at /metrics. They ask
    for no token, so let it be 127.0.0.1 or a network that strangers can't reach; each worker of a machine needs its
    own. Unset: none. Needs the extra `metrics`."""

    sync_source: str | None = Field(None, min_length=1)
    """The folder, file or http(s) address of a book of customers that workers keep in step. Unset: those that
    `milepost sync` was told alone."""
    sync_mapping: str | None = Field(None, min_length=1)
    """The mapping of that book: a file that the worker can read, or `hubspot` or `salesforce`. Unset: the book is in
    Milepost's own form."""
    sync_contacts: str | None = Field(None, min_length=1)
    """The folder, file or address of that book's second file, with the customers' contacts. Unset: there is none."""
    sync_every: str = Field("1h", min_length=1)
    """How often that book is read: 15m, 1h, 1d, or a line of cron and a time zone, 0 6 * * 1-5 Europe/Berlin."""
    sync_authorization: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    """What hosts are sent as the header Authorization when a book is read from them, `HOST=VALUE`, separated by commas,
    such as `crm.example=Bearer abc`. Unset: nothing."""

    log_format: Literal["console", "json"] = "console"
    """Logs for people, or one JSON object per line."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest level that is logged."""
    debug: bool = False
    """Show the traceback of an error on the command line."""

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(key.strip() for key in value.split(",") if key.strip()) if isinstance(value, str) else value

    @field_validator("admins", mode="before")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        addresses = [each.strip() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        wrong = [each for each in addresses if not _ADDRESS.fullmatch(each)]
        if wrong:
            raise ValueError(f"{listing(wrong)}: write mail addresses, several separated by commas")
        return tuple(each.casefold() for each in addresses)

    @field_validator("files_types", mode="before")
    @classmethod
    def _kinds(cls, value: Any) -> Any:
        kinds = [each.strip().lower() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        unknown = [each for each in kinds if each not in (*_FILE_TYPES, "zip")]
        if unknown or not kinds:
            raise ValueError(f"write kinds of files: {listing((*_FILE_TYPES, 'zip'))}")
        return tuple(kinds)

    @field_validator("sync_authorization", mode="before")
    @classmethod
    def _by_host(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if any(not (host.strip() and secret.strip()) for host, _, secret in pairs):
            raise ValueError("write HOST=VALUE, such as crm.example=Bearer abc, several separated by commas")
        return {host.strip().lower(): secret.strip() for host, _, secret in pairs}

    @field_validator("api_keys")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(_named_key(key)[1]) < 16 for key in keys):  # noqa: PLR2004 - the description names it
            raise ValueError("a key is shorter than 16 characters; make one with `openssl rand -hex 24`")
        return keys

    @field_validator("base_url")
    @classmethod
    def _without_last_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        required = {"smtp": ("smtp_host", "smtp_from"), "webhook": ("webhook_url", "webhook_secret"), "outbox": ()}
        missing = [PREFIX + name.upper() for name in required[self.channel] if not getattr(self, name)]
        if missing:
            raise ValueError(f"the channel {self.channel} needs {listing(missing)}")
        if self.imap_host and not (self.imap_user and self.imap_password):
            raise ValueError("MILEPOST_IMAP_HOST needs MILEPOST_IMAP_USER and MILEPOST_IMAP_PASSWORD")
        if (self.temporal_tls_cert is None) != (self.temporal_tls_key is None):
            raise ValueError("MILEPOST_TEMPORAL_TLS_CERT and MILEPOST_TEMPORAL_TLS_KEY go together; set both or none")
        if self.oidc_issuer and self.base_url is None and not is_this_machine(self.host):
            raise ValueError(
                "MILEPOST_OIDC_ISSUER needs MILEPOST_BASE_URL: the provider leads people back to that address"
            )
        return self

    @property
    def database(self) -> str:
        """The database's URL; by default that of the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'milepost.db'}"

    @property
    def grace(self) -> timedelta:
        """For how long what a person just did can be undone."""
        return timedelta(minutes=self.undo_minutes)

    @property
    def links_begin_with(self) -> str:
        """The start of links to the web application, without a slash at the end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    def sync_secrets(self) -> dict[str, str]:
        """What each host is sent as the header Authorization when a book is read from it."""
        return {host: secret.get_secret_value() for host, secret in self.sync_authorization.items()}

    def signing_key(self) -> str:
        """The secret key; if none is set, the one in the data folder, generated at the first call."""
        return self.secret_key.get_secret_value() if self.secret_key else _generated_secret(self.data / "secret_key")

    def accepted_api_keys(self) -> tuple[str, ...]:
        """The API keys; if none is set, the one in the data folder, generated at the first call."""
        return tuple(key for _, key in self.named_api_keys())

    def named_api_keys(self) -> tuple[tuple[str, str], ...]:
        """The API keys, each with its name; keys without one are called `api`."""
        if self.api_key_file is None:
            return tuple(_named_key(key) for key in self.api_keys)
        return ((UNNAMED_KEY, _generated_secret(self.api_key_file)),)

    @property
    def api_key_file(self) -> Path | None:
        """The file with the generated API key; None if keys are set."""
        return None if self.api_keys else self.data / "api_key"


def load(file: Path | None = None, **options: Any) -> Settings:
    """The settings: `options` that aren't None override the environment, which overrides the file.

    Raises:
        SettingsError: unknown names and invalid values, all of them at once.
    """
    path = file or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    if path is not None and not path.is_file():
        raise SettingsError([f"there is no settings file {str(path)!r}; {FILE_VARIABLE} names one"])
    problems = [f"{name}: there is no such setting.{_hint(name)}" for name in _unknown_names(path)]
    try:
        settings = Settings(_env_file=path, **{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            where = "".join(f"{PREFIX}{str(name).upper()}: " for name in problem["loc"][:1])
            problems.append(where + _words(problem))
    if problems:
        raise SettingsError(problems)
    return settings


def _words(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "too_short":  # of a secret: its characters would be called items
        return f"it must have at least {problem['ctx']['min_length']} characters"
    return str(problem["msg"]).removeprefix("Value error, ")


def _unknown_names(path: Path | None) -> list[str]:
    """Names that look like settings but aren't: pydantic would ignore them, and with them the misspelling."""
    names = {*os.environ, *(dotenv_values(path, interpolate=False) if path else ())}
    valid = {FILE_VARIABLE, *(PREFIX + name.upper() for name in Settings.model_fields)}
    return sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in valid)


def _named_key(key: SecretStr) -> tuple[str, str]:
    named = _KEY_WITH_NAME.fullmatch(key.get_secret_value())
    return (named[1], named[2]) if named else (UNNAMED_KEY, key.get_secret_value())


def _hint(name: str) -> str:
    near = nearest(name, [PREFIX + field.upper() for field in Settings.model_fields])
    return f" Did you mean {near}?" if near else ""


def _generated_secret(path: Path) -> str:
    """The secret in this file, generated if need be, readable by its owner only. Processes may race for it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(new, path)  # fails if another process was faster: then its key counts
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text().strip()
