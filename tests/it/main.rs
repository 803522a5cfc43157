//! The one integration test binary; each module is a caption of what it proves.

#[cfg(feature = "pdf")]
mod archive;
mod calendar;
mod check_cases;
mod checkpoints;
mod clocks;
mod commands;
mod demo;
mod docs;
mod doctor;
mod editor;
mod editors;
mod faults;
mod formats;
mod gate;
mod harness;
mod import;
mod index;
mod layers;
mod leaks;
mod ledger;
mod log;
mod lsp;
mod lsp_disk;
mod lsp_mends;
mod lsp_mishaps;
mod merge;
mod mishaps;
mod mutations;
#[cfg(feature = "pdf")]
mod paper;
mod play;
mod procedure;
mod publish;
mod retention;
mod setting_up;
mod signatures;
mod staged;
mod stats;
mod verdicts;
mod walks;
mod watch;
