//! Archived clues by when they fall due, read from their index cards.
//! It judges nothing, and writes nothing.

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::case::Case;
use crate::check::clue_folders;
use crate::engine::Engine;
use crate::files::Files;
use crate::retention::Row;

impl Engine {
    /// Every archived clue as of a day, who falls due first coming first; and how many clues have a card that cannot be
    /// read.
    pub fn retention(&self, on: NaiveDate) -> (Vec<Row>, usize) {
        let (files, world) = (&self.files, &self.world);
        let (folders, _) = clue_folders(files);
        let read: Vec<Result<Option<Row>, ()>> = folders
            .par_iter()
            .map(|folder| match Case::load_card(files, world, folder) {
                (Some(card), _) => Ok(Row::of(files, world, folder, &card, on)),
                // A clue that is not collected yet has none.
                (None, _) => match files.kind(&format!("{folder}/clue.yaml")) {
                    Ok(None) => Ok(None),
                    _ => Err(()),
                },
            })
            .collect();
        let unreadable = read.iter().filter(|one| one.is_err()).count();
        let mut rows: Vec<Row> = read
            .into_iter()
            .filter_map(|one| one.ok().flatten())
            .collect();
        rows.sort_by_cached_key(Row::order);
        (rows, unreadable)
    }
}
