"""What can be measured, and what it is measured beside."""
