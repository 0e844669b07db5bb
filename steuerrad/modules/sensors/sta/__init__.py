"""OGC SensorThings API 1.1 (OGC 18-088): its entity model, query language, representation and writing."""
