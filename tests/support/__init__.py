"""What tests share: real files, databases, servers, a browser, and the simulated consent."""
