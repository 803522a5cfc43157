//! Documents as PDF: a sheet's values, drawn by a Typst template, in process, with the fonts that the program carries.
//! It never reads disk, network or clock: templates and fonts come in through a door, the date with the sheet; and no
//! value can act as markup, since values reach the template as data.

mod fault;
mod fonts;
mod sheets;
mod slim;
mod values;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, OnceLock};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};
use typst::comemo;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::layout::{Frame, FrameItem};
use typst::syntax::Source;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp as PdfTimestamp};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::Sheet;
use crate::files::{FileKind, Files};
use crate::paper::fonts::Fonts;
use crate::paper::slim::slim;
use crate::paper::values::Missing;
use crate::paper::world::{Data, Desk, file_id};
use crate::time::Timestamp;

pub use crate::ledger::page::LedgerFacts;
pub use fonts::faces_in;
pub use sheets::ledger;
pub use values::MISSING;

/// Where the Typst templates lie, in the program and in a repository that has its own.
pub const FOLDER: &str = "templates/paper";
/// Where a repository may keep faces of its own, which go before the program's.
pub const FONTS: &str = "templates/fonts";
/// The largest template, or picture beside one, that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// Text of one document, in bytes, up to which it is drawn: some 1,000 pages.
const LONGEST: usize = 2 << 20;
/// Stack of a thread that draws: deeply nested text needs more than a thread is given by itself.
const STACK: usize = 64 << 20;
/// The name of those threads; a panic in one is told as a finding and not by the runtime.
const THREAD: &str = "clue-paper";
/// After how many documents it is looked for what they had in common, so that memory stays flat; what none of them and of
/// those before them used is forgotten. After each document it would be a twentieth of the cost.
const TOGETHER: usize = 6;

/// Templates and fonts, read once and used for every document; it can be shared between threads.
pub struct Press {
    sources: BTreeMap<String, Result<Source, String>>,
    others: BTreeMap<String, Bytes>,
    fonts: Fonts,
}

/// A document that was drawn.
#[derive(Clone, Debug)]
pub struct Printed {
    /// PDF/A-2a and PDF/UA-1; the same sheet gives the same bytes.
    pub pdf: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has, which stand as [`MISSING`] in the document.
    pub missing: BTreeSet<char>,
}

impl Press {
    /// Reads the templates and faces of a repository, over the built-in ones, and the `faces` that were given beside,
    /// which go first. A face that cannot be read is named among the findings.
    pub fn new(
        files: &dyn Files,
        builtin: &dyn Files,
        faces: Vec<(String, Vec<u8>)>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut press = Self {
            sources: BTreeMap::new(),
            others: BTreeMap::new(),
            fonts: Fonts::default(),
        };
        press.read_templates(builtin);
        press.read_templates(files);
        let mut findings = Vec::new();
        for (path, data) in faces.into_iter().chain(fonts::of_repository(files)) {
            if !press.fonts.add(data) {
                findings.push(unreadable_face(&path));
            }
        }
        press.fonts.add_embedded();
        (press, findings)
    }

    /// Whether there is a template `templates/paper/<name>.typ`.
    pub fn contains(&self, name: &str) -> bool {
        self.sources.contains_key(&format!("{name}.typ"))
    }

    /// Whether that template can draw a record within a page; one that makes pages of its own cannot.
    fn draws(&self, name: &str) -> bool {
        let source = self.sources.get(&format!("{name}.typ"));
        let makes_pages = |source: &Source| source.text().contains("#show: sheet");
        // One that cannot be read is told where it is used.
        source.is_some_and(|source| !source.as_ref().is_ok_and(makes_pages))
    }

