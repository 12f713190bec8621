-- Equality in a GiST index (no two assignments of a lead at once) and in a GIN index (an agency's leads in a state).
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
