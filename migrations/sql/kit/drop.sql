DROP FUNCTION draw_number, check_digit, job_item_failed;
DROP TABLE job_items, spent_proofs, idempotency_keys, kek_versions;
-- The role belongs to the server and may serve other databases; it stays, without rights here.
REVOKE ALL ON SCHEMA public FROM huiyin_app;
GRANT USAGE ON SCHEMA public TO PUBLIC;
DROP EXTENSION btree_gin;
DROP EXTENSION btree_gist;
