"""Does preflight agree with the simulated Meta? Generated posts with real files, judged by both."""
