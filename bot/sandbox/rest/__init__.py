"""The REST API, version 10: routes by the part of Discord that they serve."""
