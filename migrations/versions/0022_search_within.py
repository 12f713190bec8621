"""A search with a filter looks through the few leads that fit the filter; lists narrowed by what a lead is about.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"

# As in 0013, but that leads can be given: a filter that few leads fit would find nothing among the newest matches of a
# common word, though there is something.
SEARCH = """
CREATE FUNCTION search_tips(query tsquery, at_most integer, within uuid[] DEFAULT NULL)
    RETURNS TABLE (tip_id uuid, lead_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL UNSAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sample CONSTANT integer := 200;
    few CONSTANT bigint := 8000;  -- so many matches are read from the index at once
    hits integer;
    newest integer;
    current integer;
    got integer;
    found integer := 0;
    readers uuid[] := huiyin_ids('readers');
    principals uuid[] := huiyin_ids('principals');
BEGIN
    IF readers = '{}' OR numnode(query) = 0 THEN
        RETURN;
    END IF;
    IF within IS NOT NULL THEN
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words, w.visible_to, w.hidden_from FROM tip_words w
                 WHERE w.lead_id = ANY($5) OFFSET 0) f
             WHERE f.visible_to && $2 AND NOT f.hidden_from && $3 AND f.words @@ $1
             ORDER BY f.tip_id DESC LIMIT $4'
            USING query, readers, principals, at_most, within;
        RETURN;
    END IF;
    SELECT count(*) FILTER (WHERE n.visible_to && readers AND n.words @@ query) INTO hits
    FROM (SELECT w.visible_to, w.words FROM tip_words w ORDER BY w.tip_id DESC LIMIT sample) n;
    IF hits >= sample / 5 THEN
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 OFFSET 0) f
             ORDER BY f.tip_id DESC LIMIT $4'
            USING query, readers, principals, at_most;
        RETURN;
    END IF;
    SELECT s.last_value >> 14 INTO newest FROM tip_words_arrival s;
    current := newest;
    WHILE current >= 0 AND found < at_most
          AND (current > newest - 2 OR found * (current + 1) > few * (newest - current)) LOOP
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (SELECT * FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.stretch = $5 AND w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 OFFSET 0) i
                 ORDER BY i.tip_id DESC LIMIT $4) f'
            USING query, readers, principals, at_most - found, current;
        GET DIAGNOSTICS got = ROW_COUNT;
        found := found + got;
        current := current - 1;
    END LOOP;
    IF current >= 0 AND found < at_most THEN
        -- The sum keeps the condition out of the index, where a range would be read from end to end.
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.stretch + 0 <= $5 AND w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1
                 ORDER BY w.tip_id DESC LIMIT $4) f'
            USING query, readers, principals, at_most - found, current;
    END IF;
END $$;

COMMENT ON FUNCTION search_tips IS 'Tips with these words among those that the asker may see: ids and ranks, no content';
REVOKE ALL ON FUNCTION search_tips FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_tips TO huiyin_app;
"""
# Answers as the release before did, without measuring first which way is the quickest.
BEFORE = """
CREATE OR REPLACE FUNCTION search_tips(query tsquery, at_most integer)
    RETURNS TABLE (tip_id uuid, lead_id uuid, rank real)
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, query, 33) FROM (
        SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
        WHERE w.visible_to && huiyin_ids('readers') AND NOT w.hidden_from && huiyin_ids('principals')
          AND w.words @@ query
        ORDER BY w.tip_id DESC LIMIT at_most) f
$$;

REVOKE ALL ON FUNCTION search_tips FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_tips TO huiyin_app;
"""
INDEXES = {f"ix_leads_{what}_received_at": f"({what}, received_at, id)" for what in ("nature", "sector", "conduct")}


def upgrade() -> None:
    op.execute("DROP FUNCTION search_tips(tsquery, integer)")
    op.execute(SEARCH)
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # concurrent builds wait for transactions, and make nobody wait
        for name, how in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted build left behind
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON leads {how}")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX IF EXISTS {name}")
    op.execute("DROP FUNCTION search_tips(tsquery, integer, uuid[])")
    op.execute(BEFORE)
