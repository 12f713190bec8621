CREATE TABLE regions (
    code text NOT NULL,
    name text NOT NULL,
    level text NOT NULL,
    parent_code text,
    path text[] NOT NULL,
    CONSTRAINT pk_regions PRIMARY KEY (code),
    CONSTRAINT ck_regions_level CHECK (level IN ('province', 'city', 'county', 'township')),
    CONSTRAINT fk_regions_parent_code FOREIGN KEY (parent_code) REFERENCES regions (code)
);
CREATE INDEX ix_regions_parent_code ON regions (parent_code);
GRANT SELECT ON regions TO huiyin_app;

COMMENT ON TABLE regions IS 'Administrative divisions, GB/T 2260';
COMMENT ON COLUMN regions.code IS 'Six digits (nine for townships, GB/T 10114)';
COMMENT ON COLUMN regions.name IS 'Name without its superiors''';
COMMENT ON COLUMN regions.level IS 'province, city, county or township';
COMMENT ON COLUMN regions.parent_code IS 'The superior division';
COMMENT ON COLUMN regions.path IS 'Codes from the province down to this one';
