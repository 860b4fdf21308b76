"""Use cases, one class per noun. They decide who may do what, and own the transactions."""
