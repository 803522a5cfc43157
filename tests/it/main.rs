//! The one integration test binary; each module is a caption of what it proves.

mod commands;
mod docs;
mod harness;
mod index;
mod layers;
mod procedure;