    /// Draws a sheet.
    ///
    /// # Errors
    /// A finding: the template's mistake with its file and line, text too long to be drawn, or what the drawing itself
    /// stopped at.
    #[allow(
        clippy::result_large_err,
        reason = "made once a document, and every caller prints it"
    )]
    pub fn print(&self, sheet: &Sheet) -> Result<Printed, Diagnostic> {
        let (data, missing, size) = self.data(sheet);
        if size > LONGEST {
            return Err(too_long(sheet, size));
        }
        let main = format!("{}.typ", sheet.template);
        let desk = Desk::new(self, file_id(&main), &data, today(sheet.date));
        let drawn = on_own_stack(|| self.draw(&desk, sheet, missing));
        // Whatever happened, the next documents begin with little in memory.
        static DRAWN: AtomicUsize = AtomicUsize::new(0);
        if DRAWN.fetch_add(1, Ordering::Relaxed) % TOGETHER == TOGETHER - 1 {
            comemo::evict(1);
        }
        let (pdf, pages, missing) = match drawn {
            // The text is at fault, and no template: of some signs a PDF keeps a run as one string.
            Some(Err(found)) if found.message.en.contains("PDF string is longer") => {
                return Err(too_long_a_run(sheet));
            }
            Some(drawn) => drawn?,
            None => return Err(fault::stopped(&main)),
        };
        Ok(Printed {
            pdf,
            pages,
            missing,
        })
    }

    /// The files that a template reads beside itself, by name: what it takes to draw the sheet with another program.
    pub fn files(&self, sheet: &Sheet) -> Vec<(&'static str, Vec<u8>)> {
        let (data, ..) = self.data(sheet);
        data.iter()
            .map(|(name, bytes)| (name, bytes.to_vec()))
            .collect()
    }

    /// What a template reads, with the characters that no font has, and the bytes of all text.
    fn data(&self, sheet: &Sheet) -> (Data, Missing, usize) {
        let look = json!({ "language": sheet.language.code(), "faces": self.fonts.classes() });
        let mut all = json!({ "title": sheet.title, "values": sheet.values });
        self.choose_layouts(&mut all);
        slim(&mut all);
        let has = |character| self.fonts.has(character);
        let (missing, size) = values::printable(&mut all, &sheet.template, &has);
        (Data::of(&look, all), missing, size)
    }

    #[allow(
        clippy::result_large_err,
        reason = "made once a document, and every caller prints it"
    )]
    fn draw(
        &self,
        desk: &Desk<'_>,
        sheet: &Sheet,
        missing: Missing,
    ) -> Result<(Vec<u8>, usize, BTreeSet<char>), Diagnostic> {
        let laid = typst::compile::<PagedDocument>(desk);
        let document = laid
            .output
            .map_err(|errors| fault::finding(desk, &errors))?;
        let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|_| fault::stopped(&sheet.template))?;
        let options = PdfOptions {
            ident: Smart::Custom(sheet.ident.clone()),
            creator: Smart::Custom(Some(concat!("clue ", env!("CARGO_PKG_VERSION")).to_owned())),
            timestamp: sheet.date.and_then(stamp),
            page_ranges: None,
            standards,
            tagged: true,
            pretty: false,
        };
        let pdf =
            typst_pdf::pdf(&document, &options).map_err(|errors| fault::finding(desk, &errors))?;
        let missing = missing.shown(|| text_of(&document));
        Ok((pdf, document.pages().len(), missing))
    }

    /// Names for each record the template that draws it: its schema's own, else the one for forms or for reports.
    fn choose_layouts(&self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                if let Some(schema) = object.get("schema").and_then(Value::as_str) {
                    let is_report = object.get("body").is_some_and(Value::is_array);
                    let layout = match (self.draws(schema), is_report) {
                        (true, _) => format!("{schema}.typ"),
                        (false, true) => "report.typ".to_owned(),
                        (false, false) => "record.typ".to_owned(),
                    };
                    object.insert("layout".to_owned(), json!(layout));
                }
                // Records are in lists or at the top, never inside each other's fields.
                for key in ["values", "record", "sections"] {
                    if let Some(inner) = object.get_mut(key) {
                        self.choose_layouts(inner);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.choose_layouts(item)),
            _ => {}
        }
    }

    fn read_templates(&mut self, files: &dyn Files) {
        for (path, kind) in files.walk(FOLDER).unwrap_or_default() {
            let Some(name) = path
                .strip_prefix(FOLDER)
                .map(|name| name.trim_start_matches('/'))
            else {
                continue;
            };
            if !matches!(kind, FileKind::File | FileKind::Executable) {
                continue;
            }
            let read = files.read(&path, LARGEST);
            if !name.ends_with(".typ") {
                if let Ok(Some(bytes)) = read {
                    self.others
                        .insert(name.to_owned(), Bytes::new(bytes.to_vec()));
                }
                continue;
            }
            let source = match read {
                Ok(Some(bytes)) => match std::str::from_utf8(&bytes) {
                    Ok(text) => Ok(Source::new(
                        file_id(name),
                        text.trim_start_matches('\u{feff}').to_owned(),
                    )),
                    Err(_) => Err("the file is not UTF-8 text".to_owned()),
                },
                Ok(None) => continue,
                Err(_) => Err("the file cannot be read, or is too large".to_owned()),
            };
            self.sources.insert(name.to_owned(), source);
        }
    }
}

