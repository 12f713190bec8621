-- What belongs to a matter is seen and changed by those who may see the matter: one policy text for all children.
CREATE FUNCTION guard_children(child_table text, matter_column text) RETURNS void
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child_table);
    EXECUTE format('CREATE POLICY of_seen_matter ON %I FOR ALL TO huiyin_app
                        USING (EXISTS (SELECT FROM matters WHERE matters.id = %I))', child_table, matter_column);
END $$;
COMMENT ON FUNCTION guard_children IS 'For migrations: the rows of a table belong to matters';
REVOKE ALL ON FUNCTION guard_children FROM PUBLIC;

SELECT guard_children('assignments', 'matter_id');
SELECT guard_children('exclusions', 'matter_id');
SELECT guard_children('move_inputs', 'matter_id');
SELECT guard_children('pending_moves', 'matter_id');
SELECT guard_children('clocks', 'matter_id');
SELECT guard_children('clock_pauses', 'matter_id');
SELECT guard_children('ladder_entries', 'matter_id');
