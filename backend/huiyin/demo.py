"""Demo agencies, officers and channels, made on first start and never on a system with real tips.

The passwords are made at random and kept in the data folder, readable by its owner alone.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from huiyin.access.actors import Actor
from huiyin.access.models import Agency, AgencyKind
from huiyin.access.permissions import Role, Scope, permissions_of
from huiyin.access.register import accounts, systems
from huiyin.access.schemas import NewAgency, NewOfficer, NewSystemAccount, NewToken
from huiyin.access.sign_in.passwords import make_password
from huiyin.channels.models import Channel, ChannelKind
from huiyin.channels.moves import CHANNELS as CHANNEL_MACHINE
from huiyin.channels.register import enter_channel
from huiyin.channels.schemas import ChannelReason, NewChannel
from huiyin.kit.crypto.base64url import text_of
from huiyin.kit.crypto.hpke import SUITE, public_bytes
from huiyin.kit.database.sessions import make_sessions, transaction
from huiyin.settings import Settings, store_secret
from huiyin.tips.identity.desk import publish
from huiyin.tips.identity.schemas import NewIdentityKey
from huiyin.tips.keys import custody as key_custody
from huiyin.tips.keys import custody_verbs as key_custody_verbs
from huiyin.tips.keys.custody_schemas import Confirmation, NewCustodian
from huiyin.tips.keys.recovery import commitment, read_share, shares_of, wrap
from huiyin.tips.sealed.envelope import SUITE as SEALED_SUITE
from huiyin.tips.sealed.keys import publish as publish_sealed
from huiyin.tips.sealed.schemas import NewSealedKey
from huiyin.trail.models import ActorKind
from huiyin.trail.recorder import SYSTEM, ActorRef
from huiyin.workflow.moving import move

R = Role
# key: (name, kind, region, key of its superior, sectors)
AGENCIES: dict[str, tuple[str, AgencyKind, str, str | None, list[str]]] = {
    "province": ("湖南省扫黑办", AgencyKind.office, "430000", None, []),
    "city": ("长沙市扫黑办", AgencyKind.office, "430100", "province", []),
    "police": ("长沙市公安局", AgencyKind.police, "430100", None, []),
    "district": ("长沙市公安局岳麓分局", AgencyKind.police, "430104", "police", []),
    "discipline": ("长沙市纪委监委", AgencyKind.discipline, "430100", None, []),
    "market": ("长沙市市场监督管理局", AgencyKind.regulator, "430100", None, ["markets"]),
}
# (sign-in name, name, key of the agency, roles, what to show); the first of an agency answers for what it holds.
OFFICERS: list[tuple[str, str, str, list[Role], str]] = [
    ("review.province", "向明远", "province", [R.reviewer, R.leader], "省扫黑办 复核 reviewer"),
    ("audit.province", "覃素心", "province", [R.auditor], "省扫黑办 审计 auditor"),
    ("intake.city", "许静宜", "city", [R.intake], "市扫黑办 受理 intake"),
    ("intake2.city", "贺知秋", "city", [R.intake], "市扫黑办 受理（第二人）intake"),
    ("dispatch.city", "邹立群", "city", [R.dispatcher], "市扫黑办 分流 dispatcher"),
    ("review.city", "龙见川", "city", [R.reviewer], "市扫黑办 复核 reviewer"),
    ("desk.city", "梅映雪", "city", [R.identity_desk], "市扫黑办 身份保管 identity_desk（口令同密码）"),
    ("admin.city", "系统管理员", "city", [R.admin], "市扫黑办 系统管理 admin"),
    ("chief.police", "谭卫国", "police", [R.chief], "市公安局 负责人 chief"),
    ("verify.police", "夏雨田", "police", [R.verifier], "市公安局 核查 verifier"),
    ("chief.district", "彭守正", "district", [R.chief], "岳麓分局 负责人 chief"),
    ("verify.district", "欧阳清", "district", [R.verifier], "岳麓分局 核查 verifier"),
    ("verify2.district", "蒋一诺", "district", [R.verifier], "岳麓分局 核查（第二人）verifier"),
    ("chief.discipline", "文正清", "discipline", [R.chief], "市纪委监委 负责人 chief（密封举报口令同密码）"),
    ("verify.discipline", "阮思齐", "discipline", [R.verifier], "市纪委监委 核查 verifier"),
    ("verify2.discipline", "柳如风", "discipline", [R.verifier], "市纪委监委 核查（第二人）verifier"),
    ("chief.market", "苏和平", "market", [R.chief, R.verifier], "市市场监管局 负责人 chief"),
]
# Who keeps the sheets of the identity key, in the order of OFFICERS; the last has not confirmed yet.
CUSTODIANS = {"review.province", "intake2.city", "chief.police", "verify.police", "verify2.discipline"}
# (kind, name, key of the owner, region, further fields)
CHANNELS: list[tuple[ChannelKind, str, str, str, dict[str, str]]] = [
    (ChannelKind.web, "扫黑除恶网上举报", "province", "430000", {"hours": "24 小时"}),
    (
        ChannelKind.hotline,
        "市扫黑办举报电话",
        "city",
        "430100",
        {"number": "0731-00000000", "hours": "工作日 8:30–17:30"},
    ),
    (ChannelKind.postal, "市扫黑办来信", "city", "430100", {"address": "长沙市（演示地址）001 号信箱"}),
    (
        ChannelKind.visit,
        "市扫黑办接访室",
        "city",
        "430100",
        {"address": "长沙市（演示地址）", "hours": "工作日 9:00–17:00"},
    ),
    (ChannelKind.referral, "网民留言", "city", "430100", {}),
]
_TOKEN_DAYS = 90


def ensure(owner_url: str, settings: Settings) -> list[tuple[str, str, str]]:
    """Make the demo unless there are agencies already.

    Returns (what it is, sign-in name, password) for each officer whose password this data folder knows.
    """
    engine = create_engine(owner_url)
    try:
        with transaction(make_sessions(engine)) as session:
            if session.execute(select(Agency.id).limit(1)).first() is None:
                for stale in (accounts_file(settings), token_file(settings), sheets_file(settings)):
                    stale.unlink(missing_ok=True)  # of a database that is no longer there
                passwords = _make(session, settings)
                store_secret(accounts_file(settings), json.dumps(passwords, indent=2).encode())
    finally:
        engine.dispose()
    known = read_passwords(settings)
    return [(label, login, known[login]) for login, _, _, _, label in OFFICERS if login in known]


def accounts_file(settings: Settings) -> Path:
    """Where the demo passwords are kept."""
    return settings.secrets_dir / "demo-accounts.json"


def sheets_file(settings: Settings) -> Path:
    """The five sheets of the demo's identity key, which elsewhere are on paper: to try a recovery with."""
    return settings.secrets_dir / "demo-key-shares.txt"