impl std::fmt::Debug for Press {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.sources.keys()).finish()
    }
}

/// The text of a document in the order in which it was laid out, without blanks.
fn text_of(document: &PagedDocument) -> String {
    fn below(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Text(run) => {
                    text.extend(run.text.chars().filter(|one| !one.is_whitespace()));
                }
                FrameItem::Group(group) => below(&group.frame, text),
                _ => {}
            }
        }
    }
    let mut text = String::new();
    for page in document.pages() {
        below(&page.frame, &mut text);
    }
    text
}

/// Runs `work` with room for deep nesting; `None` where it panicked.
///
/// The threads are those on which the typesetter lays out the parts of a document as well: on threads of its own a document
/// would only wait for them, and documents at once would get in each other's way.
fn on_own_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    quiet_panics();
    let pool = POOL.get_or_init(|| {
        let builder = ThreadPoolBuilder::new()
            .thread_name(|_| THREAD.to_owned())
            .stack_size(STACK);
        builder.build().ok()
    });
    let work = AssertUnwindSafe(|| pool.as_ref().map(|pool| pool.install(work)));
    catch_unwind(work).ok().flatten()
}

/// Keeps the runtime from telling on standard error what is told as a finding.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(THREAD) {
                usual(panic);
            }
        }));
    });
}

fn today(date: Option<Timestamp>) -> Option<Datetime> {
    use chrono::Datelike;
    let day = date?.date();
    Datetime::from_ymd(
        day.year(),
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    )
}

fn stamp(date: Timestamp) -> Option<PdfTimestamp> {
    use chrono::{DateTime, Datelike, Timelike};
    let local =
        DateTime::from_timestamp(date.seconds() + i64::from(date.offset_minutes()) * 60, 0)?;
    let part = |number: u32| u8::try_from(number).ok();
    let moment = Datetime::from_ymd_hms(
        local.year(),
        part(local.month())?,
        part(local.day())?,
        part(local.hour())?,
        part(local.minute())?,
        part(local.second())?,
    )?;
    PdfTimestamp::new_local(moment, date.offset_minutes())
}

fn too_long_a_run(sheet: &Sheet) -> Diagnostic {
    Diagnostic::new(
        Code::DocumentTooLong,
        Place::file(&sheet.source),
        "a run of signs in this text is longer than a PDF can hold",
        "文中有一串符号过长，PDF 无法容纳",
    )
    .remedy(
        "shorten it, or render as HTML (--format html)",
        "请缩短，或改用 HTML 格式（--format html）",
    )
}

fn too_long(sheet: &Sheet, size: usize) -> Diagnostic {
    let (size, most) = (size >> 20, LONGEST >> 20);
    Diagnostic::new(
        Code::DocumentTooLong,
        Place::file(&sheet.source),
        format!(
            "the document's text has more than {size} MB, and at most {most} MB are drawn as PDF"
        ),
        format!("文书文字超过 {size} MB，PDF 最多排版 {most} MB"),
    )
    .remedy(
        "put long material into attachments/, or render as HTML",
        "请把大件材料放入 attachments/，或改用 HTML 格式",
    )
}

fn unreadable_face(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::FontUnreadable,
        Place::file(path),
        format!("{path} holds no font that can be used"),
        format!("{path} 不是可用的字体文件"),
    )
    .remedy(
        "give TrueType or OpenType files (.ttf, .otf, .ttc)",
        "请提供 TrueType 或 OpenType 字体（.ttf、.otf、.ttc）",
    )
}

#[cfg(test)]
mod tests;
