"""Reports that leave the chat: documents for the direction and for the creditors, and their way out."""
