"""Simulated channels whose mood may shift at a known moment, for the alerts."""
