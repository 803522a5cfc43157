//! git: trees, and durable commits.
