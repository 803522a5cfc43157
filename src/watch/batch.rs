//! Changes gathered to what is to be judged, and when: a file that was saved whole at once, one that is still being written
//! or was taken away a moment later, and very many as one look at everything. It reads nothing, not even the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::check::Concern;

/// What happened to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// It was closed after writing, or put into its place.
    Whole,
    /// It was written to, and whoever does so may not have ended.
    Part,
    /// It was taken away, and may come back at once, as editors do.
    Gone,
    /// A folder came.
    Folder,
}

/// How long a file rests after it was written to that nobody said was whole.
const PART: Duration = Duration::from_millis(if cfg!(target_os = "linux") { 50 } else { 12 });
/// How long what was taken away is waited for.
const GONE: Duration = Duration::from_millis(30);
/// How long a clue waits that was judged a moment ago.
const AGAIN: Duration = Duration::from_millis(60);
/// How long nothing is waited for any longer.
const LONGEST: Duration = Duration::from_millis(500);
/// A new folder is looked at again: what came into it before it was watched told nobody.
const FOLDER: Duration = Duration::from_millis(300);
/// So many at once are one look at everything, when they have come to rest.
const MANY: usize = 100;
const REST: Duration = Duration::from_millis(150);
const LONGEST_REST: Duration = Duration::from_secs(3);
/// How long what is held waits until it is asked again.
const HOLD: Duration = Duration::from_millis(20);
/// A file that was written to and never closed is taken to be whole.
const WRITING: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
struct Waiting {
    since: Instant,
    due: Instant,
}

/// What is waited for.
#[derive(Default)]
pub(super) struct Batch {
    waiting: BTreeMap<Concern, Waiting>,
    /// When everything is to be looked at.
    everything: Option<Waiting>,
    /// When each was judged last, as long as that matters.
    judged: BTreeMap<Concern, Instant>,
    /// Files that were written to and not closed yet, by what they belong to.
    writing: BTreeMap<String, (Concern, Instant)>,
}

/// What is to be judged now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) everything: bool,
    pub(super) concerns: BTreeSet<Concern>,
}

impl Batch {
    /// Takes a change of a path that belongs to something.
    pub(super) fn add(&mut self, path: &str, concern: &Concern, deed: Deed, now: Instant) {
        if *concern == Concern::Nothing {
            return;
        }
        match deed {
            Deed::Part => {
                let entry = (concern.clone(), now);
                self.writing.insert(path.to_owned(), entry);
            }
            Deed::Whole | Deed::Gone => {
                self.writing.remove(path);
            }
            Deed::Folder => {}
        }
        if let Some(everything) = &mut self.everything {
            everything.due = (now + REST).min(everything.since + LONGEST_REST);
            return;
        }
        let again = self.judged.get(concern).map(|last| *last + AGAIN);
        let rest = match deed {
            Deed::Whole => Duration::ZERO,
            Deed::Part => PART,
            Deed::Gone => GONE,
            Deed::Folder => Duration::from_millis(5),
        };
        let due = (now + rest).max(again.unwrap_or(now));
        let waiting = self
            .waiting
            .entry(concern.clone())
            .or_insert(Waiting { since: now, due });
        waiting.due = match deed {
            // Whatever else came before it, now it is whole.
            Deed::Whole | Deed::Folder => waiting.due.min(due),
            Deed::Part | Deed::Gone => due.min(waiting.since + LONGEST),
        };
        if self.waiting.len() > MANY {
            self.look(now);
        }
    }

    /// Everything is to be looked at when what happens has come to rest.
    pub(super) fn look(&mut self, now: Instant) {
        self.waiting.clear();
        let since = self.everything.map_or(now, |everything| everything.since);
        let due = (now + REST).min(since + LONGEST_REST);
        self.everything = Some(Waiting { since, due });
    }

    /// What was judged as a new folder is judged once more.
    pub(super) fn again(&mut self, concern: &Concern, now: Instant) {
        let due = now + FOLDER;
        self.waiting
            .entry(concern.clone())
            .or_insert(Waiting { since: now, due });
    }

    /// When the next of what is waited for is due.
    pub(super) fn next(&self) -> Option<Instant> {
        match self.everything {
            Some(everything) => Some(everything.due),
            None => self.waiting.values().map(|waiting| waiting.due).min(),
        }
    }

