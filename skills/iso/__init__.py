"""What an auditor asks to see: who has access, what fell short and what was done, compliance week by week."""
