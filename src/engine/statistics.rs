//! Statistics: every clue read and reduced to what counts, in parallel, and the tables made of that.
//! It counts nothing itself.

use crate::engine::{Engine, Failure};
use crate::statistics::{Fact, Imprint, Question, Statistics};
use crate::text::Language;
use crate::time::Timestamp;

impl Engine {
    /// The statistics of the clues as they lie in the folder, their clocks looked at as of a moment.
    pub fn statistics(&self, question: &Question, now: Timestamp) -> Statistics {
        let world = self.world();
        let read =
            self.each_case(
                |case, _| match Fact::of(world, &case, &self.clocks(&case), now) {
                    Some(fact) => Ok(fact),
                    None => Err(case.has_unreadable_card()),
                },
            );
        let unreadable = read.iter().filter(|fact| **fact == Err(true)).count();
        let facts: Vec<Fact> = read.into_iter().filter_map(Result::ok).collect();
        Statistics::of(world, &facts, unreadable, question)
    }

    /// What statistics say of where and when they were made.
    pub fn imprint(&self, now: Timestamp, language: Language) -> Result<Imprint, Failure> {
        Ok(Imprint {
            organisation: self.world().organisation.name.clone(),
            moment: now,
            commit: self.head(),
            language,
        })
    }

    /// Renders statistics as one self-contained HTML page.
    pub fn statistics_html(
        &self,
        statistics: &Statistics,
        imprint: &Imprint,
    ) -> Result<String, Failure> {
        statistics
            .html(imprint, self.templates())
            .map_err(|found| Failure::Findings(vec![found]))
    }
}
