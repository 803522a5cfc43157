//! The one integration test binary; each module is a caption of what it proves.

mod commands;
mod demo;
mod harness;
mod layers;
mod procedure;
