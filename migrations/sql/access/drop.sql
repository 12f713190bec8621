ALTER TABLE log_witnesses DROP CONSTRAINT fk_log_witnesses_agency_id;
DROP FUNCTION huiyin_acting_on, huiyin_ids;
DROP TABLE
    api_tokens, system_accounts, sign_in_challenges, passkeys, recovery_codes, totp_secrets, sessions, secondments,
    officers, agencies, regions, terms;
