CREATE FUNCTION end_identity_openings() RETURNS TABLE (opening uuid, lead uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE identity_openings o SET envelope = NULL, ended_at = now()
    FROM tips t WHERE t.id = o.tip_id AND o.expires_at <= now() AND o.ended_at IS NULL
    RETURNING o.id, t.lead_id;
END;
COMMENT ON FUNCTION end_identity_openings IS 'Destroys what was sealed to askers and whose term has ended';
REVOKE ALL ON FUNCTION end_identity_openings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_identity_openings TO huiyin_app;
