//! A static site of the whole repository for one reader: ledger, a page a clue, statistics, search, and what it is.
//! It never shows more than an extract does, copies no attachment, and changes no file that it did not make itself.

mod folder;
mod index;
mod pages;

use std::path::Path;

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::disclosure::{Reader, extract};
use crate::document::{DOSSIER, texts};
use crate::engine::{Engine, Failure, Shown};
use crate::ledger::{Row, Totals};
use crate::site::folder::SiteFolder;
use crate::site::index::{Entry, Index};
use crate::site::pages::Pages;
use crate::statistics::{Dimension, Fact, Question, Statistics};
use crate::text::{Language, visible_line};
use crate::time::Timestamp;

/// The smallest count that the statistics of a site tell.
const MINIMUM: u64 = 5;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SiteRequest {
    pub reader: Reader,
    pub language: Language,
    /// The moment at which deadlines are looked at; the time of the last commit where none is asked for, so that the same
    /// repository gives the same bytes.
    pub moment: Option<Timestamp>,
}

/// What was made.
#[derive(Debug, Default)]
pub struct SiteMade {
    /// Clues that have a page.
    pub clues: usize,
    /// Clues that the reader may not know of.
    pub hidden: usize,
    /// Attachments that a page lists and that are not there.
    pub warnings: Vec<Diagnostic>,
    /// Clues that could not be read, and pages that could not be drawn: they are left out, and all others are there.
    pub findings: Vec<Diagnostic>,
}

/// What one clue comes to.
enum Read {
    Page(Box<Page>),
    Hidden,
    /// It is not collected yet.
    Passed,
    Failed(Box<Diagnostic>),
}

/// A clue of which the page is written.
struct Page {
    row: Row,
    fact: Option<Fact>,
    entries: Vec<Entry>,
    absent: Vec<Diagnostic>,
}

/// Makes a site in a folder that is new, empty, or a site that was made before.
pub fn make(engine: &Engine, folder: &Path, request: &SiteRequest) -> Result<SiteMade, Failure> {
    let site = SiteFolder::open(engine.root(), folder)?;
    written(engine, &site, request).map_err(|failure| site.broken_off(failure))
}

