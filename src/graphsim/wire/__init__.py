"""The wire: errors in Meta's envelope, parameters from wherever they come, field selection, cursor paging."""
