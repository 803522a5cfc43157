//! The one integration test binary; each module is a caption of what it proves.

mod calendar;
mod check_cases;
mod clocks;
mod commands;
mod demo;
mod docs;
mod doctor;
mod faults;
mod formats;
mod harness;
mod import;
mod index;
mod layers;
mod ledger;
mod log;
mod mishaps;
mod play;
mod procedure;
mod publish;
mod stats;
mod walks;
