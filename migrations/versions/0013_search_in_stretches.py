"""Search reads the index in stretches of 16,384 tips, the newest first; an officer's own leads come sorted.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# A tip that is indexed again, long after it came, belongs where its neighbours are.
OF_LEAD = """
CREATE OR REPLACE FUNCTION tip_words_of_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT l.visible_to, l.hidden_from INTO STRICT NEW.visible_to, NEW.hidden_from
    FROM leads l WHERE l.id = NEW.lead_id;
    SELECT w.stretch INTO NEW.stretch FROM tip_words w WHERE w.tip_id > NEW.tip_id ORDER BY w.tip_id LIMIT 1;
    IF NEW.stretch IS NULL THEN
        NEW.stretch := nextval('tip_words_arrival') >> 14;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION tip_words_of_lead IS
    'Fills in whom the lead is visible to and where the tip stands in time, whatever the writer said';
"""

# How common the words are is measured on the newest tips. Common ones are read from the newest tips backwards, since
# an index would give half the table. Others come from the index, stretch by stretch; where two stretches hold so few
# that the rest of the table cannot hold many, all the rest at once.
SEARCH = """
CREATE OR REPLACE FUNCTION search_tips(query tsquery, at_most integer)
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
"""

# Answers as the release before did, without measuring first which way is the quickest.
BEFORE = """
CREATE OR REPLACE FUNCTION tip_words_of_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT l.visible_to, l.hidden_from INTO STRICT NEW.visible_to, NEW.hidden_from
    FROM leads l WHERE l.id = NEW.lead_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION search_tips(query tsquery, at_most integer)
    RETURNS TABLE (tip_id uuid, lead_id uuid, rank real)
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL UNSAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, query, 33) FROM (
        SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
        WHERE w.visible_to && huiyin_ids('readers') AND NOT w.hidden_from && huiyin_ids('principals')
          AND w.words @@ query
        ORDER BY w.tip_id DESC LIMIT at_most) f
$$;
"""

NUMBER = """
UPDATE tip_words w SET stretch = n.stretch FROM (
    SELECT o.tip_id, nextval('tip_words_arrival') >> 14 AS stretch FROM (
        SELECT tip_id FROM tip_words WHERE stretch IS NULL ORDER BY tip_id LIMIT 10000) o) n
WHERE w.tip_id = n.tip_id
"""
GIN = "WITH (fastupdate = on, gin_pending_list_limit = 1024)"
OPEN = (
    "state IN ('answered', 'approved', 'concluded', 'dispatched', 'in_review', 'received', 'registered', 'screened',"
    " 'signed', 'verifying')"
)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE tip_words_arrival")
    op.add_column(
        "tip_words",
        sa.Column(
            "stretch", sa.Integer(), nullable=True, comment="Which 16,384 tips in order of arrival; search reads by it"
        ),
    )
    with op.get_context().autocommit_block():
        bind = op.get_bind()
        while bind.execute(sa.text(NUMBER)).rowcount:
            pass
        op.execute(OF_LEAD)
        bind.execute(sa.text(NUMBER))  # what came meanwhile
        op.execute("ALTER TABLE tip_words ADD CONSTRAINT tip_words_stretch_not_null NOT NULL stretch NOT VALID")
        op.execute("ALTER TABLE tip_words VALIDATE CONSTRAINT tip_words_stretch_not_null")
        op.execute("SET lock_timeout = 0")  # concurrent builds wait for transactions, and make nobody wait
        for name, how in (
            ("ix_tip_words_stretch_visible_to_words", f"tip_words USING gin (stretch, visible_to, words) {GIN}"),
            ("ix_leads_open_held_by_officer_id", f"leads (held_by_officer_id, received_at, id) WHERE {OPEN}"),
        ):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what an interrupted build left behind
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {how}")
        op.execute(SEARCH)
        op.execute("DROP INDEX CONCURRENTLY ix_tip_words_visible_to_words")
        op.execute("DROP INDEX CONCURRENTLY ix_leads_held_by_officer_id_state")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        for name, how in (
            ("ix_tip_words_visible_to_words", f"tip_words USING gin (visible_to, words) {GIN}"),
            ("ix_leads_held_by_officer_id_state", "leads (held_by_officer_id, state)"),
        ):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {how}")
        op.execute("RESET lock_timeout")
    op.execute(BEFORE)
    op.execute("DROP INDEX ix_leads_open_held_by_officer_id")
    op.drop_column("tip_words", "stretch")  # its index goes with it
    op.execute("DROP SEQUENCE tip_words_arrival")
