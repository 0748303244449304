"""How fast a job can be on this machine: what is measured, what is predicted from it, and what then comes of it."""
