"""Making devices known by what kind they are: by hand, by table and by API."""
