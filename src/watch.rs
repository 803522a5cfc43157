//! Watching a folder: every change is judged the moment it is saved, and what is known of the folder is always current.
//!
//! `source` tells what happened, `batch` says when what is to be judged, `state` judges and knows; here is the loop that
//! brings them together, and commits valid edits where that is wanted. What is thought of a clue is told only where its
//! bytes or its findings are other than before: so its own commits, backups and repeated saves are nothing new.
//! It prints nothing, and ends when it is told to.

mod batch;
mod source;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use state::{State, Verdict};

use batch::{Batch, Deed};
use source::{Message, NoNotice, Notice};
use state::date_folders;

use crate::case::id_of;
use crate::check::{Concern, concern_of};
use crate::engine::{Edit, EditWait, Engine, Failure, find_root, usable};
use crate::files::{DiskFiles, join};
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
/// How long a command of git is waited for before everything is looked at.
const LONGEST_GIT: Duration = Duration::from_secs(20);

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
#[derive(Clone, Debug)]
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
}

/// Why an edit waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is a file of the rules, which a person commits.
    Rules,
    /// It breaks the rules.
    Invalid(Vec<crate::diagnostic::Diagnostic>),
    /// Something else, in words; a key for programs.
    Other(&'static str, Bilingual),
}

/// What is shown: what is known, and which edits wait, by folder or path.
pub struct View<'a> {
    pub state: &'a State,
    pub waits: &'a BTreeMap<String, Wait>,
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
                        return Ok(());
                    }
                    // Whatever came meanwhile belongs to the same batch.
                    for _ in 0..AT_ONCE {
                        let Ok(message) = self.receiver.try_recv() else {
                            break;
                        };
                        if self.take(message, &mut told) {
                            return Ok(());
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            self.judge(&mut told);
            self.follow_head(&mut told);
            self.commit(&mut told);
            if told.is_empty() {
                if wait < TICK {
                    continue;
                }
                if self.counted.elapsed() > COUNT {
                    self.counted = Instant::now();
                    self.state.at((self.clock)());
                }
                told.push(Told::Tick);
            }
            if !self.tell(tell, &told) {
                return Ok(());
            }
        }
    }

    fn tell(&self, tell: &mut dyn FnMut(&View<'_>, &[Told]) -> bool, told: &[Told]) -> bool {
        let view = View {
            state: &self.state,
            waits: &self.waits,
            polling: self.polling.as_ref(),
        };
        tell(&view, told)
    }

    /// Judges everything, and has all that is live watched while it does so. What changed in between is seen afterwards.
    fn begin(&mut self, told: &mut Vec<Told>) {
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

    fn poll_instead(&mut self, fault: NoNotice, told: &mut Vec<Told>) {
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

    fn watch(&mut self, path: &str, deep: bool, told: &mut Vec<Told>) {
        if let Some(notice) = &mut self.notice
            && let Err(fault) = notice.watch(path, deep)
        {
            self.poll_instead(fault, told);
        }
    }

    fn watch_clue(&mut self, folder: &str, told: &mut Vec<Told>) {
        if self.root.join(folder).is_dir() {
            self.watched.insert(folder.to_owned());
            self.watch(folder, true, told);
        }
    }

    fn forget(&mut self, folder: &str) {
        self.watched.remove(folder);
        if let Some(notice) = &mut self.notice {
            notice.forget(folder);
        }
    }

    /// Judges what is due.
    fn judge(&mut self, told: &mut Vec<Told>) {
        let now = Instant::now();
        if let Some(poll) = self.options.poll
            && now >= self.looked + poll
        {
            self.look(told);
        } else if now >= self.looked + FULL_LOOK {
            self.look(told);
        }
        // A checkout is one change, and not thousands.
        if self.git_is_working() {
            self.batch.postpone(now, LONGEST_GIT);
        }
        let ready = self.batch.take(now);
        if ready.everything {
            if !told.iter().any(|one| matches!(one, Told::Look(_))) {
                told.push(Told::Look(Why::Many));
            }
            self.look(told);
            told.push(Told::Looked);
        }
        for concern in &ready.concerns {
            let before = told.len();
            match concern {
                Concern::World => self.state.rules(told),
                Concern::Place(path) => {
                    self.watch_dates(told);
                    self.state.places(told);
                    if path == "register" {
                        if self.root.join(path).is_dir() {
                            self.watch(path, true, told);
                        }
                        self.state.entry(path, told);
                    }
                }
                Concern::Clue(folder) => {
                    if self.anew.remove(folder) {
                        // It is watched before it is read, and read again: what came in between told nobody.
                        self.watch_clue(folder, told);
                        self.batch.again(concern, now);
                    }
                    self.state.clue(folder, told);
                    let verdict = self.state.clues.get(folder);
                    if verdict.is_some_and(Verdict::is_under_way) {
                        self.batch.again(concern, now);
                    }
                }
                Concern::Entry(path) => {
                    if self.anew.remove(path) {
                        self.batch.again(concern, now);
                    }
                    self.state.entry(path, told);
                }
                Concern::Nothing => {}
            }
            for folder in self.after(before, told, now) {
                self.batch.again(&Concern::Clue(folder), now);
            }
        }
    }

    /// Looks at everything.
    fn look(&mut self, told: &mut Vec<Told>) {
        self.watch_dates(told);
        if self.notice.is_some() && self.root.join("register").is_dir() {
            self.watch("register", true, told);
        }
        for folder in std::mem::take(&mut self.anew) {
            if id_of(&folder).is_some() {
                self.watch_clue(&folder, told);
            }
        }
        // What came before it was watched told nobody; whoever brings ever more is followed later.
        for _ in 0..3 {
            let from = told.len();
            self.state.look(told);
            for one in &told[from..] {
                if let Told::Clue(folder) = one {
                    self.watched.remove(folder);
                }
            }
            if self.after(from, told, Instant::now()).is_empty() {
                break;
            }
            self.watch_dates(told);
        }
        if self.notice.is_none() {
            // Nothing tells of git's folder either.
            self.git.get_or_insert(Instant::now());
        }
        self.looked = Instant::now();
    }

    /// Folders of dates are watched before it is looked what lies in them.
    fn watch_dates(&mut self, told: &mut Vec<Told>) {
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

    /// What follows from what was judged: what is to be watched, and which edits there are. Gives the clues that are watched
    /// only from now on.
    fn after(&mut self, from: usize, told: &mut Vec<Told>, now: Instant) -> Vec<String> {
        let mut anew = Vec::new();
        let news = told[from..].to_vec();
        for one in news {
            match one {
                Told::Clue(folder) => {
                    let verdict = self.state.clues.get(&folder);
                    let is_live = verdict.is_some_and(|verdict| !verdict.is_closed);
                    if is_live && self.notice.is_some() && !self.watched.contains(&folder) {
                        self.watch_clue(&folder, told);
                        anew.push(folder.clone());
                    } else if !is_live && self.watched.contains(&folder) {
                        self.forget(&folder);
                    }
                    if verdict_is_fresh(self.state.clues.get(&folder)) {
                        self.edited.insert(folder, now);
                    }
                }
                Told::Gone(folder) => {
                    self.forget(&folder);
                    self.anew.remove(&folder);
                    if self.waits.remove(&folder).is_some() {
                        told.push(Told::Free(folder.clone()));
                    }
                    self.edited.insert(folder, now);
                }
                Told::World => {
                    // What is valid now, and what waits, is found out anew.
                    self.git.get_or_insert(now);
                }
                _ => {}
            }
        }
        anew
    }

    fn git_is_working(&self) -> bool {
        let folder = self.git_folder.as_ref();
        folder.is_some_and(|folder| folder.join("index.lock").exists())
    }

    fn head_now(&self) -> Option<String> {
        let repository = Repository::discover(&self.root).ok().flatten()?;
        let head = repository.head().ok()?;
        head.commit().map(str::to_owned)
    }

    /// Where HEAD moved, the clues that differ are judged: also those that nobody watches.
    fn follow_head(&mut self, told: &mut Vec<Told>) {
        let now = Instant::now();
        if self.git.is_none_or(|since| since + GIT_REST > now) {
            return;
        }
        self.git = None;
        let head = self.head_now();
        if head != self.head {
            let between = match (&self.head, &head) {
                (Some(old), Some(new)) => Engine::open(&self.root)
                    .and_then(|engine| engine.clues_between(old, new))
                    .ok(),
                _ => None,
            };
            self.head = head;
            let before = told.len();
            match between {
                Some(folders) => {
                    for folder in folders {
                        self.state.clue(&folder, told);
                    }
                }
                None => self.state.look(told),
            }
            for folder in self.after(before, told, now) {
                self.batch.again(&Concern::Clue(folder), now);
            }
        }
        if self.options.commit.is_some() {
            for folder in self.waits.keys().filter(|path| id_of(path).is_some()) {
                self.edited.entry(folder.clone()).or_insert(now);
            }
            self.rules_wait(told);
        }
    }

    /// What differs from the last commit when the watch begins.
    fn uncommitted(&mut self, told: &mut Vec<Told>) -> Result<(), Failure> {
        if self.options.commit.is_none() || self.state.is_broken {
            return Ok(());
        }
        let now = Instant::now();
        for path in Engine::open(&self.root)?.uncommitted()? {
            if let Concern::Clue(folder) = concern_of(&path) {
                self.edited.insert(folder, now);
            }
        }
        self.rules_wait(told);
        Ok(())
    }

    /// Files of the rules that are not as they were committed wait for a person.
    fn rules_wait(&mut self, told: &mut Vec<Told>) {
        let Ok(Some(repository)) = Repository::discover(&self.root) else {
            return;
        };
        let prefix = repository.prefix(&self.root);
        let full = |path: &str| {
            if prefix.is_empty() {
                path.to_owned()
            } else {
                join(&prefix, path)
            }
        };
        let files = self.state.files();
        let head = repository.head().ok();
        let head = head.as_ref().and_then(|head| head.commit());
        let mut paths = vec!["organisation.yaml".to_owned(), "workflow.yaml".to_owned()];
        for folder in ["schema", "calendar"] {
            use crate::files::Files;
            let walked = files.walk(folder).unwrap_or_default();
            paths.extend(walked.into_iter().map(|(path, _)| path));
        }
        let mut waiting = BTreeSet::new();
        for path in paths {
            use crate::files::Files;
            let bytes = files.read(&path, u64::MAX - 1).ok().flatten();
            let own = bytes.and_then(|bytes| Repository::blob_id(&bytes).ok());
            let known = head.and_then(|head| repository.file_id(head, &full(&path)).ok().flatten());
            if own != known {
                waiting.insert(path);
            }
        }
        let known: Vec<String> = self.waits.keys().cloned().collect();
        for path in known {
            if self.waits.get(&path) == Some(&Wait::Rules) && !waiting.contains(&path) {
                self.waits.remove(&path);
                told.push(Told::Free(path));
            }
        }
        for path in waiting {
            if self.waits.insert(path.clone(), Wait::Rules) != Some(Wait::Rules) {
                told.push(Told::Waits(path));
            }
        }
    }

    /// Commits edits that were quiet long enough.
    fn commit(&mut self, told: &mut Vec<Told>) {
        let Some(quiet) = self.options.commit else {
            self.edited.clear();
            return;
        };
        if self.edited.is_empty() || self.state.is_broken {
            return;
        }
        let now = Instant::now();
        let due: Vec<String> = self
            .edited
            .iter()
            .filter(|(_, since)| **since + quiet <= now)
            .map(|(folder, _)| folder.clone())
            .collect();
        if due.is_empty() {
            return;
        }
        let engine = match Engine::open(&self.root) {
            Ok(engine) => engine,
            Err(_) => return,
        };
        for folder in due {
            let is_writing = self
                .batch
                .is_being_written(&Concern::Clue(folder.clone()), now);
            let edit = if is_writing {
                Ok(Edit::Waits(EditWait::Busy))
            } else {
                engine.commit_edit(&folder, &self.options.environment, (self.clock)())
            };
            self.edited.remove(&folder);
            let wait = match edit {
                Ok(Edit::Same) => None,
                Ok(Edit::Committed {
                    commit,
                    subject,
                    paths,
                }) => {
                    self.head = Some(commit.clone());
                    told.push(Told::Committed {
                        folder: folder.clone(),
                        commit,
                        subject,
                        paths,
                    });
                    None
                }
                Ok(Edit::Waits(wait)) => {
                    if matches!(
                        wait,
                        EditWait::Busy | EditWait::InProgress(_) | EditWait::Detached
                    ) {
                        // As if it had been saved just so long ago that it is tried again soon.
                        let next = (now + TRY_AGAIN).checked_sub(quiet).unwrap_or(now);
                        self.edited.insert(folder.clone(), next);
                    }
                    Some(wait_of(wait))
                }
                Err(failure) => Some(failed(&failure)),
            };
            match wait {
                None => {
                    if self.waits.remove(&folder).is_some() {
                        told.push(Told::Free(folder));
                    }
                }
                Some(wait) => {
                    if self.waits.get(&folder) != Some(&wait) {
                        self.waits.insert(folder.clone(), wait);
                        told.push(Told::Waits(folder));
                    }
                }
            }
        }
    }
}

fn verdict_is_fresh(verdict: Option<&Verdict>) -> bool {
    verdict.is_some_and(|verdict| !verdict.is_stale)
}

fn wait_of(wait: EditWait) -> Wait {
    match wait {
        EditWait::Invalid(found) => Wait::Invalid(found),
        EditWait::Uncollected => Wait::Other(
            "uncollected",
            Bilingual::new(
                "the form is not handed in yet; the step collect commits it",
                "收集表尚未提交；由 collect 步骤提交",
            ),
        ),
        EditWait::Closed => Wait::Other(
            "closed",
            Bilingual::new(
                "the clue is closed, and stays as it is; restore what was edited",
                "线索已办结，不得改动；请恢复被改动的内容",
            ),
        ),
        EditWait::Staged(path) => Wait::Other(
            "staged",
            Bilingual::new(
                format!("{path} is staged: whoever staged it commits it"),
                format!("{path} 已被暂存，由暂存的人提交"),
            ),
        ),
        EditWait::InProgress(what) => Wait::Other(
            "in-progress",
            Bilingual::new(
                format!("git is in the middle of a {what}; nothing is committed"),
                format!("git 的{}尚未完成，暂不提交", crate::git::doing_zh(what)),
            ),
        ),
        EditWait::Detached => Wait::Other(
            "detached",
            Bilingual::new(
                "HEAD is detached: a commit would belong to no branch",
                "当前不在任何分支上（HEAD 游离），提交将不属于任何分支",
            ),
        ),
        EditWait::Busy => Wait::Other(
            "busy",
            Bilingual::new(
                "it is being saved, or another process works here",
                "文件正在保存，或有其他程序正在使用仓库",
            ),
        ),
        EditWait::Signature => Wait::Other(
            "signature",
            Bilingual::new(
                "git is set to sign with a key that is not listed as yours",
                "git 所设的签名密钥未登记在您名下",
            ),
        ),
    }
}

fn failed(failure: &Failure) -> Wait {
    match failure {
        Failure::Findings(found) => Wait::Invalid(found.clone()),
        Failure::Environment { message, .. }
        | Failure::Usage { message, .. }
        | Failure::Refused { message, .. } => Wait::Other("failed", message.clone()),
        Failure::Publish(error) => Wait::Other("failed", error.message()),
    }
}
