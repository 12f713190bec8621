"""Links between leads: selectors, distinctive terms, proposals, and the one function that makes them.

Revision ID: 0006

Whoever files a tip may see no lead but the one that it opens. So `link_tip` keeps what the tip is recognised by, looks
for others like it and writes the proposals, and hands out nothing but the ids of the proposals.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_HASHES = postgresql.ARRAY(sa.BigInteger())

FUNCTION = """
CREATE FUNCTION propose_links(its uuid) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hot CONSTANT integer := 200;   -- a term of so many tips says nothing
    size double precision;         -- natural logarithm of how many tips there are
    its_lead uuid;
    mark tip_signs;
BEGIN
    SELECT ln(greatest(n.last_value, 20)) INTO size FROM lead_numbers n;
    SELECT t.lead_id INTO its_lead FROM tips t WHERE t.id = its;
    SELECT * INTO mark FROM tip_signs s WHERE s.tip_id = its;
    RETURN QUERY
    WITH mine AS MATERIALIZED (
        SELECT m.term, abs(m.weight)::double precision AS weight, m.weight < 0 AS name
        FROM tip_terms m WHERE m.tip_id = its
    ), posted AS MATERIALIZED (
        SELECT m.term, p.tip_id, abs(p.weight)::double precision AS other, count(*) OVER (PARTITION BY m.term) AS times
        FROM mine m CROSS JOIN LATERAL (
            SELECT t.tip_id, t.weight FROM tip_terms t
            WHERE t.term = m.term AND t.tip_id <> its ORDER BY t.tip_id DESC LIMIT hot) p
    ), rarity AS MATERIALIZED (
        SELECT m.term, m.weight, m.name,
               CASE WHEN coalesce(t.times, 0) >= hot THEN 0
                    ELSE greatest(0, 1 - ln(coalesce(t.times, 0) + 1) / size) END AS rare
        FROM mine m LEFT JOIN (SELECT p.term, max(p.times) AS times FROM posted p GROUP BY p.term) t USING (term)
    ), me AS (
        SELECT sqrt(sum((r.weight * r.rare) ^ 2)) AS norm, avg(r.rare) AS rare FROM rarity r
    ), candidates AS (
        SELECT p.tip_id, sum(r.weight * p.other * r.rare ^ 2) AS dot, count(*) AS shared,
               count(*) FILTER (WHERE r.name AND r.rare > 0.4) AS named,
               sum((p.other * r.rare) ^ 2) AS shared_norm, sum(p.other ^ 2) AS shared_weight
        FROM posted p JOIN rarity r USING (term)
        GROUP BY p.tip_id HAVING count(*) >= 4 ORDER BY dot DESC LIMIT 15
    ), compared AS (
        SELECT c.tip_id, c.shared, c.named,
               c.dot / nullif(me.norm * sqrt(c.shared_norm + greatest(0, s.weight - c.shared_weight) * me.rare ^ 2), 0)
                   AS score
        FROM candidates c CROSS JOIN me JOIN tip_signs s USING (tip_id)
        WHERE (s.counties && mark.counties OR s.counties = '{}' OR mark.counties = '{}')
          AND (s.cities && mark.cities OR s.cities = '{}' OR mark.cities = '{}')
    ), alike AS (
        SELECT o.tip_id, 'similar_text' AS code, o.score FROM compared o
        WHERE (o.score >= 0.55 AND o.shared >= 5) OR (o.score >= 0.4 AND o.shared >= 8)
           OR (o.score >= 0.3 AND o.named >= 2 AND o.shared >= 6 AND o.shared - o.named >= 2)
        UNION ALL
        SELECT f.tip_id, 'same_' || h.kind, CASE WHEN h.kind = 'place' THEN 0.5 WHEN h.kind = 'text' THEN 1 ELSE 0.9 END
        FROM selectors h CROSS JOIN LATERAL (
            SELECT s.tip_id FROM selectors s WHERE s.hash = h.hash AND s.tip_id <> its
            ORDER BY s.tip_id DESC LIMIT 10) f
        WHERE h.tip_id = its
    ), proposed AS (
        SELECT t.lead_id AS other, max(a.score) AS score,
               jsonb_agg(DISTINCT jsonb_build_object('code', a.code, 'tips', jsonb_build_array(a.tip_id, its))) AS why,
               array_agg(DISTINCT a.code) AS codes
        FROM alike a JOIN tips t ON t.id = a.tip_id
        WHERE t.lead_id <> its_lead GROUP BY t.lead_id ORDER BY max(a.score) DESC LIMIT 10
    ), written AS (
        INSERT INTO link_proposals AS l (lead_a, lead_b, score, reasons)
        SELECT least(p.other, its_lead), greatest(p.other, its_lead), p.score, p.why FROM proposed p
        ON CONFLICT (lead_a, lead_b) DO UPDATE
            SET score = greatest(l.score, excluded.score), reasons = l.reasons || excluded.reasons
            WHERE l.status = 'proposed' AND jsonb_array_length(l.reasons) < 20 AND NOT l.reasons @> excluded.reasons
        RETURNING l.id, least(l.lead_a, l.lead_b) AS lead_a, l.lead_b, l.xmax = 0 AS fresh
    )
    SELECT w.id, p.codes FROM written w JOIN proposed p ON p.other IN (w.lead_a, w.lead_b) WHERE w.fresh;
