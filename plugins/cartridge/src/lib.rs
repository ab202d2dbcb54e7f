//! ROM files: intake, formats, identification, explanations