def token_file(settings: Settings) -> Path:
    """Where the token of the demo's forwarding system is kept; `huiyin import` reads it unless told otherwise."""
    return settings.secrets_dir / "import-token"


def read_passwords(settings: Settings) -> dict[str, str]:
    """Sign-in name to password; empty where there is no demo."""
    path = accounts_file(settings)
    passwords: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return passwords


def _make(session: Session, settings: Settings) -> dict[str, str]:
    agencies: dict[str, UUID] = {}
    ids: dict[str, UUID] = {}
    for key, (name, kind, region, parent, sectors) in AGENCIES.items():
        given = NewAgency(
            name=name, kind=kind, region_code=region, parent_id=agencies[parent] if parent else None, sectors=sectors
        )
        agencies[key] = accounts.create_agency(session, given, SYSTEM).id
    passwords = {}
    for login, name, key, roles, _ in OFFICERS:
        passwords[login] = make_password()
        officer = NewOfficer(login=login, name=name, agency_id=agencies[key], roles=roles, password=passwords[login])
        ids[login] = accounts.create_officer(session, officer, SYSTEM, first_password=False).id
    admin = Actor(
        ActorKind.officer,
        ids["admin.city"],
        "",
        agencies["city"],
        (agencies["province"], agencies["city"]),
        (R.admin,),
        frozenset(permissions_of([R.admin])),
    )
    for kind_, name, key, region, more in CHANNELS:
        item = enter_channel(
            session,
            NewChannel.model_validate(
                {"kind": kind_, "name": name, "region_code": region, "agency_id": agencies[key], **more}
            ),
            admin,
        )
        move(CHANNEL_MACHINE, session, item.id, "publish", item.version, admin, ChannelReason())
    _issue_token(session, settings, agencies["city"], admin.by)
    desk = _actor(ids["desk.city"], agencies["city"], R.identity_desk)
    sheets = _publish_desk_key(session, desk, passwords["desk.city"])
    keepers = [_actor(ids[login], agencies[key], *roles) for login, _, key, roles, _ in OFFICERS if login in CUSTODIANS]
    _hand_out(session, desk, keepers)
    store_secret(sheets_file(settings), "\n".join(sheets).encode())
    _publish_sealed_key(session, agencies["discipline"], ids["chief.discipline"], passwords["chief.discipline"])
    return passwords