END $$;
COMMENT ON FUNCTION propose_links IS 'Looks for leads with tips like this one and writes the proposals';

CREATE FUNCTION link_tip(
    new_tip uuid, new_lead uuid, terms bigint[], weights smallint[], cities bigint[], counties bigint[],
    hashes bigint[], kinds text[]
) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF new_lead IS DISTINCT FROM huiyin_acting_on() THEN
        RAISE insufficient_privilege USING MESSAGE = 'this transaction is not changing that lead';
    END IF;
    INSERT INTO selectors (hash, tip_id, kind)
        SELECT s.hash, new_tip, s.kind FROM unnest(hashes, kinds) AS s(hash, kind) ON CONFLICT DO NOTHING;
    INSERT INTO tip_terms (term, tip_id, weight)
        SELECT s.term, new_tip, s.weight FROM unnest(terms, weights) AS s(term, weight) ON CONFLICT DO NOTHING;
    INSERT INTO tip_signs (tip_id, weight, cities, counties)
        SELECT new_tip, coalesce(sum(w::integer * w), 0), $5, $6 FROM unnest(weights) AS w ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT * FROM propose_links(new_tip);
END $$;
COMMENT ON FUNCTION link_tip IS 'Keeps what a new tip is recognised by and proposes links to leads of tips like it';

CREATE FUNCTION link_recent(span interval) RETURNS TABLE (link_id uuid, codes text[]) LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.* FROM (SELECT s.tip_id FROM tip_signs s WHERE s.tip_id > uuidv7(-span) ORDER BY s.tip_id) t
    CROSS JOIN LATERAL propose_links(t.tip_id) p
$$;
COMMENT ON FUNCTION link_recent IS 'Proposes again for the newest tips: two that came at the same moment did not see each other';
REVOKE ALL ON FUNCTION propose_links, link_tip, link_recent FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_tip, link_recent TO huiyin_app;

CREATE OR REPLACE FUNCTION tip_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.wrapped_key IS NULL THEN
        DELETE FROM tip_words WHERE tip_id = NEW.id;
        DELETE FROM tip_terms WHERE tip_id = NEW.id;
        DELETE FROM tip_signs WHERE tip_id = NEW.id;
        DELETE FROM selectors WHERE tip_id = NEW.id;
    ELSE
        UPDATE tip_words w SET lead_id = l.id, visible_to = l.visible_to, hidden_from = l.hidden_from
        FROM leads l WHERE l.id = NEW.lead_id AND w.tip_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
