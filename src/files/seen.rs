//! Files of a working folder, remembering what was seen of one folder: by that it is known later, without opening anything,
//! whether something in it may have changed. It never judges what it sees.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::files::{
    DiskFiles, FileKind, Files, FolderEntry, ReadError, file_name, is_passing, join,
};

/// How long after its last change a file may change again within one tick of the file system's clock.
const TICK: Duration = Duration::from_millis(50);

/// How long a file with a temporary name is taken to be somebody's save under way.
const YOUNG: Duration = Duration::from_secs(2);

/// What was seen of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The paths below the folder of what lies in it, each with a NUL behind it; folders too.
    names: Box<str>,
    /// Of times, sizes and kinds; none where something changed so lately that they say nothing.
    stamp: Option<u64>,
    /// Of the bytes that were read, and of the names of files; not of what editors leave behind.
    bytes: u64,
    /// Whether a file was passed over that somebody may be saving just now, and that is to be looked at again.
    pub is_under_way: bool,
}

impl Sight {
    /// Whether the same bytes were seen under the same names.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }

    /// Whether nothing in the folder can have changed since; it opens nothing.
    pub fn is_still(&self, files: &DiskFiles, folder: &str) -> bool {
        let Some(stamp) = self.stamp else {
            return false;
        };
        let full = files.root().join(folder);
        let mut marks = Marks::default();
        for name in self.names.split_terminator('\0') {
            let path = if name.is_empty() {
                full.clone()
            } else {
                full.join(name)
            };
            match fs::symlink_metadata(path) {
                Ok(metadata) => marks.add(name, &metadata),
                Err(_) => return false,
            }
        }
        marks.hasher.finish() == stamp
    }
}

/// What tells whether a file may have changed; none where nothing is there, or it changed so lately that nothing does.
pub fn mark(files: &DiskFiles, path: &str) -> Option<u64> {
    let metadata = fs::symlink_metadata(files.root().join(path)).ok()?;
    let mut marks = Marks::default();
    marks.add("", &metadata);
    let settled = SystemTime::now().checked_sub(TICK);
    (marks.newest < settled).then(|| marks.hasher.finish())
}

#[derive(Default)]
struct Marks {
    hasher: DefaultHasher,
    newest: Option<SystemTime>,
}

impl Marks {
    fn add(&mut self, name: &str, metadata: &Metadata) {
        name.hash(&mut self.hasher);
        metadata.is_dir().hash(&mut self.hasher);
        metadata.modified().ok().hash(&mut self.hasher);
        if !metadata.is_dir() {
            metadata.len().hash(&mut self.hasher);
        }
        self.newest = self.newest.max(metadata.modified().ok());
        self.more(metadata);
    }

    #[cfg(unix)]
    fn more(&mut self, metadata: &Metadata) {
        use std::os::unix::fs::MetadataExt;
        (metadata.ino(), metadata.mode()).hash(&mut self.hasher);
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        changed.hash(&mut self.hasher);
        let since = Duration::new(
            u64::try_from(changed.0).unwrap_or(0),
            u32::try_from(changed.1).unwrap_or(0),
        );
        self.newest = self.newest.max(SystemTime::UNIX_EPOCH.checked_add(since));
    }

    #[cfg(not(unix))]
    fn more(&mut self, _: &Metadata) {}
}

#[derive(Default)]
struct Seen {
    names: String,
    stamp: Option<u64>,
    bytes: BTreeMap<String, u64>,
    is_under_way: bool,
}

/// A name that editors and office programs give to a file that is about to take another one's place.
fn is_temporary(name: &str) -> bool {
    name.ends_with(".tmp")
        || name.starts_with('.')
            && name
                .rsplit('.')
                .next()
                .is_some_and(|end| end.starts_with("sw"))
        || name.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_young(metadata: &Metadata) -> bool {
    let mut marks = Marks::default();
    marks.add("", metadata);
    let now = SystemTime::now();
    let begin = now.checked_sub(YOUNG);
    let end = now.checked_add(YOUNG);
    marks.newest > begin && marks.newest < end
}

/// The files of a working folder; what is asked for of one folder in it is remembered. A temporary file that somebody is
/// about to put into another one's place is not told of, until it has lain there for a while.
pub struct SeenFiles<'a> {
    files: &'a DiskFiles,
    folder: &'a str,
    seen: Mutex<Seen>,
}

impl<'a> SeenFiles<'a> {
    /// Remembers what is seen of a folder.
    pub fn new(files: &'a DiskFiles, folder: &'a str) -> Self {
        Self {
            files,
            folder,
            seen: Mutex::default(),
        }
    }

