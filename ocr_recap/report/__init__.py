"""Writers: pictures, tables and the report. They show what records say and decide nothing."""
