-- A table of rows with the columns of `MatterRow` becomes a kind of matter: its common columns are repeated in `matters`,
-- and, if it is guarded, row-level security lets those see a row who may see the matter. `number_column` is what people
-- call one.
CREATE FUNCTION become_matter(kind text, row_table text, number_column text, guarded boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $become$
DECLARE
    sight CONSTANT text := '(visible_to && huiyin_ids(''readers'') AND NOT hidden_from && huiyin_ids(''principals''))
        OR id = huiyin_acting_on()';
BEGIN
    INSERT INTO matter_kinds (kind, row_table) VALUES (become_matter.kind, become_matter.row_table);
    EXECUTE format($f$
        CREATE FUNCTION %1$I() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO matters (id, kind, number, is_open, open_since, visible_to, hidden_from,
                                     held_by_agency_id, held_by_officer_id)
                VALUES (NEW.id, %2$L, NEW.%3$I, NEW.is_open, NEW.state_since, NEW.visible_to, NEW.hidden_from,
                        NEW.held_by_agency_id, NEW.held_by_officer_id);
            ELSE
                UPDATE matters SET number = NEW.%3$I, is_open = NEW.is_open,
                    open_since = CASE WHEN NEW.is_open AND NOT OLD.is_open THEN NEW.state_since ELSE open_since END,
                    visible_to = NEW.visible_to, hidden_from = NEW.hidden_from,
                    held_by_agency_id = NEW.held_by_agency_id, held_by_officer_id = NEW.held_by_officer_id
                WHERE id = NEW.id;
            END IF;
            RETURN NEW;
        END $body$;
        COMMENT ON FUNCTION %1$I IS 'Repeats in matters what all kinds have in common';
        CREATE TRIGGER follow_matter BEFORE INSERT ON %4$I FOR EACH ROW EXECUTE FUNCTION %1$I();
        CREATE TRIGGER follow_matter_change AFTER UPDATE ON %4$I FOR EACH ROW
            WHEN ((OLD.%3$I, OLD.is_open, OLD.visible_to, OLD.hidden_from, OLD.held_by_agency_id, OLD.held_by_officer_id)
                IS DISTINCT FROM
                  (NEW.%3$I, NEW.is_open, NEW.visible_to, NEW.hidden_from, NEW.held_by_agency_id, NEW.held_by_officer_id))
            EXECUTE FUNCTION %1$I();
    $f$, row_table || '_follow_matter', kind, number_column, row_table);
    IF guarded THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', row_table);
        EXECUTE format('CREATE POLICY seen ON %I FOR SELECT TO huiyin_app USING (%s)', row_table, sight);
        EXECUTE format('CREATE POLICY opened ON %I FOR INSERT TO huiyin_app WITH CHECK (id = huiyin_acting_on())',
                       row_table);
        -- A verb may take a matter out of its officer's sight, so the row after the change is not checked again.
        EXECUTE format('CREATE POLICY changed ON %I FOR UPDATE TO huiyin_app USING (%s) WITH CHECK (true)',
                       row_table, sight);
    END IF;
END $become$;
COMMENT ON FUNCTION become_matter IS 'For migrations: makes a table a kind of matter';
REVOKE ALL ON FUNCTION become_matter FROM PUBLIC;

-- Undoes it, before the table is dropped.
CREATE FUNCTION leave_matters(of_kind text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    its_table text;
BEGIN
    DELETE FROM matters WHERE kind = of_kind;
    DELETE FROM matter_kinds WHERE kind = of_kind RETURNING row_table INTO its_table;
    EXECUTE format('DROP FUNCTION %I() CASCADE', its_table || '_follow_matter');
END $$;
COMMENT ON FUNCTION leave_matters IS 'For migrations: the table of a kind of matter is about to go';
REVOKE ALL ON FUNCTION leave_matters FROM PUBLIC;