def _actor(officer: UUID, agency: UUID, *roles: Role) -> Actor:
    return Actor(ActorKind.officer, officer, "", agency, (agency,), roles, frozenset(permissions_of(list(roles))))


def _publish_desk_key(session: Session, desk: Actor, passphrase: str) -> list[str]:
    """The demo's key of the identity desk, and its shares. A real one is made in a browser of the desk, never here."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = public_bytes(key.public_key())
    secret = key.private_numbers().private_value.to_bytes(32, "big")
    sheets = shares_of(secret, 1)
    given = {
        "version": 1,
        "suite": SUITE,
        "public_key": text_of(public),
        "wrapping": wrap(secret, public, passphrase),
        "share_commitments": [text_of(commitment(public, at, read_share(one))) for at, one in enumerate(sheets, 1)],
    }
    publish(session, NewIdentityKey.model_validate(given), desk)
    return sheets


def _hand_out(session: Session, desk: Actor, keepers: list[Actor]) -> None:
    """Five custodians, of whom the last has not confirmed yet."""
    (key,) = key_custody.register(session, desk).items
    for number, keeper in enumerate(keepers, 1):
        key_custody_verbs.name_custodian(
            session, key.key_id, number, NewCustodian(officer_id=keeper.id, replaces=None), desk
        )
        (share,) = key_custody.mine(session, keeper).items
        if number < len(keepers):
            key_custody_verbs.confirm(session, share.custody_id, Confirmation(checked=True), keeper)


def _publish_sealed_key(session: Session, agency: UUID, chief: UUID, passphrase: str) -> None:
    """The demo's key for sealed tips, likewise."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = public_bytes(key.public_key())
    wrapping = wrap(key.private_numbers().private_value.to_bytes(32, "big"), public, passphrase)
    given = {"version": 1, "suite": SEALED_SUITE, "public_key": text_of(public), "wrapping": wrapping}
    publish_sealed(session, NewSealedKey.model_validate(given), _actor(chief, agency, R.chief))


def _issue_token(session: Session, settings: Settings, agency: UUID, admin: ActorRef) -> None:
    account = systems.create_system_account(session, NewSystemAccount(name="网民留言转办", agency_id=agency), admin)
    token = systems.issue_token(
        session,
        account.id,
        NewToken(
            scopes=[Scope.tips_create, Scope.channels_read],
            channel_ids=list(session.execute(select(Channel.id).where(Channel.kind == ChannelKind.referral)).scalars()),
            expires_at=datetime.now(UTC) + timedelta(days=_TOKEN_DAYS),
        ),
        admin,
    )
    store_secret(token_file(settings), token.token.encode())