    /// Takes what is due.
    pub(super) fn take(&mut self, now: Instant) -> Ready {
        if let Some(everything) = self.everything {
            if everything.due > now {
                return Ready::default();
            }
            // Whoever is still writing goes on.
            let writing = std::mem::take(&mut self.writing);
            *self = Self {
                writing,
                ..Self::default()
            };
            return Ready {
                everything: true,
                concerns: BTreeSet::new(),
            };
        }
        let mut ready = Ready::default();
        self.waiting.retain(|concern, waiting| {
            let is_due = waiting.due <= now;
            if is_due {
                ready.concerns.insert(concern.clone());
            }
            !is_due
        });
        self.judged.retain(|_, last| *last + AGAIN > now);
        for concern in &ready.concerns {
            self.judged.insert(concern.clone(), now);
        }
        ready
    }

    /// Lets the look at everything wait, but not for ever; nothing where none is due.
    pub(super) fn postpone(&mut self, now: Instant, longest: Duration) {
        if let Some(everything) = &mut self.everything
            && everything.due <= now
            && everything.since + longest > now
        {
            everything.due = now + REST;
        }
    }

    /// Lets what is due wait, but not for ever.
    pub(super) fn hold(&mut self, now: Instant, longest: Duration) {
        for waiting in self.waiting.values_mut() {
            if waiting.due <= now && waiting.since + longest > now {
                waiting.due = now + HOLD;
            }
        }
    }

    /// Whether a file of it was written to and is not closed yet.
    pub(super) fn is_being_written(&self, concern: &Concern, now: Instant) -> bool {
        let mut writing = self.writing.values();
        writing.any(|(own, last)| own == concern && *last + WRITING > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clue() -> Concern {
        Concern::Clue("clues/2026/11-23/20261123-k7qd".to_owned())
    }

    fn after(begin: Instant, milliseconds: u64) -> Instant {
        begin + Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_is_whole_is_judged_at_once_and_then_not_too_often() {
        let (mut batch, begin) = (Batch::default(), Instant::now());
        batch.add("a", &clue(), Deed::Part, begin);
        assert_eq!(batch.take(after(begin, 1)), Ready::default());
        assert!(batch.is_being_written(&clue(), begin));
        batch.add("a", &clue(), Deed::Whole, after(begin, 2));
        assert_eq!(batch.take(after(begin, 2)).concerns.len(), 1);
        assert!(!batch.is_being_written(&clue(), begin));
        batch.add("a", &clue(), Deed::Whole, after(begin, 3));
        assert_eq!(batch.take(after(begin, 4)), Ready::default());
        assert_eq!(batch.take(after(begin, 70)).concerns.len(), 1);
        assert_eq!(batch.next(), None);
    }

    #[test]
    fn what_is_taken_away_is_waited_for() {
        let (mut batch, begin) = (Batch::default(), Instant::now());
        batch.add("a", &clue(), Deed::Gone, begin);
        assert_eq!(batch.take(after(begin, 29)), Ready::default());
        assert_eq!(batch.take(after(begin, 30)).concerns.len(), 1);
    }

    #[test]
    fn somebody_who_writes_for_ever_is_looked_at_now_and_then() {
        let (mut batch, begin) = (Batch::default(), Instant::now());
        let mut judged = 0;
        for step in 0..100 {
            let now = after(begin, step * 10);
            batch.add("a", &clue(), Deed::Part, now);
            judged += batch.take(now).concerns.len();
        }
        assert!((1..=3).contains(&judged), "{judged}");
    }

    #[test]
    fn what_is_held_waits_and_not_for_ever() {
        let (mut batch, begin) = (Batch::default(), Instant::now());
        batch.add("a", &clue(), Deed::Whole, begin);
        let longest = Duration::from_secs(1);
        batch.hold(begin, longest);
        assert_eq!(batch.take(begin), Ready::default());
        batch.hold(after(begin, 999), longest);
        assert_eq!(batch.take(after(begin, 999)), Ready::default());
        batch.hold(after(begin, 1_500), longest);
        assert_eq!(batch.take(after(begin, 1_500)).concerns.len(), 1);
    }

    #[test]
    fn very_many_are_one_look() {
        let (mut batch, begin) = (Batch::default(), Instant::now());
        for index in 0..2_000_u64 {
            let concern = Concern::Clue(format!("clue {index}"));
            batch.add("a", &concern, Deed::Whole, after(begin, index / 10));
        }
        batch.again(&clue(), begin);
        batch.add("b", &clue(), Deed::Part, after(begin, 200));
        assert!(
            batch.next() > Some(after(begin, 200)),
            "nothing else is due"
        );
        let ready = batch.take(after(begin, 1_000));
        assert!(batch.is_being_written(&clue(), after(begin, 1_000)));
        assert!(ready.everything && ready.concerns.is_empty());
        assert_eq!(batch.next(), None);
    }
}
