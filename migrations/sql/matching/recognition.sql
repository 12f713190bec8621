CREATE TABLE selectors (
    hash bigint NOT NULL,
    tip_id uuid NOT NULL,
    kind text NOT NULL,
    CONSTRAINT pk_selectors PRIMARY KEY (hash, tip_id),
    CONSTRAINT ck_selectors_kind CHECK (kind IN (
        'phone', 'plate', 'account', 'company', 'identity', 'chat', 'place', 'text')
    ),
    CONSTRAINT fk_selectors_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_selectors_tip_id ON selectors (tip_id);

COMMENT ON TABLE selectors IS 'Numbers and places that a tip names exactly, as keyed hashes';
COMMENT ON COLUMN selectors.hash IS 'Keyed hash of kind and value';
COMMENT ON COLUMN selectors.tip_id IS 'Which tip names it';
COMMENT ON COLUMN selectors.kind IS 'phone, plate, account, company, identity, chat, place or text';

CREATE TABLE tip_terms (
    term bigint NOT NULL,
    tip_id uuid NOT NULL,
    weight smallint NOT NULL,
    CONSTRAINT pk_tip_terms PRIMARY KEY (term, tip_id) INCLUDE (weight),
    CONSTRAINT fk_tip_terms_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);
CREATE INDEX ix_tip_terms_tip_id ON tip_terms (tip_id);

COMMENT ON TABLE tip_terms IS 'A tip''s most distinctive words, as keyed hashes, by which similar tips are found';
COMMENT ON COLUMN tip_terms.term IS 'Keyed hash of the word';
COMMENT ON COLUMN tip_terms.tip_id IS 'Which tip; sorts by time';
COMMENT ON COLUMN tip_terms.weight IS 'How rare the word is, in 1/200; negative: a name';

CREATE TABLE tip_signs (
    tip_id uuid NOT NULL,
    weight integer NOT NULL,
    cities bigint[] NOT NULL,
    counties bigint[] NOT NULL,
    CONSTRAINT pk_tip_signs PRIMARY KEY (tip_id),
    CONSTRAINT fk_tip_signs_tip_id FOREIGN KEY (tip_id) REFERENCES tips (id)
);

COMMENT ON TABLE tip_signs IS 'What comparing tips needs beside their terms, one row a tip';
COMMENT ON COLUMN tip_signs.tip_id IS 'Which tip';
COMMENT ON COLUMN tip_signs.weight IS 'Sum of the squares of its terms'' weights';
COMMENT ON COLUMN tip_signs.cities IS 'Keyed hashes of cities that it names';
COMMENT ON COLUMN tip_signs.counties IS 'Keyed hashes of counties that it names';
