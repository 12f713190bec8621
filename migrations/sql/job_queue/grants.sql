DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\_%' LOOP
        EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' || name || ' TO huiyin_app';
    END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                WHERE schemaname = 'public' AND sequencename LIKE 'procrastinate\_%' LOOP
        EXECUTE 'GRANT USAGE, SELECT ON SEQUENCE ' || name || ' TO huiyin_app';
    END LOOP;
END $$;
