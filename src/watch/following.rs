//! What is watched: git's folder, the rules, the register, folders of dates, and each clue that is not closed; and what is
//! done where the system has no more watches. It judges nothing.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::watch::source::{NoNotice, Notice};
use crate::watch::state::date_folders;
use crate::watch::{Polling, Told, Watch};

impl Watch<'_> {
    /// Judges everything, and has all that is live watched while it does so. What changed in between is seen afterwards.
    pub(super) fn begin(&mut self, told: &mut Vec<Told>) {
        self.head = self.head_now();
        if self.options.poll.is_some() {
            self.polling = Some(Polling::Wanted);
            told.push(Told::Polling(Polling::Wanted));
            self.state.begin(&|_| {}, &self.is_stopped);
            return;
        }
        let git_folder = self.git_folder.clone();
        let notice = Notice::begin(&self.root, git_folder.as_deref(), self.sender.clone());
        let notice = notice.and_then(|mut notice| {
            if let Some(folder) = &git_folder {
                notice.watch_git(folder)?;
            }
            notice.watch("", false)?;
            for folder in ["schema", "calendar", "register"] {
                if self.root.join(folder).is_dir() {
                    notice.watch(folder, true)?;
                }
            }
            for folder in date_folders(self.state.files()) {
                notice.watch(&folder, false)?;
                self.dates.insert(folder);
            }
            Ok(notice)
        });
        let notice = match notice {
            Ok(notice) => notice,
            Err(fault) => {
                self.state.begin(&|_| {}, &self.is_stopped);
                self.poll_instead(fault, told);
                return;
            }
        };
        let (live, folders) = channel::<String>();
        let live = Mutex::new(live);
        let (state, is_stopped) = (&mut self.state, &self.is_stopped);
        let watched = std::thread::scope(|scope| {
            let watcher = scope.spawn(move || {
                let mut notice = notice;
                let mut watched = BTreeSet::new();
                for folder in folders {
                    notice.watch(&folder, true)?;
                    watched.insert(folder);
                }
                Ok((notice, watched))
            });
            state.begin(
                &|folder| {
                    if let Ok(live) = live.lock() {
                        // Where no more can be watched, nobody listens.
                        let _ = live.send(folder.to_owned());
                    }
                },
                is_stopped,
            );
            drop(live);
            watcher
                .join()
                .unwrap_or_else(|_| Err(NoNotice::Failed("a thread failed".to_owned())))
        });
        match watched {
            Ok((notice, watched)) => {
                self.notice = Some(notice);
                self.watched = watched;
            }
            Err(fault) => self.poll_instead(fault, told),
        }
        // What changed before it was watched.
        self.state.look(&mut Vec::new());
    }

    pub(super) fn poll_instead(&mut self, fault: NoNotice, told: &mut Vec<Told>) {
        self.notice = None;
        if self.polling.is_some() {
            return;
        }
        let polling = match fault {
            NoNotice::TooFew => Polling::TooFewWatches,
            NoNotice::Failed(why) => Polling::Failed(why),
        };
        self.options.poll.get_or_insert(Duration::from_secs(2));
        self.polling = Some(polling.clone());
        told.push(Told::Polling(polling));
    }

    pub(super) fn watch(&mut self, path: &str, deep: bool, told: &mut Vec<Told>) {
        if let Some(notice) = &mut self.notice
            && let Err(fault) = notice.watch(path, deep)
        {
            self.poll_instead(fault, told);
        }
    }

    pub(super) fn watch_clue(&mut self, folder: &str, told: &mut Vec<Told>) {
        if self.root.join(folder).is_dir() {
            self.watched.insert(folder.to_owned());
            self.watch(folder, true, told);
        }
    }

    pub(super) fn forget(&mut self, folder: &str) {
        self.watched.remove(folder);
        if let Some(notice) = &mut self.notice {
            notice.forget(folder);
        }
    }

    /// Folders of dates are watched before it is looked what lies in them.
    pub(super) fn watch_dates(&mut self, told: &mut Vec<Told>) {
        if self.notice.is_none() {
            return;
        }
        let there: BTreeSet<String> = date_folders(self.state.files()).into_iter().collect();
        for folder in &there {
            self.watch(folder, false, told);
        }
        for gone in self.dates.difference(&there) {
            if let Some(notice) = &mut self.notice {
                notice.forget(gone);
            }
        }
        self.dates = there;
    }
}
