DROP FUNCTION receipt_promise, log_place, log_waiting;
DROP TABLE log_cosignatures, log_witnesses, log_checkpoints, log_nodes, log_leaves, events;
