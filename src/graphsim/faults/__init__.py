"""What goes wrong on purpose: scripted faults, seeded plans, and effects that come late."""
