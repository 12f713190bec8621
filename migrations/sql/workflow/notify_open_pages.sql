-- Reading is an event too, but nothing that others' open pages would show.
CREATE FUNCTION notify_open_pages() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('huiyin_matters', NEW.matter_id::text); RETURN NULL; END $$;
COMMENT ON FUNCTION notify_open_pages IS 'Sends the id of a changed matter, and nothing else, when the change is committed';

CREATE TRIGGER notify_open_pages AFTER INSERT ON events
    FOR EACH ROW
    WHEN (NEW.matter_id IS NOT NULL AND NEW.changes)
    EXECUTE FUNCTION notify_open_pages();
