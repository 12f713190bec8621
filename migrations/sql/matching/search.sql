CREATE SEQUENCE tip_words_arrival;

CREATE TABLE tip_words (
    tip_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    visible_to uuid[] NOT NULL,
    hidden_from uuid[] NOT NULL,
    way smallint NOT NULL,
    words tsvector NOT NULL,
    stretch integer NOT NULL,
    CONSTRAINT pk_tip_words PRIMARY KEY (tip_id),
    CONSTRAINT fk_tip_words_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
-- Hashes do not compress; words out of line leave small rows, of which a page holds many.
ALTER TABLE tip_words ALTER COLUMN words SET STORAGE EXTERNAL;
CREATE INDEX ix_tip_words_lead_id ON tip_words (lead_id);
-- A new row waits in a short list before it goes into the index; every search reads that list through.
CREATE INDEX ix_tip_words_stretch_visible_to_words ON tip_words USING gin (stretch, visible_to, words)
    WITH (fastupdate = on, gin_pending_list_limit = 1024);
GRANT INSERT ON tip_words TO huiyin_app;

COMMENT ON TABLE tip_words IS 'The search index: keyed hashes of a tip''s words with their positions (ADR 0008)';
COMMENT ON COLUMN tip_words.tip_id IS 'Which tip; sorts by time';
COMMENT ON COLUMN tip_words.lead_id IS 'Its lead, kept in step by triggers';
COMMENT ON COLUMN tip_words.visible_to IS 'As on the lead, kept in step by triggers';
COMMENT ON COLUMN tip_words.hidden_from IS 'As on the lead, kept in step by triggers';
COMMENT ON COLUMN tip_words.way IS 'Which way of cutting text made it; older ones are redone';
COMMENT ON COLUMN tip_words.words IS 'Keyed hashes of words, with positions and weights';
COMMENT ON COLUMN tip_words.stretch IS 'Which 16,384 tips in order of arrival; search reads by it';
