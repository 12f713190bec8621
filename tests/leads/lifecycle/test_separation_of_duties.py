"""Who may do what is apart where one person must not hold it all (docs/domain.md, section 1)."""

from huiyin.access.permissions import ROLE_PERMISSIONS, Permission, Role


def test_no_role_holds_everything():
    """Four eyes at least: whoever verifies cannot review, whoever reviews cannot verify, an administrator neither."""
    decisive = {Permission.leads_conclude, Permission.leads_endorse, Permission.leads_approve}
    assert all(len(held & decisive) <= 1 for held in ROLE_PERMISSIONS.values())
    assert Permission.leads_read not in ROLE_PERMISSIONS[Role.admin]
