"""The append-only record of every change: audit, timeline, outbox and public log in one."""
