"""All texts for people, in Indonesian and English: problems, reasons, exceptions, reports and help."""
