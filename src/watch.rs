//! Watching a folder: every change is judged the moment it is saved, and what is known of the folder is always current.
//!
//! `source` tells what happened, `batch` says when what is to be judged, `state` judges and knows; here is the loop that
//! brings them together: `following` says what is watched, `judging` has judged what is due, `committing` commits valid edits
//! where that is wanted. What is thought of a clue is told only where its
//! bytes or its findings are other than before: so its own commits, backups and repeated saves are nothing new.
//! It prints nothing, and ends when it is told to.

mod batch;
mod committing;
mod entries;
mod following;
mod judging;
mod source;
mod state;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

pub use state::State;
pub use verdict::Verdict;

use batch::{Batch, Deed};
use source::{Message, NoNotice, Notice};

use crate::check::{Concern, concern_of};
use crate::engine::{Engine, Failure, find_root, usable};
use crate::files::DiskFiles;
use crate::git::{Environment, Repository};
use crate::text::Bilingual;
use crate::time::Timestamp;

/// How often somebody looks whether there is something to do besides what the system tells.
const TICK: Duration = Duration::from_millis(500);
/// Closed clues are not watched one by one: everything is looked at this often.
const FULL_LOOK: Duration = Duration::from_secs(300);
/// How many messages are taken before it is judged what they are about.
const AT_ONCE: usize = 20_000;
/// How often deadlines are counted anew.
const COUNT: Duration = Duration::from_secs(60);
/// How long git's folder rests before it is asked where HEAD stands.
const GIT_REST: Duration = Duration::from_millis(100);
/// How often an edit that something stands in the way of is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// How long a step that is being published is waited for before its clue is judged.
const LONGEST_STEP: Duration = Duration::from_secs(2);
/// How long a folder is gone before it is asked whether it was committed.
const VANISHED: Duration = Duration::from_millis(500);
/// How long a command of git is waited for before everything is looked at.
const LONGEST_GIT: Duration = Duration::from_secs(20);

/// How long the whole folder may be away.
const GONE_FOR_GOOD: Duration = Duration::from_secs(2);

/// What is wanted.
pub struct Options {
    /// Look at everything this often, instead of being told of changes by the system.
    pub poll: Option<Duration>,
    /// Commit valid edits that were quiet for so long.
    pub commit: Option<Duration>,
    pub environment: Environment,
}

/// Why everything is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The system lost events.
    Lost,
    /// Very much changed at once.
    Many,
}

/// Why changes are looked for, instead of being told by the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polling {
    Wanted,
    TooFewWatches,
    Failed(String),
}

/// What is new; `State` holds the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Everything was judged for the first time.
    Ready,
    /// The clue in this folder was judged anew.
    Clue(String),
    /// The clue in this folder is gone.
    Gone(String),
    /// What is wrong with this entry of the register, or this path, is new.
    Beside(String),
    /// The rules changed.
    World,
    /// Everything is looked at again.
    Look(Why),
    /// It was looked at.
    Looked,
    /// The system does not tell of changes, and they are looked for.
    Polling(Polling),
    /// An edit became a commit.
    Committed {
        folder: String,
        commit: String,
        subject: String,
        paths: Vec<String>,
    },
    /// An edit of the clue in this folder, or of this file of the rules, waits.
    Waits(String),
    /// It waits no longer.
    Free(String),
    /// Nothing is new; time goes on.
    Tick,
    /// It ends.
    Stopped,
}

/// Why an edit waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is a file of the rules, which a person commits.
    Rules,
    /// Committed files are gone; these, by their paths below the repository's folder.
    Removed {
        paths: Vec<String>,
        /// Whether nothing of the clue is left.
        is_whole: bool,
    },
    /// It breaks the rules.
    Invalid(Vec<crate::diagnostic::Diagnostic>),
    /// Something else, in words; a key for programs.
    Other(&'static str, Bilingual),
}

/// What is shown: what is known, and which edits wait, by folder or path.
pub struct View<'a> {
    pub state: &'a State,
    pub waits: &'a BTreeMap<String, Wait>,
    /// Which of them changed since, and are looked at again in a moment.
    pub again: &'a BTreeMap<String, Instant>,
    /// Whether valid edits are committed.
    pub commits: bool,
    /// On the organisation's clock.
    pub now: Timestamp,
    pub polling: Option<&'a Polling>,
}

