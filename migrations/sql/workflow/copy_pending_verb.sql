-- The matter's own row says which verb waits for a second officer, so that a list need not ask another table.
CREATE FUNCTION copy_pending_verb() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    its_table text;
BEGIN
    SELECT k.row_table INTO its_table FROM matters m JOIN matter_kinds k ON k.kind = m.kind
    WHERE m.id = coalesce(NEW.matter_id, OLD.matter_id);
    EXECUTE format('UPDATE %I SET pending_verb = $1 WHERE id = $2', its_table)
        USING NEW.verb, coalesce(NEW.matter_id, OLD.matter_id);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION copy_pending_verb IS 'Repeats on the matter which verb waits for a second officer';

CREATE TRIGGER copy_pending_verb AFTER INSERT OR DELETE ON pending_moves FOR EACH ROW EXECUTE FUNCTION copy_pending_verb();
