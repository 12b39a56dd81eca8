"""All SQL: one function per statement, which takes and returns values of the product."""