/// Ends a watch from outside, as on Ctrl-C.
#[derive(Clone)]
pub struct Stop {
    sender: Sender<Message>,
    is_stopped: Arc<AtomicBool>,
}

impl Stop {
    /// Lets the watch end; more than once does no harm.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        let _ = self.sender.send(Message::Stop);
    }
}

/// A folder that is watched.
pub struct Watch<'a> {
    root: PathBuf,
    /// git's own folder, where there is one.
    git_folder: Option<PathBuf>,
    /// What tells the folder from another one in its place, where the system knows such a thing.
    identity: Option<(u64, u64)>,
    /// Since when the folder is not there.
    missing: Option<Instant>,
    options: Options,
    clock: &'a dyn Fn() -> Timestamp,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    state: State,
    batch: Batch,
    notice: Option<Notice>,
    polling: Option<Polling>,
    /// Folders of clues that came or went, and are to be watched anew.
    anew: BTreeSet<String>,
    dates: BTreeSet<String>,
    head: Option<String>,
    git: Option<Instant>,
    waits: BTreeMap<String, Wait>,
    /// When each clue was edited last, and when its edit is tried next.
    edited: BTreeMap<String, Instant>,
    /// Edits that wait and changed since, or around which something did, and when they are looked at again.
    again: BTreeMap<String, Instant>,
    /// Folders of clues that are gone, and since when.
    vanished: BTreeMap<String, Instant>,
    looked: Instant,
    /// Whether it was told to stop, also while it judges everything for the first time.
    is_stopped: Arc<AtomicBool>,
    /// When deadlines were counted last.
    counted: Instant,
    /// Folders of clues that are watched.
    watched: BTreeSet<String>,
}

impl<'a> Watch<'a> {
    /// Takes the repository that a folder belongs to. `clock` gives the moment as of which deadlines are looked at and
    /// edits are committed.
    pub fn open(
        start: &Path,
        options: Options,
        clock: &'a dyn Fn() -> Timestamp,
    ) -> Result<Self, Failure> {
        usable(start)?;
        let Some(root) = find_root(start) else {
            // It says what is missing.
            return Err(Engine::open(start).err().unwrap_or(Failure::Usage {
                message: Bilingual::new("there is no clue repository", "没有线索仓库"),
                remedy: None,
            }));
        };
        let repository = Repository::discover(&root)?;
        let modes = repository.as_ref().is_none_or(Repository::trusts_modes);
        let files = DiskFiles::new(&root).with_modes(modes);
        if options.commit.is_some() {
            // Who commits must be known before anything is.
            Engine::open(&root)?.actor(&options.environment, clock())?;
        }
        let (sender, receiver) = channel();
        Ok(Self {
            state: State::new(files, clock()),
            identity: identity(&root),
            missing: None,
            root,
            git_folder: repository.map(|repository| {
                let folder = repository.git_folder();
                folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
            }),
            options,
            clock,
            sender,
            receiver,
            batch: Batch::default(),
            notice: None,
            polling: None,
            anew: BTreeSet::new(),
            dates: BTreeSet::new(),
            head: None,
            git: None,
            waits: BTreeMap::new(),
            edited: BTreeMap::new(),
            again: BTreeMap::new(),
            vanished: BTreeMap::new(),
            looked: Instant::now(),
            is_stopped: Arc::default(),
            counted: Instant::now(),
            watched: BTreeSet::new(),
        })
    }

    /// What ends it.
    pub fn stop(&self) -> Stop {
        Stop {
            sender: self.sender.clone(),
            is_stopped: Arc::clone(&self.is_stopped),
        }
    }

