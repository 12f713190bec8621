CREATE TABLE working_years (
    year integer NOT NULL,
    holidays date[] NOT NULL,
    working_days date[] NOT NULL,
    basis text NOT NULL,
    entered_by uuid NOT NULL,
    entered_at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT pk_working_years PRIMARY KEY (year),
    CONSTRAINT ck_working_years_year CHECK (year BETWEEN 2020 AND 2100),
    CONSTRAINT fk_working_years_entered_by FOREIGN KEY (entered_by) REFERENCES officers (id)
);
GRANT SELECT, INSERT ON working_years TO huiyin_app;

COMMENT ON TABLE working_years IS 'Calendars of years (国务院办公厅放假通知) entered before the system''s own list knew them';
COMMENT ON COLUMN working_years.year IS 'Which year';
COMMENT ON COLUMN working_years.holidays IS 'Days off';
COMMENT ON COLUMN working_years.working_days IS 'Weekend days that are worked (调休)';
COMMENT ON COLUMN working_years.basis IS 'The notice: its number and date';
COMMENT ON COLUMN working_years.entered_by IS 'Who entered it';
COMMENT ON COLUMN working_years.entered_at IS 'When';
