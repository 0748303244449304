"""Looks at a machine before a job runs, and explains the failures of PyFlink by their message."""

from headrace.doctor.explanation import Explanation, explain, explain_all

__all__ = ["Explanation", "explain", "explain_all"]
