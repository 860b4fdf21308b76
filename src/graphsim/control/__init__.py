"""The control API: worlds, the clock, faults, endings, the journal. A tool for tests; keep it from strangers."""
