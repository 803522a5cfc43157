//! `clue`: a file-based workflow engine over a git-versioned folder.
//!
//! The way of the data: files come in through one door (`files`), are parsed with their places kept (`yaml`,
//! `markdown`), validated (`schema`), gathered to one clue's case (`case`), judged by the rulebook (`workflow`,
//! `check`), changed in memory (`change`), and only then published, durably and at once (`commit`). `engine` holds
//! the order of all that; `cli` asks it and `report` prints what it answers.
//!
//! The groups below are the layers: a module imports only from groups above its own. `tests/it/layers.rs` holds it.

pub mod memory;
pub mod text;
pub mod time;

pub mod diagnostic;
pub mod git;

pub mod files;

pub mod builtin;

pub mod expression;
pub mod markdown;
pub mod spreadsheet;
pub mod yaml;

pub mod schema;
pub mod template;

pub mod record;

pub mod signature;

pub mod calendar;

pub mod rulebook;

pub mod world;

pub mod case;

pub mod disclosure;

pub mod clock;

pub mod change;
pub mod check;
pub mod story;

pub mod merge;

pub mod archive;
pub mod checkpoint;
pub mod document;
pub mod due;
pub mod ledger;
pub mod retention;
pub mod sampling;
pub mod statistics;
pub mod workflow;

#[cfg(feature = "pdf")]
pub mod paper;

pub mod audit;

pub mod commit;

pub mod engine;

pub mod doctor;
pub mod watch;

pub mod demo;
pub mod import;
pub mod site;

pub mod lsp;
pub mod report;

pub mod cli;
