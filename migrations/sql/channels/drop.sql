DROP TABLE form_surges, channels;
