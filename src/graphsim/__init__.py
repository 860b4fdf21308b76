"""graphsim: a simulated Meta Graph API for publishing to Facebook Pages and Instagram professional accounts."""