    /// Watches until it is told to stop, or `tell`, which is given everything that is new, answers that nobody listens.
    pub fn run(mut self, tell: &mut dyn FnMut(&View<'_>, &[Told]) -> bool) -> Result<(), Failure> {
        let mut told = Vec::new();
        self.begin(&mut told);
        if self.is_stopped.load(Ordering::Relaxed) {
            self.tell(tell, &[Told::Stopped]);
            return Ok(());
        }
        told.push(Told::Ready);
        self.uncommitted(&mut told)?;
        if !self.tell(tell, &told) {
            return Ok(());
        }
        loop {
            let mut told = Vec::new();
            let now = Instant::now();
            let due = [self.batch.next(), self.git.map(|since| since + GIT_REST)];
            let due = due.into_iter().flatten().min();
            let wait = due.map_or(TICK, |due| due.saturating_duration_since(now).min(TICK));
            match self.receiver.recv_timeout(wait) {
                Ok(message) => {
                    if self.take(message, &mut told) {
                        self.tell(tell, &[Told::Stopped]);
                        return Ok(());
                    }
                    // Whatever came meanwhile belongs to the same batch.
                    for _ in 0..AT_ONCE {
                        let Ok(message) = self.receiver.try_recv() else {
                            break;
                        };
                        if self.take(message, &mut told) {
                            self.tell(tell, &[Told::Stopped]);
                            return Ok(());
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if self.is_elsewhere() {
                self.tell(tell, &[Told::Stopped]);
                return Err(gone(&self.root));
            }
            // A clue that came a moment ago is not judged as of a moment before.
            self.state.since((self.clock)());
            self.judge(&mut told);
            self.follow_head(&mut told);
            self.vanished(&mut told);
            self.commit(&mut told);
            if self.counted.elapsed() > COUNT {
                self.counted = Instant::now();
                self.state.at((self.clock)());
            }
            if told.is_empty() {
                if wait < TICK {
                    continue;
                }
                told.push(Told::Tick);
            }
            if !self.tell(tell, &told) {
                return Ok(());
            }
        }
    }

    /// Whether the folder was removed for good, or another one took its place: no notice comes of that one.
    fn is_elsewhere(&mut self) -> bool {
        if self.identity.is_none() {
            return false;
        }
        match identity(&self.root) {
            None => self.missing.get_or_insert_with(Instant::now).elapsed() > GONE_FOR_GOOD,
            now => {
                self.missing = None;
                now != self.identity
            }
        }
    }

    fn tell(&self, tell: &mut dyn FnMut(&View<'_>, &[Told]) -> bool, told: &[Told]) -> bool {
        let view = View {
            state: &self.state,
            waits: &self.waits,
            again: &self.again,
            commits: self.options.commit.is_some(),
            now: self.state.on_the_clock((self.clock)()),
            polling: self.polling.as_ref(),
        };
        tell(&view, told)
    }

    /// Takes a message; gives whether it is the last one.
    fn take(&mut self, message: Message, told: &mut Vec<Told>) -> bool {
        let now = Instant::now();
        match message {
            Message::Stop => return true,
            Message::Lost => {
                told.push(Told::Look(Why::Lost));
                self.batch.look(now);
            }
            Message::TooFew => self.poll_instead(NoNotice::TooFew, told),
            Message::Failed(why) => self.poll_instead(NoNotice::Failed(why), told),
            Message::Git => self.git = Some(now),
            Message::Changed(path, deed) => {
                let concern = concern_of(&path);
                match &concern {
                    Concern::Clue(folder) if *folder == path => {
                        self.anew.insert(folder.clone());
                        // Else a folder that is put into its place would have to be closed to be whole.
                        let deed = if deed == Deed::Part {
                            Deed::Folder
                        } else {
                            deed
                        };
                        self.batch.add(&path, &concern, deed, now);
                        return false;
                    }
                    // Which files there are in a place is looked at as a whole.
                    Concern::Place(path) if path != "register" => {
                        let clues = Concern::Place("clues".to_owned());
                        self.batch.add(path, &clues, deed, now);
                        return false;
                    }
                    Concern::Entry(path) if deed == Deed::Folder => {
                        self.anew.insert(path.clone());
                    }
                    Concern::World if deed == Deed::Folder => {
                        self.watch(path.split('/').next().unwrap_or(&path), true, told);
                    }
                    Concern::Nothing => return false,
                    _ => {}
                }
                self.batch.add(&path, &concern, deed, now);
            }
        }
        false
    }
}

/// Device and number of a folder; none where it is not there, or the system has no such thing.
#[cfg(unix)]
fn identity(folder: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(folder).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

fn gone(root: &Path) -> Failure {
    let shown = root.display();
    Failure::Environment {
        message: Bilingual::new(
            format!("{shown} was removed or replaced by another folder"),
            format!("{shown} 已被删除，或被另一个目录取代"),
        ),
        remedy: Some(Bilingual::new(
            "start clue watch again in the folder that is to be watched",
            "请在要跟踪的目录中重新执行 clue watch",
        )),
    }
}
