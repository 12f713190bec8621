SELECT leave_matters('channel');
DROP TABLE form_surges, channels;
