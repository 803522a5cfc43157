//! Imports: the rows of a CSV file or an XLSX workbook become collected clues, by a map that the organisation writes.
//!
//! Table and map are read, every row becomes a form, every form is judged by the engine's own judge as the step
//! `collect` would leave it, and those that pass are published batch by batch. A row that fails is reported with its
//! line and stops no other; nothing of it is written. It takes no rule of its own and never edits a clue.

mod clean;
mod date;
mod form;
mod map;
mod table;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::{Engine, Failure, Intake, Judge};
use crate::git::Environment;
use crate::import::form::{Form, form, names_of};
use crate::import::map::{Map, Plan};
use crate::import::table::{Fault, Table};
use crate::text::Bilingual;
use crate::time::Timestamp;

pub use table::MAXIMUM_FILE;

/// A file that was read, and what findings call it.
pub struct Input<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// How an import is done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many clues a commit holds at most.
    pub batch: usize,
    /// Judge everything and write nothing.
    pub dry_run: bool,
}

/// What became of a file's rows.
#[derive(Default)]
pub struct Outcome {
    pub system: String,
    /// Rows that hold anything.
    pub rows: usize,
    /// Clues that were added, or would be.
    pub added: usize,
    /// Rows whose clue was there already.
    pub present: usize,
    /// In the order of lines.
    pub rejected: Vec<Rejection>,
    /// What is wrong with the map or with the file as a whole; then no row was looked at.
    pub findings: Vec<Diagnostic>,
    pub commits: Vec<String>,
    /// Why the import ended early; what was published before stays, and the next import goes on from there.
    pub stopped: Option<Failure>,
}

/// A row that was not imported.
pub struct Rejection {
    /// Line on which the row begins, or its number in the sheet.
    pub line: usize,
    pub reasons: Vec<Reason>,
}

/// One reason why a row was not imported.
#[derive(Debug)]
pub struct Reason {
    /// The field of the collection form, where it is about one.
    pub field: Option<String>,
    /// The columns that the field was made of.
    pub columns: Vec<String>,
    pub finding: Diagnostic,
}

/// Imports a file; `progress` is told how many of how many rows are done.
pub fn import(
    engine: &Engine,
    file: &Input<'_>,
    map: &Input<'_>,
    options: Options,
    (environment, now): (&Environment, Timestamp),
    progress: &dyn Fn(usize, usize),
) -> Result<Outcome, Failure> {
    let map = match Map::load(map.name, map.bytes, engine.files(), engine.world()) {
        Ok(map) => map,
        Err(findings) => return Ok(Outcome::of_findings(findings)),
    };
    let table = match table::read(file.name, file.bytes, &map.layout) {
        Ok(table) => table,
        Err(fault) => {
            return Ok(Outcome::of_findings(vec![finding(
                Code::ImportFile,
                file.name,
                &fault,
            )]));
        }
    };
    let plan = match map.plan(&table.columns) {
        Ok(plan) => plan,
        Err(findings) => return Ok(Outcome::of_findings(findings)),
    };
    let mut intake = engine.intake(environment, now)?;
    let (forms, mut outcome) = forms(file.name, &map, &plan, &table);
    let fresh = fresh(file.name, forms, &intake, &table, &mut outcome);
    let total = fresh.len();
    let mut done = 0;
    for batch in fresh.chunks(options.batch.max(1)) {
        let judged = |count| progress(done + count, total);
        let source = Source {
            name: file.name,
            table: &table,
        };
        if let Err(failure) = take(&source, batch, &mut intake, options, &mut outcome, &judged) {
            outcome.stopped = Some(failure);
            break;
        }
        done += batch.len();
    }
    outcome.rejected.sort_by_key(|rejection| rejection.line);
    Ok(outcome)
}

impl Outcome {
    fn of_findings(findings: Vec<Diagnostic>) -> Self {
        Self {
            findings,
            ..Self::default()
        }
    }
}

/// The forms of all rows, and an outcome that holds the rows that make none.
fn forms(name: &str, map: &Map, plan: &Plan, table: &Table) -> (Vec<Form>, Outcome) {
    let mut outcome = Outcome {
        system: map.system.clone(),
        rows: table.rows.len() + table.rejected.len(),
        ..Outcome::default()
    };
    outcome
        .rejected
        .extend(table.rejected.iter().map(|fault| Rejection {
            line: fault.line.unwrap_or_default(),
            reasons: vec![Reason {
                field: None,
                columns: Vec::new(),
                finding: finding(Code::ImportRow, name, fault),
            }],
        }));
    let made: Vec<Result<Form, Rejection>> = table
        .rows
        .par_iter()
        .map(|row| {
            form(map, plan, &table.columns, row, &place(name, row.line)).map_err(|reasons| {
                Rejection {
                    line: row.line,
                    reasons,
                }
            })
        })
        .collect();
    let mut forms = Vec::with_capacity(made.len());
    for one in made {
        match one {
            Ok(form) => forms.push(form),
            Err(rejection) => outcome.rejected.push(rejection),
        }
    }
    (forms, outcome)
}

