"""Writers of pictures, tables and the HTML report. They show the content of records and decide nothing."""
