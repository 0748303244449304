"""Faults on a cluster of this machine while events flow, and the proof that each came out once."""
