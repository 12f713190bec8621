"""The job queue's own schema, as Procrastinate ships it, usable by the app role.

Revision ID: 0004
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute(
        """
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                        WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\\_%' LOOP
                EXECUTE 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' || name || ' TO huiyin_app';
            END LOOP;
            FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                        WHERE schemaname = 'public' AND sequencename LIKE 'procrastinate\\_%' LOOP
                EXECUTE 'GRANT USAGE, SELECT ON SEQUENCE ' || name || ' TO huiyin_app';
            END LOOP;
        END $$
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DO $$ DECLARE item record; BEGIN
            FOR item IN SELECT tablename AS name FROM pg_tables
                        WHERE schemaname = 'public' AND tablename LIKE 'procrastinate\\_%' LOOP
                EXECUTE format('DROP TABLE %I CASCADE', item.name);
            END LOOP;
            FOR item IN SELECT p.oid::regprocedure AS name FROM pg_proc p
                        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\\_%' LOOP
                EXECUTE format('DROP FUNCTION %s CASCADE', item.name);
            END LOOP;
            FOR item IN SELECT typname AS name FROM pg_type
                        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'c')
                          AND typname LIKE 'procrastinate\\_%' LOOP
                EXECUTE format('DROP TYPE %I CASCADE', item.name);
            END LOOP;
        END $$
        """
    )
