"""What people would use instead: the same work, from the same topics to the same one."""
