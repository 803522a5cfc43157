//! `clue render --all`: the same document of every clue, each in a file of its own, on all
//! processors. A clue that cannot be printed is told, and keeps no other from being printed.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::case::id_of;
use crate::check::clue_folders;
use crate::cli::{Answer, Context, err, fail, output, progress};
use crate::diagnostic::any_error;
use crate::disclosure::Reader;
use crate::engine::{Engine, Failure};
use crate::text::{Bilingual, visible_line};

/// What became of one clue.
enum Made {
    Written,
    /// Not handed in yet, without such a record, or not for this reader.
    LeftOut,
}

/// What is asked for.
pub(super) struct Request<'a> {
    pub(super) document: &'a str,
    pub(super) reader: Option<&'a Reader>,
    pub(super) folder: &'a Path,
    /// Endings of such a document, the first one for the files.
    pub(super) endings: &'a [&'a str],
}

/// Draws the document of each clue by `draw` and writes it as `<id>.<ending>` into the folder, which is made.
pub(super) fn run(
    engine: &Engine,
    context: &Context,
    request: &Request<'_>,
    draw: &(dyn Fn(&str) -> Result<Vec<u8>, Failure> + Sync),
) -> Result<Answer, Failure> {
    let (folders, _) = clue_folders(engine.files());
    let ids: Vec<&str> = folders.iter().filter_map(|folder| id_of(folder)).collect();
    let whole = context.folder.join(request.folder);
    let name = |id: &str| format!("{id}.{}", request.endings[0]);
    output::permit_below(engine.root(), &whole.join(name("0")), request.endings)?;
    if whole.exists() && !whole.is_dir() {
        let shown = request.folder.display();
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("{shown} is a file, and --all needs a folder"),
                format!("{shown} 是文件，而 --all 需要一个文件夹"),
            ),
            remedy: Some(Bilingual::new(
                "name another folder after -o; it is made where there is none",
                "请在 -o 后写文件夹名；不存在时会自动创建",
            )),
        });
    }
    fs::create_dir_all(&whole).map_err(|error| Failure::of_system(request.folder, &error))?;
    let bar = progress::bar(context, "printing", "正在生成文书");
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let outcomes = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(id) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            let made = is_wanted(engine, context, id, request).and_then(|wanted| {
                if !wanted {
                    return Ok(Made::LeftOut);
                }
                let bytes = draw(id)?;
                let path = request.folder.join(name(id));
                output::write(context, engine.root(), &path, request.endings, &bytes)?;
                Ok(Made::Written)
            });
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.insert(*id, made);
            }
            bar.show(done.fetch_add(1, Ordering::Relaxed) + 1, ids.len());
        }
    };
    // Each is drawn on the threads that the typesetter has. One more than there are: when one waits for what others left to be
    // forgotten, there is another to go on with, which saves a twentieth.
    let threads = thread::available_parallelism().map_or(1, NonZero::get) + 1;
    thread::scope(|scope| {
        for _ in 0..threads.min(ids.len()) {
            scope.spawn(work);
        }
    });
    drop(bar);
    let outcomes = outcomes.into_inner().unwrap_or_default();
    let (mut written, mut left_out, mut failed) = (0, 0, 0);
    for (id, outcome) in &outcomes {
        match outcome {
            Ok(Made::Written) => written += 1,
            Ok(Made::LeftOut) => left_out += 1,
            Err(failure) => {
                failed += 1;
                err(&format!("{id}\n"));
                let _ = fail(failure, context);
            }
        }
    }
    if written + failed == 0 {
        let document = request.document;
        return Err(Failure::Usage {
            message: Bilingual::new(
                format!("no clue has a document `{document}` for this reader"),
                format!("没有线索含有该读者可阅的 `{document}`"),
            ),
            remedy: Some(Bilingual::new(
                "name a record's path in a clue's folder, such as triage.yaml, or dossier, cover or spine",
                "请写记录在线索目录中的路径（如 triage.yaml），或 dossier（卷宗）、cover（封面）、spine（卷脊）",
            )),
        });
    }
    if left_out > 0 {
        err(&context.say(
            &format!(
                "{left_out} left out: not handed in yet, without this record, or not for this reader\n"
            ),
            &format!("{left_out} 条未生成：尚未提交、没有该记录，或该读者无权知悉\n"),
        ));
    }
    let noun = if written == 1 {
        "document"
    } else {
        "documents"
    };
    let shown = visible_line(&request.folder.display().to_string());
    Ok(Answer {
        findings: failed > 0,
        ..Answer::new(context.say(
            &format!("{written} {noun} in {shown}\n"),
            &format!("已在 {shown} 中生成 {written} 份文书\n"),
        ))
    })
}

/// Whether there is such a document of a clue, and this reader may see it. What cannot be read is wanted: it is to be
/// told.
fn is_wanted(
    engine: &Engine,
    context: &Context,
    id: &str,
    request: &Request<'_>,
) -> Result<bool, Failure> {
    let (case, found) = engine.case(id)?;
    let Some(card) = &case.card else {
        return Ok(case.has_unreadable_card());
    };
    let may = request
        .reader
        .is_none_or(|reader| reader.sees(&card.confidentiality));
    let language = context.style.language;
    Ok(may && (any_error(&found) || engine.has_document(&case, request.document, language)))
}