"""

BOTH_SEEN = "EXISTS (SELECT FROM leads WHERE leads.id = lead_a) AND EXISTS (SELECT FROM leads WHERE leads.id = lead_b)"


def upgrade() -> None:
    op.create_table(
        "selectors",
        sa.Column("hash", sa.BigInteger(), nullable=False, comment="Keyed hash of kind and value"),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Which tip names it"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="phone, plate, account, company, identity, chat, place or text",
        ),
        sa.CheckConstraint(
            "kind IN ('phone', 'plate', 'account', 'company', 'identity', 'chat', 'place', 'text')",
            name=op.f("ck_selectors_kind"),
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_selectors_tip_id")),
        sa.PrimaryKeyConstraint("hash", "tip_id", name=op.f("pk_selectors")),
        comment="Numbers and places that a tip names exactly, as keyed hashes",
    )
    op.create_index("ix_selectors_tip_id", "selectors", ["tip_id"])
    op.create_table(
        "tip_terms",
        sa.Column("term", sa.BigInteger(), nullable=False, comment="Keyed hash of the word"),
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Which tip; sorts by time"),
        sa.Column(
            "weight", sa.SmallInteger(), nullable=False, comment="How rare the word is, in 1/200; negative: a name"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tip_terms_tip_id")),
        sa.PrimaryKeyConstraint("term", "tip_id", name=op.f("pk_tip_terms"), postgresql_include=["weight"]),
        comment="A tip's most distinctive words, as keyed hashes, by which similar tips are found",
    )
    op.create_index("ix_tip_terms_tip_id", "tip_terms", ["tip_id"])
    op.create_table(
        "tip_signs",
        sa.Column("tip_id", sa.UUID(), nullable=False, comment="Which tip"),
        sa.Column("weight", sa.Integer(), nullable=False, comment="Sum of the squares of its terms' weights"),
        sa.Column("cities", _HASHES, nullable=False, comment="Keyed hashes of cities that it names"),
        sa.Column("counties", _HASHES, nullable=False, comment="Keyed hashes of counties that it names"),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tip_signs_tip_id")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_signs")),
        comment="What comparing tips needs beside their terms, one row a tip",
    )
    op.create_table(
        "link_proposals",
        sa.Column("id", sa.UUID(), server_default=sa.text("uuidv7()"), nullable=False, comment="Link"),
        sa.Column("lead_a", sa.UUID(), nullable=False, comment="The earlier lead"),
        sa.Column("lead_b", sa.UUID(), nullable=False, comment="The later lead"),
        sa.Column(
            "status", sa.Text(), server_default="proposed", nullable=False, comment="proposed, confirmed or rejected"
        ),
        sa.Column(
            "score", sa.REAL(), nullable=False, comment="How sure the system is, 0 to 1; of the matter, not of people"
        ),
        sa.Column("reasons", postgresql.JSONB(), nullable=False, comment="Codes with the two tips; no content"),
        sa.Column(
            "proposed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
            comment="When it was proposed",
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="Who decided"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("reason", sa.LargeBinary(), nullable=True, comment="Why, encrypted under the earlier lead's key"),
        sa.CheckConstraint("status IN ('proposed', 'confirmed', 'rejected')", name=op.f("ck_link_proposals_status")),
        sa.CheckConstraint("lead_a < lead_b", name=op.f("ck_link_proposals_order")),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name=op.f("ck_link_proposals_decided")),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.id"], name=op.f("fk_link_proposals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_proposals")),
        sa.UniqueConstraint("lead_a", "lead_b", name=op.f("uq_link_proposals_lead_a_lead_b")),
        comment="That two leads may be one matter: proposed by the system, decided by an officer (串并)",
    )
    op.create_index("ix_link_proposals_lead_b", "link_proposals", ["lead_b"])
    op.execute(FUNCTION)
    op.execute("GRANT SELECT, UPDATE (status, decided_by, decided_at, reason) ON link_proposals TO huiyin_app")
    for table in ("selectors", "tip_terms", "tip_signs", "link_proposals"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY both_seen ON link_proposals FOR ALL TO huiyin_app USING ({BOTH_SEEN})")
    # What happened to a link is told on both timelines, to those who see both leads. A scalar subquery, since EXISTS
    # may be carried out by reading all links into memory first.
    op.execute(
        "CREATE POLICY of_seen_link ON events AS RESTRICTIVE FOR SELECT TO huiyin_app"
        " USING (event NOT LIKE 'link:%' OR (SELECT true FROM link_proposals l WHERE l.id = subject_id))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY of_seen_link ON events")
    op.execute("DROP FUNCTION link_recent, link_tip, propose_links")
    for table in ("link_proposals", "tip_signs", "tip_terms", "selectors"):
        op.drop_table(table)
