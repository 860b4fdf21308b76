"""The process side of work: an engine that runs jobs, and the ticker that finds what is due."""
