"""The one vocabulary of permissions, and which role holds which. Everything is denied unless it stands here."""

import enum


class Permission(enum.StrEnum):
    leads_read = "leads:read"
    tips_read = "tips:read"  # what was told, in clear
    tips_create = "tips:create"
    messages_write = "messages:write"
    leads_screen = "leads:screen"
    leads_merge = "leads:merge"
    leads_transfer_out = "leads:transfer_out"
    leads_decline = "leads:decline"
    leads_register = "leads:register"
    leads_dispatch = "leads:dispatch"
    leads_confirm_dispatch = "leads:confirm_dispatch"
    leads_acknowledge = "leads:acknowledge"
    leads_dispute = "leads:dispute"
    leads_start_verification = "leads:start_verification"
    leads_extend = "leads:extend"
    leads_confirm_extend = "leads:confirm_extend"
    leads_conclude = "leads:conclude"
    leads_endorse = "leads:endorse"
    leads_send_back = "leads:send_back"
    leads_approve = "leads:approve"
    leads_give_feedback = "leads:give_feedback"
    leads_close = "leads:close"
    leads_look_back = "leads:look_back"
    leads_reopen = "leads:reopen"
    leads_link = "leads:link"
    leads_exclude = "leads:exclude"
    leads_pause = "leads:pause"
    views_manage = "views:manage"  # the saved views that are shared at one's agency
    overlays_ask = "overlays:ask"
    overlays_approve = "overlays:approve"
    assessments_record = "assessments:record"
    checklists_write = "checklists:write"
    notes_write = "notes:write"
    look_back_draws_read = "look_back_draws:read"
    identities_ask = "identities:ask"
    identities_grant = "identities:grant"
    identities_withhold = "identities:withhold"  # record why the reporter is not told yet
    identities_keep = "identities:keep"  # the desk's keys, and opening what was granted
    identities_audit = "identities:audit"
    holds_ask = "holds:ask"
    holds_grant = "holds:grant"
    subjects_correct = "subjects:correct"
    corrections_audit = "corrections:audit"  # what was recorded wrongly, beside what is right
    exonerations_ask = "exonerations:ask"
    exonerations_approve = "exonerations:approve"
    exports_make = "exports:make"  # the list as a sheet, a lead as a dossier
    exports_audit = "exports:audit"
    sealed_keys_use = "sealed_keys:use"  # the agency's keys, wrapped, to open what is sealed to it
    sealed_keys_manage = "sealed_keys:manage"  # making and replacing them
    channels_read = "channels:read"
    channels_manage = "channels:manage"
    form_protect = "form:protect"  # have the public form ask for more work under a flood
    agencies_read = "agencies:read"
    agencies_manage = "agencies:manage"
    officers_read = "officers:read"
    officers_manage = "officers:manage"
    system_accounts_manage = "system_accounts:manage"
    settings_read = "settings:read"  # clock rules, calendars of years, checklist templates
    settings_manage = "settings:manage"
    witnesses_manage = "witnesses:manage"


class Role(enum.StrEnum):
    """Roles held at an agency (docs/domain.md, section 1)."""

    intake = "intake"  # 受理
    dispatcher = "dispatcher"  # 分流
    verifier = "verifier"  # 核查
    chief = "chief"  # 单位负责人
    reviewer = "reviewer"  # 复核
    identity_desk = "identity_desk"  # 举报人信息保管
    supervisor = "supervisor"  # 督办
    leader = "leader"  # 领导
    auditor = "auditor"  # 审计
    admin = "admin"  # 系统管理


class Scope(enum.StrEnum):
    """What a system account's token may be issued for."""

    tips_create = "tips:create"
    channels_read = "channels:read"


P = Permission
_REGISTERS = frozenset({P.agencies_read, P.officers_read, P.channels_read, P.settings_read})
_READS = frozenset({P.leads_read, P.tips_read}) | _REGISTERS
# Chiefs and reviewers ask, and decide what one of another agency asks.
_PROTECTS = frozenset(
    {P.holds_ask, P.holds_grant, P.subjects_correct, P.exonerations_ask, P.exonerations_approve, P.exports_make}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.intake: _READS
    | {
        P.tips_create,
        P.messages_write,
        P.channels_manage,
        P.leads_link,
        P.leads_screen,
        P.leads_merge,
        P.leads_transfer_out,
        P.leads_decline,
        P.leads_register,
        P.leads_give_feedback,
        P.leads_exclude,
        P.leads_pause,
        P.notes_write,
        P.identities_ask,
    },
    Role.dispatcher: _READS
    | {P.leads_link, P.leads_dispatch, P.leads_exclude, P.overlays_ask, P.assessments_record, P.notes_write},
    Role.verifier: _READS
    | {
        P.messages_write,
        P.leads_acknowledge,
        P.leads_start_verification,
        P.leads_link,
        P.leads_conclude,
        P.leads_give_feedback,
        P.leads_pause,
        P.checklists_write,
        P.notes_write,
        P.identities_ask,
        P.exonerations_ask,
        P.sealed_keys_use,
    },
    Role.chief: _READS
    | {
        P.leads_acknowledge,
        P.leads_dispute,
        P.leads_extend,
        P.leads_endorse,
        P.leads_send_back,
        P.views_manage,
        P.leads_exclude,
        P.leads_pause,
        P.overlays_ask,
        P.notes_write,
        P.identities_grant,
        P.sealed_keys_use,
        P.sealed_keys_manage,
    }
    | _PROTECTS,
    Role.reviewer: _READS
    | {
        P.leads_send_back,
        P.leads_link,
        P.leads_approve,
        P.leads_close,
        P.leads_look_back,
        P.leads_reopen,
        P.leads_confirm_dispatch,
        P.leads_confirm_extend,
        P.leads_exclude,
        P.overlays_ask,
        P.overlays_approve,
        P.assessments_record,
        P.notes_write,
        P.look_back_draws_read,
        P.identities_ask,
        P.identities_grant,
        P.identities_withhold,
    }
    | _PROTECTS,
    # Who keeps the desk's key reads no lead: they open for others, and know no more than whom to seal to.
    Role.identity_desk: _REGISTERS | {P.identities_keep},
    Role.supervisor: _READS | {P.overlays_ask, P.notes_write, P.look_back_draws_read, P.exports_make},
    # Leaders read, and approve what is laid over a lead; they move none.
    Role.leader: _READS
    | {P.overlays_approve, P.look_back_draws_read, P.identities_grant, P.form_protect}
    | {P.exports_make},
    # Auditors see that and how leads moved, not what was told.
    Role.auditor: frozenset(
        {P.leads_read, P.look_back_draws_read, P.identities_audit, P.corrections_audit, P.exports_audit}
    )
    | _REGISTERS,
    # Administrators manage accounts and settings and can read no tip (docs/domain.md, section 1).
    Role.admin: _REGISTERS
    | {P.agencies_manage, P.officers_manage, P.system_accounts_manage, P.channels_manage, P.settings_manage}
    | {P.witnesses_manage, P.form_protect},
}


def permissions_of(roles: list[Role]) -> frozenset[Permission]:
    """All permissions that these roles give together."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
