//! A progress bar on standard error, where somebody is there to see it.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Context;

/// A bar; it is taken off the screen when it is dropped.
pub(super) struct Bar(ProgressBar);

/// A bar with its caption; hidden where standard error is no terminal.
pub(super) fn bar(context: &Context, en: &str, zh: &str) -> Bar {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    bar.set_message(context.say(en, zh));
    Bar(bar)
}

impl Bar {
    /// Shows how many of how many are done.
    pub(super) fn show(&self, done: usize, of: usize) {
        self.0.set_length(of as u64);
        self.0.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
