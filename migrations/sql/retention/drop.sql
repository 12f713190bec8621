DROP TRIGGER forget_lead ON leads;
DROP FUNCTION notices_late, holds_to_end, leads_expired, leads_to_warn, leads_to_date, lead_waits, lead_family;
DROP TABLE exports, lead_notices, subject_corrections, exonerations, legal_holds, retention_rules;
DROP FUNCTION forget_lead;
