CREATE FUNCTION lead_hides_from_asker(lead uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT coalesce((SELECT l.hidden_from && huiyin_ids('principals') FROM leads l WHERE l.id = lead), true);
END;
COMMENT ON FUNCTION lead_hides_from_asker IS 'Whether who asks is excluded from a lead';
REVOKE ALL ON FUNCTION lead_hides_from_asker FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lead_hides_from_asker TO huiyin_app;
