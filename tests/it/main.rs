//! The one integration test binary; each module is a caption of what it proves.

mod commands;
mod harness;
mod import;
mod layers;
mod procedure;
