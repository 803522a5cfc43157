//! The faces that documents are set in: those that were given, then the repository's, then the program's own.
//! It looks for none on the machine by itself, so that a document is the same everywhere.

use std::sync::OnceLock;

use serde_json::{Value, json};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::files::{FileKind, Files};
use crate::paper::FONTS;

/// The largest font file that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// Endings of font files.
const ENDINGS: &[&str] = &["ttf", "otf", "ttc", "otc"];

/// Cut from Noto and LXGW WenKai; `templates/fonts/README.md` says how.
static EMBEDDED: &[&[u8]] = &[
    include_bytes!("../../templates/fonts/NotoSerifSC-Regular.ttf"),
    include_bytes!("../../templates/fonts/NotoSansSC-Regular.ttf"),
    include_bytes!("../../templates/fonts/NotoSansSC-Bold.ttf"),
    include_bytes!("../../templates/fonts/ClueKai-Regular.ttf"),
    include_bytes!("../../templates/fonts/NotoSerif-Italic.ttf"),
    include_bytes!("../../templates/fonts/NotoSansMono-Regular.ttf"),
];

/// For each class of face that Chinese documents are set in, the families that count as it, best first; the last ones
/// are the program's.
const CLASSES: &[(&str, &[&str])] = &[
    (
        "song",
        &[
            "SimSun",
            "NSimSun",
            "STSong",
            "Songti SC",
            "FZShuSong-Z01",
            "Noto Serif SC",
        ],
    ),
    (
        "title",
        &[
            "FZXiaoBiaoSong-B05S",
            "FZXiaoBiaoSong-B05",
            "STZhongsong",
            "Source Han Serif SC",
            "Noto Serif SC",
        ],
    ),
    (
        "hei",
        &["SimHei", "STHeiti", "Heiti SC", "FZHei-B01", "Noto Sans SC"],
    ),
    (
        "fang",
        &[
            "FangSong_GB2312",
            "FangSong",
            "STFangsong",
            "FZFangSong-Z02",
            "Zhuque Fangsong (technical preview)",
            "Noto Serif SC",
        ],
    ),
    (
        "kai",
        &[
            "KaiTi_GB2312",
            "KaiTi",
            "STKaiti",
            "Kaiti SC",
            "FZKai-Z03",
            "LXGW WenKai",
            "Clue Kai",
            "Noto Serif SC",
        ],
    ),
    (
        "emphasis",
        &[
            "Noto Serif",
            "KaiTi_GB2312",
            "KaiTi",
            "STKaiti",
            "Clue Kai",
            "Noto Serif SC",
        ],
    ),
    ("mono", &["Noto Sans Mono", "Noto Sans SC"]),
];

/// Faces in the order in which they are preferred.
#[derive(Default)]
pub(super) struct Fonts {
    faces: Vec<Font>,
    book: OnceLock<LazyHash<FontBook>>,
    covered: OnceLock<Covered>,
}

/// A bit for each character, set where a face can draw it. A face's own list is searched from its start each time, which
/// took an eighth of the time of a dossier.
struct Covered(Vec<u64>);

impl Covered {
    fn of(faces: &[Font]) -> Self {
        let mut bits = vec![0; (char::MAX as usize >> 6) + 1];
        for character in faces.iter().flat_map(|face| face.info().coverage.iter()) {
            if let Some(word) = bits.get_mut(character as usize >> 6) {
                *word |= 1 << (character & 63);
            }
        }
        Self(bits)
    }

    fn has(&self, character: char) -> bool {
        let character = u32::from(character);
        let word = self.0.get(character as usize >> 6);
        word.is_some_and(|word| word >> (character & 63) & 1 == 1)
    }
}

impl Fonts {
    /// Adds the faces of a font file; whether there are any.
    pub(super) fn add(&mut self, data: Vec<u8>) -> bool {
        let before = self.faces.len();
        self.faces.extend(Font::iter(Bytes::new(data)));
        self.faces.len() > before
    }

    /// Adds the program's own faces, after all others.
    pub(super) fn add_embedded(&mut self) {
        static PARSED: OnceLock<Vec<Font>> = OnceLock::new();
        let own = PARSED.get_or_init(|| {
            EMBEDDED
                .iter()
                .flat_map(|data| Font::iter(Bytes::new(*data)))
                .collect()
        });
        self.faces.extend(own.iter().cloned());
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        self.book
            .get_or_init(|| LazyHash::new(FontBook::from_fonts(&self.faces)))
    }

    pub(super) fn get(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    /// Whether any face can draw a character.
    pub(super) fn has(&self, character: char) -> bool {
        let covered = self.covered.get_or_init(|| Covered::of(&self.faces));
        covered.has(character)
    }

    /// The families of each class that are there, best first.
    pub(super) fn classes(&self) -> Value {
        let book = self.book();
        let there = |family: &&&str| book.contains_family(&family.to_lowercase());
        let classes = CLASSES.iter().map(|(class, families)| {
            let families: Vec<&&str> = families.iter().filter(there).collect();
            ((*class).to_owned(), json!(families))
        });
        Value::Object(classes.collect())
    }
}

/// Whether a path is that of a font file, by its ending.
fn is_font(path: &str) -> bool {
    let ending = path
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    ENDINGS.contains(&ending.as_str())
}

/// The font files of a repository's `templates/fonts/`, with their paths.
pub(super) fn of_repository(files: &dyn Files) -> Vec<(String, Vec<u8>)> {
    faces_in(files, FONTS)
}

/// The font files in a folder and below it, with their paths, sorted; one that cannot be read comes as empty.
pub fn faces_in(files: &dyn Files, folder: &str) -> Vec<(String, Vec<u8>)> {
    let found = files.walk(folder).unwrap_or_default();
    found
        .into_iter()
        .filter(|(path, kind)| *kind == FileKind::File && is_font(path))
        .map(|(path, _)| {
            let data = files.read(&path, LARGEST).ok().flatten();
            let data = data.map_or_else(Vec::new, |data| data.to_vec());
            (path, data)
        })
        .collect()
}