fn written(engine: &Engine, site: &SiteFolder, request: &SiteRequest) -> Result<SiteMade, Failure> {
    let world = engine.world();
    let commit = engine.head();
    // Where there is no commit, the clues themselves say how far they have come.
    let moment = request
        .moment
        .or_else(|| engine.head_time())
        .unwrap_or_else(|| latest(engine, &request.reader))
        .in_zone(world.calendar.zone());
    let pages = Pages {
        engine,
        request,
        moment,
        commit: commit.as_deref(),
    };
    site.begin()?;
    let unknown = engine.unknown_to(&request.reader);
    let read = engine.each_case(|case, found| {
        let failed = |detail: (&str, &str)| {
            let place = Place::file(format!("{}/clue.yaml", case.folder));
            Read::Failed(Box::new(left_out(place, detail)))
        };
        if case.card.is_none() {
            return match case.has_unreadable_card() {
                true => failed(("its index card cannot be read", "索引卡无法读取")),
                false => Read::Passed,
            };
        }
        let may = |level: &str| request.reader.sees(level);
        if !case
            .card
            .as_ref()
            .is_some_and(|card| may(&card.confidentiality))
        {
            return Read::Hidden;
        }
        // Of records that cannot be read, nobody knows what they hold back.
        if any_error(&found) {
            return failed(("some of its records cannot be read", "有无法读取的记录"));
        }
        let clocks = engine.clocks(&case);
        let Some(extract) = extract(world, &request.reader, &unknown, case, request.language)
        else {
            return Read::Hidden;
        };
        let shown = Shown::of(extract, request.language);
        let Some(row) = Row::new(world, &shown.case, &clocks, moment) else {
            return Read::Passed;
        };
        let fact = Fact::of(world, &shown.case, &clocks, moment);
        let made = engine.with_records(&shown, request.language, |input| {
            let html = pages.clue(input, &row)?;
            Ok((html, texts(input)))
        });
        let written = made.and_then(|(html, texts)| {
            site.write(&format!("clues/{}.html", row.id), &html)?;
            Ok(texts)
        });
        match written {
            Ok(texts) => {
                let entries = index::entries(&row, &texts);
                let absent = engine.absent_attachments(&shown, DOSSIER);
                Read::Page(Box::new(Page {
                    row,
                    fact,
                    entries,
                    absent,
                }))
            }
            Err(failure) => Read::Failed(Box::new(told(&row.id, failure))),
        }
    });
    let mut made = SiteMade::default();
    let (mut rows, mut facts, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for one in read {
        match one {
            Read::Page(page) => {
                rows.push(page.row);
                facts.extend(page.fact);
                entries.extend(page.entries);
                made.warnings.extend(page.absent);
            }
            Read::Hidden => made.hidden += 1,
            Read::Passed => {}
            Read::Failed(found) => made.findings.push(*found),
        }
    }
    made.clues = rows.len();
    let unreadable = made.findings.len();
    let question = Question {
        from: None,
        to: None,
        by: Dimension::ALL.to_vec(),
        minimum: MINIMUM,
        today: moment.date(),
    };
    let statistics = Statistics::of(world, &facts, unreadable, &question);
    let totals = Totals::of(&rows);
    let counted = pages::Counted {
        rows: &rows,
        totals: &totals,
        hidden: made.hidden,
        unreadable,
    };
    site.write("index.html", &pages.ledger(&counted)?)?;
    site.write("search.html", &pages.search(&counted)?)?;
    site.write("about.html", &pages.about(&counted)?)?;
    site.write("statistics.html", &pages.statistics(&statistics, &counted)?)?;
    site.write("assets/site.css", &pages.style()?)?;
    site.write("assets/site.js", pages::SCRIPT)?;
    let index = Index::new(&entries);
    site.write("search/index.js", &index.facts(&entries))?;
    let shards: Vec<usize> = (0..index.shards()).collect();
    let written: Result<Vec<()>, Failure> = shards
        .par_iter()
        .map(|shard| site.write(&format!("search/words-{shard}.js"), &index.shard(*shard)))
        .collect();
    written?;
    let written: Result<Vec<()>, Failure> = entries
        .par_iter()
        .enumerate()
        .map(|(number, entry)| {
            let path = format!("search/texts/{}/{number}.js", number / 500);
            site.write(&path, &entry.script(number))
        })
        .collect();
    written?;
    site.finish(&pages.marker(&counted))?;
    Ok(made)
}

/// The time of the last step that the reader may know of.
fn latest(engine: &Engine, reader: &Reader) -> Timestamp {
    let times = engine.each_case(|case, _| {
        let card = case.card.as_ref()?;
        let last = card
            .trail
            .last()
            .filter(|_| reader.sees(&card.confidentiality))?;
        Timestamp::parse(&last.at)
    });
    let latest = times
        .into_iter()
        .flatten()
        .max_by_key(|time| time.seconds());
    latest.unwrap_or_else(Timestamp::epoch)
}

/// Why a page is not there: to those who made the site, in no page of it.
fn told(id: &str, failure: Failure) -> Diagnostic {
    match failure {
        Failure::Findings(mut found) if !found.is_empty() => found.remove(0),
        Failure::Environment { message, .. }
        | Failure::Usage { message, .. }
        | Failure::Refused { message, .. } => left_out(Place::file(id), (&message.en, &message.zh)),
        _ => left_out(
            Place::file(id),
            ("its page could not be made", "页面无法生成"),
        ),
    }
}

fn left_out(place: Place, (en, zh): (&str, &str)) -> Diagnostic {
    Diagnostic::new(
        Code::FileUnreadable,
        place,
        format!("the clue is left out of the site: {}", visible_line(en)),
        format!("该线索未列入网站：{}", visible_line(zh)),
    )
    .remedy("clue check says what is wrong", "clue check 可查看原因")
    .procedure("P3")
}
