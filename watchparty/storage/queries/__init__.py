"""All SQL: one function per statement, in and out in the product's own values."""
