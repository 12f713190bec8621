DROP FUNCTION clocks_to_recompute, clocks_counted, entered_years;
DROP TABLE ladder_entries, clock_pauses, clocks, working_years, clock_rules;