/// The forms that no clue is there for yet; a key that stands twice in the file counts once.
fn fresh(
    name: &str,
    forms: Vec<Form>,
    intake: &Intake<'_>,
    table: &Table,
    outcome: &mut Outcome,
) -> Vec<Form> {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut fresh = Vec::with_capacity(forms.len());
    for form in forms {
        if let Some(other) = first.get(&form.key) {
            let key = form.key.split_once(':').map_or("", |(_, key)| key);
            let finding = Diagnostic::new(
                Code::ImportRow,
                place(name, form.line),
                format!("line {other} has the key `{key}` already"),
                format!("第 {other} 行已有编号 `{key}`"),
            )
            .remedy(
                "delete the row that is wrong; if they are two cases, choose a key in the map that tells them apart",
                "请删除多余的行；如果是两件事，请在映射中选用能区分它们的编号",
            );
            outcome.rejected.push(Rejection {
                line: form.line,
                reasons: vec![Reason {
                    field: Some("key".to_owned()),
                    columns: names_of(form.columns.get("key"), &table.columns),
                    finding,
                }],
            });
            continue;
        }
        first.insert(form.key.clone(), form.line);
        if intake.has_key(&form.key) {
            outcome.present += 1;
        } else {
            fresh.push(form);
        }
    }
    fresh
}

/// What a rejection is told by.
struct Source<'a> {
    name: &'a str,
    table: &'a Table,
}

/// How many forms are judged between two steps of the progress.
const STRIDE: usize = 50;

/// Judges a batch, and publishes what passes as one commit; `judged` is told how many forms are judged.
fn take(
    source: &Source<'_>,
    batch: &[Form],
    intake: &mut Intake<'_>,
    options: Options,
    outcome: &mut Outcome,
    judged: &dyn Fn(usize),
) -> Result<(), Failure> {
    let mut begun = Vec::with_capacity(batch.len());
    for form in batch {
        begun.push((form, intake.fresh_id(form.discovered)?));
    }
    let mut collected = Vec::with_capacity(batch.len());
    for (index, stride) in begun.chunks(STRIDE).enumerate() {
        judged(index * STRIDE);
        let judge = intake.judge();
        let verdicts: Vec<_> = stride
            .par_iter()
            .map(|(form, id)| judge.collect(id, &form.value))
            .collect();
        for ((form, id), verdict) in stride.iter().zip(verdicts) {
            match verdict {
                Ok(clue) => collected.push(clue),
                Err(Failure::Findings(found)) => outcome.rejected.push(Rejection {
                    line: form.line,
                    reasons: found
                        .into_iter()
                        .map(|finding| reason(source, form, judge, id, finding))
                        .collect(),
                }),
                Err(other) => return Err(other),
            }
        }
    }
    judged(batch.len());
    let count = collected.len();
    if count > 0 && !options.dry_run {
        let commit = intake.publish(&outcome.system, collected)?;
        outcome.commits.push(commit);
    }
    outcome.added += count;
    Ok(())
}

/// A finding about a form that was never written, as one about the row that it was made of.
fn reason(
    source: &Source<'_>,
    form: &Form,
    judge: &Judge<'_>,
    id: &str,
    mut finding: Diagnostic,
) -> Reason {
    let field = judge.field_of(id, &form.value, &finding.place);
    let columns = field
        .as_deref()
        .and_then(|field| form.columns.get(field))
        .map(|columns| names_of(Some(columns), &source.table.columns))
        .unwrap_or_default();
    finding.place = place(source.name, form.line);
    finding.labels.clear();
    if matches!(
        finding.code,
        Code::SchemaMissing | Code::SchemaType | Code::SchemaValue
    ) {
        finding.remedy = Some(Bilingual::new(
            "correct the cell, or what the map makes of it",
            "请改正单元格，或修改映射",
        ));
    }
    Reason {
        field,
        columns,
        finding,
    }
}

fn finding(code: Code, name: &str, fault: &Fault) -> Diagnostic {
    let place = match fault.line {
        Some(line) => place(name, line),
        None => Place::file(name),
    };
    let mut finding = Diagnostic::new(
        code,
        place,
        fault.message.en.clone(),
        fault.message.zh.clone(),
    );
    finding.remedy = fault.remedy.clone();
    finding
}

fn place(name: &str, line: usize) -> Place {
    Place::file(format!("{name}:{line}"))
}
