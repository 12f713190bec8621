"""Every kind of matter that moves by verbs: for the diagrams, and for the tests that walk all tables of verbs."""

from typing import Any

from huiyin.channels.moves import CHANNELS
from huiyin.leads.lifecycle.moves import LEADS
from huiyin.workflow.machine import Machine

MACHINES: tuple[Machine[Any], ...] = (CHANNELS, LEADS)
