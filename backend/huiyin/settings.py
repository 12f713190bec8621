"""Settings: every HUIYIN_* variable, its default, and the values with which Huiyin refuses to start."""

import contextlib
import os
import re
import secrets
import stat
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from huiyin.office import DEMO, Office, read_office

CHECKOUT = Path(__file__).resolve().parents[2]
KEK_BYTES = 32
_LEAST_TRIES = 64


class UnsafeSetting(Exception):
    """A setting with which it would be wrong to start. The message says what to set."""


class Settings(BaseSettings):
    """What can be set from outside. `settings()` gives the one that this process runs with."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_", extra="ignore", frozen=True, env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    data: Path = Path("var")
    """Folder of everything that Huiyin keeps outside the database, and of the embedded database itself."""

    database_url: str | None = None
    """The owner of the schema: migrates, and may create roles. Unset: the embedded PostgreSQL."""
    app_database_url: str | None = None
    """The role that API and worker use. It owns nothing, so row-level security binds it."""
    db_pool_size: int = Field(default=10, ge=1, le=200)
    """Connections that one process keeps open at most. Requests beyond that wait for one."""

    demo: bool = False
    """Demo agencies and officers, and a key made on first start. Never on a system with real tips."""

    kek_file: Path | None = None
    """The key-encryption key: 32 random bytes, readable by its owner alone. Default: data/secrets/kek-v1.
    Later versions stand beside it (kek-v2, …)."""
    keks: SecretStr | None = None
    """Instead of files: 1:BASE64,2:BASE64. A file is better: other programs of the same user read an environment."""
    pkcs11_module: Path | None = None
    """Instead of files: the PKCS#11 library of a token that holds the keys. Needs `pip install huiyin[pkcs11]`."""
    pkcs11_token: str = "huiyin"  # noqa: S105  a label
    """The token's label."""
    pkcs11_pin_file: Path | None = None
    """The token's user PIN, readable by its owner alone. Default: data/secrets/pkcs11-pin."""
    log_key_file: Path | None = None
    """The key that signs the public log: 32 random bytes, its owner's alone. Default: data/secrets/log-key."""
    log_name: str | None = None
    """The public log's name for ever, for example tips.example.gov.cn/log. Unset: from the public origin."""
    static_dir: Path = CHECKOUT / "frontend" / "dist"
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024)
    object_store: str | None = None
    """Where attachments are kept, encrypted: a URL that obstore knows, for example s3://bucket/prefix (its credentials
    come from AWS_*). Unset: the folder data/objects."""
    attachment_max_bytes: int = Field(default=100 * 1024 * 1024, ge=1024)
    """The largest file that a reporter may add."""
    tip_attachments_max_bytes: int = Field(default=500 * 1024 * 1024, ge=1024)
    """All files of one tip together."""
    clamav: str | None = None
    """The socket of a ClamAV daemon, a path or host:port. Set: no file is shown before it was scanned."""
    proof_tries: int = Field(default=384, ge=0, le=1_000_000)
    """How much work a tip costs its sender's machine at quiet times: tries of 5,000 rounds of PBKDF2, half of them on
    average (a tenth of a second here; below two on a phone six times as slow). 0, in a demo alone: none."""
    client_address_header: str | None = None
    """The header in which the proxy in front says where a request comes from, for example X-Real-IP. Unset: the other
    end of the connection; where that is a private address (a proxy's), tips are counted by channel alone."""
    sealed_tips_known: bool = True
    """Whether offices may know that sealed tips exist in their regions: day, region and conduct, nothing else."""
    session_idle_minutes: int = Field(default=30, ge=1)
    session_hours: int = Field(default=12, ge=1)
    fresh_minutes: int = Field(default=10, ge=1, le=60)
    """How long after proving who one is one may issue tokens, give roles, open identities, and the like."""
    second_factor: bool | None = None
    """Whether officers need one. Unset: yes, but in a demo. A demo that sets it lets one look at enrolment."""
    oidc_issuer: str | None = None
    """Issuer of an OpenID Connect provider by which officers may sign in, exactly as it calls itself."""
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    """The client's secret at the provider, readable by its owner alone. Unset: a public client, by PKCE alone."""
    oidc_claim: str = "preferred_username"
    """The claim that equals an officer's sign-in name. It must be one that people cannot change themselves."""
    oidc_mfa: str = "mfa"
    """What `amr` must hold or `acr` be (RFC 8176): the provider asked for a second factor."""
    oidc_name: str = "统一身份认证"
    """What the sign-in page calls the provider."""
    office_file: Path | None = None
    """Whose site this is: what stands at the foot of every public page (deploy/office.example.toml). Unset: in a demo
    alone."""
    public_origin: str | None = None
    """The address that people type, for example https://tips.example.gov.cn. Unset: as the request came in."""
    secure_cookies: bool | None = None
    """Session cookies over HTTPS only. Unset: yes, unless this is a demo or listens on this machine alone."""

    @field_validator(
        "data", "kek_file", "log_key_file", "pkcs11_module", "pkcs11_pin_file", "static_dir", "office_file"
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        """Children are started elsewhere; a path means the same thing in all of them."""
        return path.expanduser().absolute() if path else path

    @field_validator("database_url", "app_database_url")
    @classmethod
    def _psycopg(cls, url: str | None) -> str | None:
        """Accept what psql and other tools accept, and name the driver that we use."""
        if url is None:
            return None
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise ValueError(
                "must look like postgresql://user:password@host:5432/name (PostgreSQL is the only dialect)"
            )
        return f"postgresql+psycopg://{rest}"

    @field_validator("public_origin")
    @classmethod
    def _origin(cls, origin: str | None) -> str | None:
        if origin is None:
            return None
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
            raise ValueError("must be a scheme and a host and nothing else, for example https://tips.example.gov.cn")
        return origin.rstrip("/")

    @field_validator("log_name")
    @classmethod
    def _name(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[^\s+]{1,200}", name):
            raise ValueError("must have no spaces and no plus sign, for example tips.example.gov.cn/log")
        return name

    @property
    def secrets_dir(self) -> Path:
        """Where generated secrets live (mode 0700)."""
        return self.data / "secrets"

    @property
    def kek_path(self) -> Path:
        """Where the key-encryption key is read from."""
        return self.kek_file or self.secrets_dir / "kek-v1"

    @property
    def cookies_are_secure(self) -> bool:
        """Whether session cookies carry the Secure attribute."""
        if self.secure_cookies is not None:
            return self.secure_cookies
        return not (self.demo or self.host in {"127.0.0.1", "::1", "localhost"})

    def cookie_name(self, name: str, *, whole_site: bool = False) -> str:
        """A cookie's name, with a prefix that no other host or page without TLS can give (RFC 6265bis, 4.1.3).

        `whole_site`: it goes to every path of this host, and `__Host-` says so.
        """
        if not self.cookies_are_secure:
            return name
        return f"__Host-{name}" if whole_site else f"__Secure-{name}"

    @property
    def second_factor_is_required(self) -> bool:
        """Whether a password alone signs nobody in."""
        return not self.demo if self.second_factor is None else self.second_factor

    @property
    def is_https(self) -> bool:
        """Whether people reach us over HTTPS, as far as the settings say."""
        return self.public_origin is not None and self.public_origin.startswith("https:")

    def make_first_kek(self) -> None:
        """A demo makes its key-encryption key on first use. Raises UnsafeSetting for any other system."""
        kek = self.kek_path
        if not self.demo:
            raise UnsafeSetting(
                f"There is no key-encryption key at {kek}. Make one, and keep a copy of it apart from every "
                f"backup of the database:\n"
                f'  install -d -m 700 "{kek.parent}"; (umask 077; head -c {KEK_BYTES} /dev/urandom > "{kek}")\n'
                f"or name another file with HUIYIN_KEK_FILE."
            )
        store_secret(kek, secrets.token_bytes(KEK_BYTES))

    @property
    def log_origin(self) -> str:
        """The name under which the public log signs (C2SP: a URL without its scheme)."""
        return self.log_name or f"{urlsplit(self.public_origin).netloc if self.public_origin else 'localhost'}/log"

    def read_log_key(self) -> bytes:
        """The public log's signing key, 32 bytes; made on first use where no file is named.

        Raises `UnsafeSetting` when the named file is not there, has another length, or when others can read it.
        """
        path = self.log_key_file or self.secrets_dir / "log-key"
        if not path.exists():
            if self.log_key_file:
                raise UnsafeSetting(
                    f"There is no key for the public log at {path}. Make one, and keep a copy of it:\n"
                    f'  (umask 077; head -c {KEK_BYTES} /dev/urandom > "{path}")'
                )
            store_secret(path, secrets.token_bytes(KEK_BYTES))
        return read_secret(path, "public log's key")

    def read_office(self) -> Office:
        """Whose site this is. Raises UnsafeSetting: nobody said so outside a demo, or the file is not right."""
        if self.office_file is None:
            if self.demo:
                return DEMO
            raise UnsafeSetting(
                "HUIYIN_OFFICE_FILE is not set: people must know whose site this is before they tell anything. Copy "
                "deploy/office.example.toml, write your office, telephone, privacy notice and reward rule, and name it."
            )
        try:
            return read_office(self.office_file)
        except ValueError as error:
            raise UnsafeSetting(f"HUIYIN_OFFICE_FILE: {error}") from None

    def read_oidc_secret(self) -> str | None:
        """The client's secret at the identity provider; None for a public client. Raises UnsafeSetting."""
        path = self.oidc_client_secret_file
        if path is None:
            return None
        if not path.is_file() or stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise UnsafeSetting(f"HUIYIN_OIDC_CLIENT_SECRET_FILE: {path} must be a file of mode 0600.")
        return path.read_text(encoding="utf-8").strip()

    def _refuse_unsafe_provider(self) -> None:
        if self.oidc_issuer is None:
            return
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise UnsafeSetting("HUIYIN_OIDC_ISSUER must be https: who stands between could be anybody.")
        if not self.oidc_client_id:
            raise UnsafeSetting("HUIYIN_OIDC_ISSUER is set: set HUIYIN_OIDC_CLIENT_ID as well.")
        if self.public_origin is None and not self.demo:
            raise UnsafeSetting("HUIYIN_OIDC_ISSUER is set: set HUIYIN_PUBLIC_ORIGIN, to which the provider answers.")
        self.read_oidc_secret()

    def refuse_if_unsafe(self) -> None:
        """Stop before anything is served with a setting that endangers people.

        Raises `UnsafeSetting`, whose message names the variable or file and what to do with it.
        """
        self.read_log_key()
        if self.demo and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise UnsafeSetting(
                f"HUIYIN_DEMO is on, so everyone knows the passwords, and HUIYIN_HOST is {self.host}. "
                f"Set HUIYIN_HOST=127.0.0.1, or HUIYIN_DEMO=false."
            )
        self._refuse_unsafe_provider()
        if not self.demo and not self.second_factor_is_required:
            raise UnsafeSetting(
                "HUIYIN_SECOND_FACTOR is false outside a demo: a stolen password would open every tip. Remove it."
            )
        if not self.demo and self.proof_tries < _LEAST_TRIES:
            raise UnsafeSetting(
                f"HUIYIN_PROOF_TRIES is {self.proof_tries} outside a demo: a program could fill the inbox at no cost. "
                f"Set {_LEAST_TRIES} or more, or remove it."
            )
        if not self.demo and self.is_https and not self.cookies_are_secure:
            raise UnsafeSetting("HUIYIN_PUBLIC_ORIGIN is https but HUIYIN_SECURE_COOKIES is false. Remove the latter.")
        self.read_office()


def read_secret(path: Path, what: str, *, size: int | None = KEK_BYTES) -> bytes:
    """A secret that its owner alone can read; `size` bytes of it, random, unless that is None.

    Raises `UnsafeSetting` when others can read or replace it, when it has another length, or was typed by a person.
    """
    mode, folder = stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeSetting(
            f"The {what} {path} can be read by others (mode {mode:04o}). "
            f'Run: chmod 600 "{path}" and ask yourself who has read it.'
        )
    if folder & (stat.S_IWGRP | stat.S_IWOTH) and not folder & stat.S_ISVTX:
        raise UnsafeSetting(f'Others can put another {what} in the place of {path}. Run: chmod go-w "{path.parent}"')
    secret = path.read_bytes()
    if size is None:
        return secret
    if len(secret) != size:
        raise UnsafeSetting(
            f"The {what} {path} has {len(secret)} bytes, not {size}. Restore it from its copy: a new one cannot open "
            f"what another has closed, nor keep what was promised under it."
        )
    # Of 32 random bytes fewer than 16 different ones, or printable ones alone, do not happen in the age of the world.
    if len(set(secret)) < size // 2 or all(0x20 <= byte < 0x7F for byte in secret):
        raise UnsafeSetting(f"The {what} {path} is not random. Make it so: head -c {size} /dev/urandom > FILE")
    return secret


def store_secret(path: Path, secret: bytes) -> None:
    """Write a secret that its owner alone can read. Never overwrites: of two processes, the first one's stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)  # unlike rename, refuses an existing name
    draft.unlink()


def describe(error: ValidationError) -> str:
    """What is wrong with the environment, one line per variable, in the words of the environment."""
    lines = []
    for problem in error.errors():
        name = "HUIYIN_" + "_".join(str(part) for part in problem["loc"]).upper()
        lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read from its environment once. Ends the process when they make no sense."""
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(describe(error)) from None
