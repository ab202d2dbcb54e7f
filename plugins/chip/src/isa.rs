//! The E0C6200 instruction set as a table.
