"""What is said to people: problems, reasons and exceptions, each in Indonesian and English."""
