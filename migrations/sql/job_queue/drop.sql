DO $$ DECLARE item record; BEGIN
    FOR item IN SELECT tablename AS name FROM pg_tables
                WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\_%' LOOP
        EXECUTE format('DROP TABLE %I CASCADE', item.name);
    END LOOP;
    FOR item IN SELECT p.oid::regprocedure AS name FROM pg_proc p
                WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\_%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', item.name);
    END LOOP;
    FOR item IN SELECT typname AS name FROM pg_type
                WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'c')
                  AND typname LIKE 'procrastinate\_%' LOOP
        EXECUTE format('DROP TYPE %I CASCADE', item.name);
    END LOOP;
END $$;
