"""Facebook Pages: discovery, posts, photos and videos."""
