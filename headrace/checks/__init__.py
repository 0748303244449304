"""Whether a suite is right, found out without running a job: rules over its files, and a plan of all it holds."""
