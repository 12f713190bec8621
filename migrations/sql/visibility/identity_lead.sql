CREATE FUNCTION identity_lead(tip uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id FROM tips t JOIN leads l ON l.id = t.lead_id
    WHERE t.id = tip AND current_setting('huiyin.identity_desk', true) = 'on'
      AND NOT l.hidden_from && huiyin_ids('principals');
END;
COMMENT ON FUNCTION identity_lead IS 'For the identity desk: the lead of a tip, unless its officer is excluded from it';
REVOKE ALL ON FUNCTION identity_lead FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_lead TO huiyin_app;
