"""Phi-3 in this process: its weights, its adapters, and generation that is fast on one GPU."""

from brain.phi3.offline import keep_offline
from brain.phi3.threads import wait_without_spinning

wait_without_spinning()
keep_offline()
