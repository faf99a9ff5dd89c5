"""Messages to debtors: planned, taken back, looked up."""