    /// What was seen.
    pub fn sight(self) -> Sight {
        let seen = self.seen.into_inner();
        let seen = seen.unwrap_or_else(PoisonError::into_inner);
        let mut hasher = DefaultHasher::new();
        seen.bytes.hash(&mut hasher);
        Sight {
            names: seen.names.into_boxed_str(),
            stamp: seen.stamp,
            bytes: hasher.finish(),
            is_under_way: seen.is_under_way,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn descend(
        &self,
        folder: &str,
        inner: &str,
        found: &mut Vec<(String, FileKind)>,
        names: &mut String,
        marks: &mut Marks,
    ) -> Result<(), ReadError> {
        let failed = |error: std::io::Error| ReadError::Failed(error.to_string());
        let full = self.files.root().join(folder);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_dir() => metadata,
            Ok(_) => return Ok(()),
            Err(_) => return Ok(()),
        };
        // Before it is listed: what is added from now on changes the folder's time.
        names.push_str(inner);
        names.push('\0');
        marks.add(inner, &metadata);
        let mut entries = Vec::new();
        for entry in fs::read_dir(&full).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            entries.push((entry.file_name(), entry));
        }
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, entry) in entries {
            let name = name.to_string_lossy();
            let (path, inner) = (join(folder, &name), join(inner, &name));
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if name == ".git" {
                found.push((path, FileKind::Other));
            } else if metadata.is_dir() {
                self.descend(&path, &inner, found, names, marks)?;
            } else {
                names.push_str(&inner);
                names.push('\0');
                marks.add(&inner, &metadata);
                if is_temporary(&name) && !is_passing(&name) && is_young(&metadata) {
                    self.seen().is_under_way = true;
                    continue;
                }
                found.push((path, self.files.kind_of(&metadata)));
            }
        }
        Ok(())
    }
}

impl Files for SeenFiles<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Arc<[u8]>>, ReadError> {
        let read = self.files.read(path, limit)?;
        let is_inside = path
            .strip_prefix(self.folder)
            .is_some_and(|rest| rest.starts_with('/'));
        if is_inside && let Some(bytes) = &read {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            self.seen().bytes.insert(path.to_owned(), hasher.finish());
        }
        Ok(read)
    }

    fn list(&self, folder: &str) -> Result<Vec<FolderEntry>, ReadError> {
        self.files.list(folder)
    }

    fn kind(&self, path: &str) -> Result<Option<FileKind>, ReadError> {
        self.files.kind(path)
    }

    fn walk(&self, folder: &str) -> Result<Vec<(String, FileKind)>, ReadError> {
        if folder != self.folder {
            return self.files.walk(folder);
        }
        let (mut found, mut names, mut marks) = (Vec::new(), String::new(), Marks::default());
        self.descend(folder, "", &mut found, &mut names, &mut marks)?;
        let settled = SystemTime::now().checked_sub(TICK);
        let mut seen = self.seen();
        let names_of = found.iter().map(|(path, _)| path);
        for path in names_of.filter(|path| !is_passing(file_name(path))) {
            seen.bytes.entry(path.clone()).or_insert(0);
        }
        let is_settled = marks.newest < settled && !seen.is_under_way;
        seen.stamp = is_settled.then(|| marks.hasher.finish());
        seen.names = names;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(files: &DiskFiles) -> Sight {
        let seen = SeenFiles::new(files, "a");
        for (path, _) in seen.walk("a").expect("a folder") {
            seen.read(&path, 1_000).expect("a file");
        }
        seen.sight()
    }

    #[test]
    fn what_changed_is_seen_without_opening_it() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let files = DiskFiles::new(folder.path());
        let write = |path: &str, text: &str| {
            let full = folder.path().join(path);
            fs::create_dir_all(full.parent().expect("a folder")).expect("folders");
            fs::write(full, text).expect("a file");
        };
        write("a/one", "1");
        write("a/inner/two", "2");
        let fresh = sight(&files);
        assert!(!fresh.is_still(&files, "a"), "changed a moment ago");
        std::thread::sleep(TICK * 2);
        let settled = sight(&files);
        assert!(settled.is_same(&fresh));
        assert!(settled.is_still(&files, "a"));
        write("a/one", "2");
        assert!(!settled.is_still(&files, "a"), "other bytes");
        assert!(!sight(&files).is_same(&fresh));
        std::thread::sleep(TICK * 2);
        let settled = sight(&files);
        write("a/inner/three", "");
        assert!(!settled.is_still(&files, "a"), "another file");
        write("a/lu4711.tmp", "");
        let seen = sight(&files);
        assert!(seen.is_under_way && seen.is_same(&sight(&files)));
        fs::remove_dir_all(folder.path().join("a")).expect("a folder");
        assert!(!settled.is_still(&files, "a"), "gone");
    }
}
