"""Refused records: counted, shown, and put through the job again, each event once."""
