"""MQTT: where the city's broker is, and the standard's own endpoint for observations in and out (ADR 0022)."""
