"""The search index, and the one function that looks into it.

Revision ID: 0005

The app role may add rows and read none: `search_tips` gives it ids and ranks of what the asker may see (ADR 0008).
Whom a lead is visible to stands on each of its rows too, so that one index finds "this word, for this agency";
triggers keep both in step in the transaction of the change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_IDS = postgresql.ARRAY(sa.UUID())

FUNCTIONS = """
CREATE FUNCTION tip_words_of_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT l.visible_to, l.hidden_from INTO STRICT NEW.visible_to, NEW.hidden_from
    FROM leads l WHERE l.id = NEW.lead_id;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION tip_words_of_lead IS 'Fills in whom the lead is visible to, whatever the writer said';

CREATE FUNCTION lead_sight_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE tip_words SET visible_to = NEW.visible_to, hidden_from = NEW.hidden_from WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION lead_sight_changed IS 'Who sees a lead finds its tips, who no longer does no longer finds them';

CREATE FUNCTION tip_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.wrapped_key IS NULL THEN
        DELETE FROM tip_words WHERE tip_id = NEW.id;
    ELSE
        UPDATE tip_words w SET lead_id = l.id, visible_to = l.visible_to, hidden_from = l.hidden_from
        FROM leads l WHERE l.id = NEW.lead_id AND w.tip_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tip_moved IS 'A tip is found under its lead; one whose key was destroyed is not found';

-- Newest first, at most so many. How common the words are is measured on the newest tips: common ones are read from
-- the newest tips backwards, since an index would give half the table; others come from the index, within a window of
-- the newest tips where that window already holds enough of them.
CREATE FUNCTION search_tips(query tsquery, at_most integer)
    RETURNS TABLE (tip_id uuid, lead_id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL UNSAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sample CONSTANT integer := 1000;
    looked integer;
    hits integer;
    since uuid := '00000000-0000-0000-0000-000000000000';
    readers uuid[] := huiyin_ids('readers');
    principals uuid[] := huiyin_ids('principals');
BEGIN
    IF readers = '{}' OR numnode(query) = 0 THEN
        RETURN;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE n.visible_to && readers AND n.words @@ query) INTO looked, hits
    FROM (SELECT w.visible_to, w.words FROM tip_words w ORDER BY w.tip_id DESC LIMIT sample) n;
    IF looked = sample AND hits >= sample / 10 THEN
        RETURN QUERY EXECUTE
            'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
                 SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
                 WHERE w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 OFFSET 0) f
             ORDER BY f.tip_id DESC LIMIT $4'
            USING query, readers, principals, at_most;
        RETURN;
    END IF;
    IF looked = sample AND hits >= sample / 60 THEN
        SELECT n.tip_id INTO since FROM tip_words n
        ORDER BY n.tip_id DESC OFFSET (at_most::bigint * sample * 2) / hits LIMIT 1;
    END IF;
    RETURN QUERY EXECUTE
        'SELECT f.tip_id, f.lead_id, ts_rank_cd(f.words, $1, 33) FROM (
             SELECT w.tip_id, w.lead_id, w.words FROM tip_words w
             WHERE w.visible_to && $2 AND NOT w.hidden_from && $3 AND w.words @@ $1 AND w.tip_id >= $5
             ORDER BY w.tip_id DESC LIMIT $4) f'
        USING query, readers, principals, at_most, coalesce(since, '00000000-0000-0000-0000-000000000000');
END $$;
COMMENT ON FUNCTION search_tips IS 'Tips with these words among those that the asker may see: ids and ranks, no content';
REVOKE ALL ON FUNCTION search_tips FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_tips TO huiyin_app;
REVOKE ALL ON FUNCTION tip_words_of_lead, lead_sight_changed, tip_moved FROM PUBLIC;

CREATE TRIGGER of_lead BEFORE INSERT ON tip_words FOR EACH ROW EXECUTE FUNCTION tip_words_of_lead();
CREATE TRIGGER sight_changed AFTER UPDATE OF visible_to, hidden_from ON leads FOR EACH ROW
    WHEN (OLD.visible_to IS DISTINCT FROM NEW.visible_to OR OLD.hidden_from IS DISTINCT FROM NEW.hidden_from)
    EXECUTE FUNCTION lead_sight_changed();
CREATE TRIGGER moved AFTER UPDATE OF lead_id, wrapped_key ON tips FOR EACH ROW
    WHEN (OLD.lead_id IS DISTINCT FROM NEW.lead_id OR OLD.wrapped_key IS DISTINCT FROM NEW.wrapped_key)
    EXECUTE FUNCTION tip_moved();
"""


def upgrade() -> None:
    op.create_table(
        "tip_words",
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Which tip; sorts by time"),
        sa.Column("lead_id", sa.UUID(), nullable=False, comment="Its lead, kept in step by triggers"),
        sa.Column("visible_to", _IDS, nullable=False, comment="As on the lead, kept in step by triggers"),
        sa.Column("hidden_from", _IDS, nullable=False, comment="As on the lead, kept in step by triggers"),
        sa.Column(
            "way", sa.SmallInteger(), nullable=False, comment="Which way of cutting text made it; older ones are redone"
        ),
        sa.Column(
            "words", postgresql.TSVECTOR(), nullable=False, comment="Keyed hashes of words, with positions and weights"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tip_words_tip_id")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_words")),
        comment="The search index: keyed hashes of a tip's words with their positions (ADR 0008)",
    )
    # Hashes do not compress; words out of line leave small rows, of which a page holds many.
    op.execute("ALTER TABLE tip_words ALTER COLUMN words SET STORAGE EXTERNAL")
    op.create_index("ix_tip_words_lead_id", "tip_words", ["lead_id"])
    # A new row waits in a short list before it goes into the index; every search reads that list through.
    op.execute(
        "CREATE INDEX ix_tip_words_visible_to_words ON tip_words USING gin (visible_to, words)"
        " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
    )
    op.execute(FUNCTIONS)
    op.execute("GRANT INSERT ON tip_words TO huiyin_app")
    op.execute("ALTER TABLE tip_words ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY written ON tip_words FOR INSERT TO huiyin_app WITH CHECK (lead_id = huiyin_acting_on())")


def downgrade() -> None:
    op.execute("DROP TRIGGER sight_changed ON leads")
    op.execute("DROP TRIGGER moved ON tips")
    op.drop_table("tip_words")
    op.execute("DROP FUNCTION search_tips, tip_words_of_lead, lead_sight_changed, tip_moved")
