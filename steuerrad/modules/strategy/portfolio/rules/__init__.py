"""What steering a measure means, as plain functions over frozen data; knows no Django."""
