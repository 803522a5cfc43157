//! Steps: whether one may be taken, by whom, and what it changes. Pure: files, clue, actor and moment come in, a change goes out.
//! It never writes, never asks the clock, and never judges by another rulebook than the one it is given.

mod card;
mod clock;
mod draft;
mod next;
mod permission;
mod removal;
mod renumber;
mod retrace;
mod subject;
mod values;

use serde_json::{Map, Value, json};

pub use card::forget_reason;
pub use draft::{DraftRequest, draft, draft_context, routed_departments};
pub use next::{Possibility, options};
pub use renumber::Renumbering;
pub use retrace::{Taken, at, departs, retrace, same};
pub use subject::Subject;

use crate::case::{Case, Record};
use crate::change::Changes;
use crate::check::{check_case, check_seals, entry_path, judge_rules};
use crate::clock::{Phase, clocks};
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::disclosure::KeptBack;
use crate::expression::{Scope, Shape};
use crate::files::Files;
use crate::rulebook::{Branch, Condition, Rule, Step, Target};
use crate::template::Templates;
use crate::text::nearest;
use crate::time::Timestamp;
use crate::workflow::card::{
    Archival, archive_number, code_of, last_day, next_number, retention, trail_entry, write_card,
};
pub use permission::may_append;

use crate::workflow::permission::{permitted, who};
use crate::workflow::subject::{before_any_record, chosen};
use crate::workflow::values::{apply_sets, list_new_attachments, without_nulls, write_values};
use crate::world::World;
use crate::yaml::{Edit, parse_path};

/// What somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct Command {
    pub step: String,
    pub department: Option<String>,
    pub reason: Option<String>,
    /// `collection.reporter.name` and the value that it shall have.
    pub sets: Vec<(String, Value)>,
    /// A record that is none of a department, by its file's name.
    pub record: Option<String>,
    /// Which entry of the record's list, counted from one.
    pub entry: Option<usize>,
    /// The deadline whose clock is meant.
    pub deadline: Option<String>,
    /// By how much it is extended, in the deadline's own unit.
    pub extension: Option<u32>,
    /// Of a handling entry: its type.
    pub entry_type: Option<String>,
    /// Of a handling entry: with whom.
    pub with: Option<String>,
    /// Of another number: the branch or commit whose register counts too.
    pub against: Option<String>,
}

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Key in `organisation.yaml`.
    pub person: String,
    pub at: Timestamp,
}

/// What a step would do.
#[derive(Debug)]
pub struct Decision {
    pub id: String,
    pub step: String,
    pub from: String,
    pub to: String,
    /// What the step is about, beside the clue.
    pub subject: Subject,
    /// The register number that the step gives.
    pub number: Option<String>,
    /// The archive number that the step gives.
    pub archive_number: Option<String>,
    /// What became of the number that the clue had, where the step changed it.
    pub renumbering: Option<Renumbering>,
    pub responsible: String,
    /// What the urgency was and is, where the step changed it.
    pub urgency: Option<(String, String)>,
    /// Paths of the records that the step drafts.
    pub drafted: Vec<String>,
    pub changes: Changes,
}

/// Everything that deciding needs and that does not change meanwhile.
pub struct Desk<'a> {
    pub files: &'a dyn Files,
    pub world: &'a World,
    pub templates: &'a Templates,
    /// The files of another branch, whose register counts where a number is given anew.
    pub against: Option<&'a dyn Files>,
}

/// Decides a step: the change that it makes, or every reason why it cannot be taken.
pub fn decide(
    desk: &Desk<'_>,
    case: &Case,
    command: &Command,
    actor: &Actor,
) -> Result<Decision, Vec<Diagnostic>> {
    let world = desk.world;
    let Some(step) = world.rulebook.steps.get(&command.step) else {
        return Err(vec![unknown_step(case, world, &command.step)]);
    };
    if let Some(statute) = &step.statute
        && !world.organisation.is_under(statute)
    {
        return Err(vec![not_under(case, world, &command.step, statute)]);
    }
    let state = case.state().to_owned();
    permitted(world, case, step, command, actor)?;
    let (command, mut kept_back) = outliving(world, case, step, command);
    let command = &command;
    // A step that opens a record must not cover up that it was changed while it was sealed.
    let broken: Vec<Diagnostic> = check_seals(world, case)
        .into_iter()
        .filter(|found| found.code == Code::SealBroken)
        .collect();
    if !broken.is_empty() {
        return Err(broken);
    }

    // Where there is no record yet, what does not depend on it is told before the lack of it.
    if let Some(each) = &step.each
        && each != crate::case::CARD
        && case.all(each).is_empty()
    {
        let about = step_value(command, actor, &Subject::default());
        let scope = step_scope(world, case, &about);
        conditions(world, case, &scope, before_any_record(step), None)?;
    }

    // What the actor sets comes first, and the step's own values see it.
    let mut changes = Changes::default();
    if step.removes.is_some() {
        removal::nothing_set(case, command)?;
    }
    apply_sets(
        world,
        case,
        &command.sets,
        (command.department.as_deref(), command.record.as_deref()),
        &mut changes,
    )?;
    if step.removes.is_none() {
        list_new_attachments(desk, case, command, &mut changes)?;
    }
    let (case, subject) = chosen(desk, case, step, command, actor, &changes)?;
    let about = step_value(command, actor, &subject);
    let scope = step_scope(world, &case, &about);
    let inner = subject.scope(world, &case, &scope, step);
    takeable(world, &case, &inner, step, &subject, (command, actor))?;
    write_values(world, &case, &inner, step, &subject, &mut changes)?;

    let overlay = changes.over(desk.files);
    let (case, _) = Case::load(&overlay, world, &case.folder);
    let scope = step_scope(world, &case, &about);
    let Outcome {
        to,
        mut card,
        edits,
        responsible,
    } = outcome(world, &case, step, &subject, &scope, actor)?;
    let case = match &step.removes {
        None => case,
        Some(name) => {
            let inner = subject.scope(world, &case, &scope, step);
            removal::take_out(desk, &case, (step, name), &inner, &mut changes)?;
            Case::load(&changes.over(desk.files), world, &case.folder).0
        }
    };
    let mut renumbering = None;
    let number = match &case.card {
        Some(present) if step.numbers && present.number.is_none() => {
            let category = card.get("category").and_then(Value::as_str);
            let code = code_of(world, category.or(present.category.as_deref()));
            let number = next_number(&[desk.files], world, code, actor.at.year());
            Some(number.map_err(|found| vec![*found])?)
        }
        Some(present) if step.renumbers => {
            let (number, done) = renumber::renumber(desk, &case, &mut changes)?;
            let mut aliases = present.aliases.clone().unwrap_or_default();
            aliases.push(done.before.clone());
            card.insert("aliases".to_owned(), json!(aliases));
            renumbering = Some(done);
            Some(number)
        }
        _ => None,
    };
    let mut archived = None;
    if step.archives {
        let retention = card.get("retention").and_then(Value::as_str);
        let (registers, year) = ([desk.files], actor.at.year());
        let given = archive_number(&registers, world, &case, &scope, retention, year)?;
        if let Some(Archival { number, aliases }) = given {
            card.extend(aliases.map(|aliases| ("aliases".to_owned(), json!(aliases))));
            archived = Some(number);
        }
    }
    let decision = Decision {
        id: case.id.clone(),
        step: command.step.clone(),
        from: state,
        to,
        subject,
        number,
        archive_number: archived,
        renumbering,
        responsible,
        urgency: urgency_changed(&case, &card),
        drafted: Vec::new(),
        changes,
    };
    let removed = kept_back.as_mut();
    finish(
        desk,
        &case,
        (step, removed),
        command,
        actor,
        (card, edits),
        decision,
    )
}

/// What outlives the records that a step takes out says nothing that they kept back: the reason that is given with the
/// step without it, and what takes it out of other texts. Of other steps, the command as it is.
fn outliving(
    world: &World,
    case: &Case,
    step: &Step,
    command: &Command,
) -> (Command, Option<KeptBack>) {
    let mut command = command.clone();
    if step.removes.is_none() {
        return (command, None);
    }
    let mut kept_back = KeptBack::of(world, case);
    command.reason = command.reason.map(|reason| kept_back.out_of(&reason));
    (command, Some(kept_back))
}

/// What expressions see of the step itself.
fn step_value(command: &Command, actor: &Actor, subject: &Subject) -> Value {
    json!({
        "name": command.step, "by": actor.person, "at": actor.at.to_string(), "department": subject.department,
        "reason": command.reason, "type": command.entry_type, "with": command.with,
        "deadline": subject.deadline, "extension": subject.extension,
    })
}

/// Whether this person may take the step on what it is about, and its conditions hold.
fn takeable(
    world: &World,
    case: &Case,
    scope: &Scope,
    step: &Step,
    subject: &Subject,
    (command, actor): (&Command, &Actor),
) -> Result<(), Vec<Diagnostic>> {
    let record = subject.own(case, step);
    who(world, case, scope, step, (command, actor), subject, record)?;
    conditions(world, case, scope, step.conditions.iter(), record)
}

/// Whether conditions of a step hold.
fn conditions<'a>(
    world: &World,
    case: &Case,
    scope: &Scope,
    rules: impl Iterator<Item = &'a Rule>,
    record: Option<&Record>,
) -> Result<(), Vec<Diagnostic>> {
    let mut unmet = judge_rules(world, case, scope, rules, record);
    for diagnostic in &mut unmet {
        if diagnostic.code == Code::Rule {
            diagnostic.code = Code::StepCondition;
        }
    }
    if unmet.is_empty() { Ok(()) } else { Err(unmet) }
}

/// Where a step leads, what it writes into the index card, and who is responsible then.
struct Outcome {
    to: String,
    /// Whole fields of the card.
    card: Map<String, Value>,
    /// What changes inside of its lists.
    edits: Vec<Edit>,
    responsible: String,
}

/// The outcome of a step for a clue whose records hold the step's values already.
fn outcome(
    world: &World,
    case: &Case,
    step: &Step,
    subject: &Subject,
    scope: &Scope,
    actor: &Actor,
) -> Result<Outcome, Vec<Diagnostic>> {
    let inner = subject.scope(world, case, scope, step);
    let to = target(case, step, &inner, case.state())?;
    let mut card = Map::new();
    let mut edits = Vec::new();
    // The day on which a period ends follows from its class.
    let (last, first): (Vec<_>, Vec<_>) = step
        .sets
        .iter()
        .filter_map(|(field, condition)| Some((field.strip_prefix("clue.")?, condition)))
        .partition(|(_, condition)| condition.source().contains("retention_until"));
    for (field, condition) in first.into_iter().chain(last) {
        let mut inner = inner.clone();
        if condition.source() == "retention" {
            inner.set("retention", json!(retention(world, scope)), &Shape::Scalar);
        }
        if condition.source().contains("retention_until") {
            let own = case
                .card
                .as_ref()
                .and_then(|card| card.retention.as_deref());
            let class = match card.get("retention") {
                Some(class) => class.as_str(),
                None => own,
            };
            let last = last_day(world, class, actor.at);
            inner.set("retention_until", json!(last), &Shape::Scalar);
        }
        let value = value_of(case, condition, &inner)?;
        if field.contains('.') {
            edits.push(Edit::Set {
                path: parse_path(&subject.in_entry(field)),
                value,
            });
        } else {
            card.insert(field.to_owned(), value);
        }
    }
    for (field, condition) in &step.appends {
        if let Some(field) = field.strip_prefix("clue.") {
            edits.push(Edit::Append {
                path: parse_path(&subject.in_entry(field)),
                value: without_nulls(value_of(case, condition, &inner)?),
            });
        }
    }
    let responsible = match &step.responsible {
        Some(condition) => value_of(case, condition, &inner)?
            .as_str()
            .map(str::to_owned),
        None => case.card.as_ref().map(|card| card.responsible.clone()),
    };
    Ok(Outcome {
        to,
        card,
        edits,
        responsible: responsible.unwrap_or_else(|| actor.person.clone()),
    })
}

/// Writes the card with its trail and seals, drafts what comes next, and judges the whole as it would stand.
fn finish(
    desk: &Desk<'_>,
    case: &Case,
    (step, removed): (&Step, Option<&mut KeptBack>),
    command: &Command,
    actor: &Actor,
    card: (Map<String, Value>, Vec<Edit>),
    mut decision: Decision,
) -> Result<Decision, Vec<Diagnostic>> {
    let world = desk.world;
    if step.trail {
        let entry = trail_entry(world, case, command, actor, &decision);
        write_card(case, card, entry, removed, &mut decision)?;
    }
    for number in [&decision.number, &decision.archive_number] {
        if let Some(path) = number.as_deref().and_then(entry_path) {
            let id = &decision.id;
            decision.changes.write(path, format!("{id}\n"));
        }
    }
    let overlay = decision.changes.over(desk.files);
    let (stood, _) = Case::load(&overlay, world, &case.folder);
    for name in &step.drafts {
        let request = DraftRequest {
            record: name.clone(),
            department: decision.subject.department.clone(),
            purpose: None,
            date: None,
        };
        for (path, text) in draft::drafts_of_step(desk, &stood, &request, actor)? {
            decision.drafted.push(path.clone());
            decision.changes.write(path, text);
        }
    }
    let overlay = decision.changes.over(desk.files);
    let (stood, mut found) = Case::load(&overlay, world, &case.folder);
    found.extend(check_case(&overlay, world, &stood));
    if any_error(&found) {
        return Err(found);
    }
    if decision.urgency.is_some() {
        lateness_stays(world, case, &stood, actor)?;
    }
    Ok(decision)
}

/// What the urgency was and will be, where a step changes one that was decided.
fn urgency_changed(case: &Case, card: &Map<String, Value>) -> Option<(String, String)> {
    let before = case.card.as_ref()?.urgency.clone()?;
    let after = card.get("urgency")?.as_str()?.to_owned();
    (before != after).then_some((before, after))
}

/// What is late stays late: no change of urgency makes an overdue deadline one that is not.
fn lateness_stays(
    world: &World,
    before: &Case,
    after: &Case,
    actor: &Actor,
) -> Result<(), Vec<Diagnostic>> {
    let late = |case: &Case| {
        let (all, _) = clocks(world, case, &case.scope(world));
        let late = all.into_iter().filter(|clock| {
            clock.is_open() && clock.standing(&world.calendar, actor.at).phase == Phase::Overdue
        });
        late.collect::<Vec<_>>()
    };
    let then = late(after);
    let lost = late(before).into_iter().find(|clock| {
        !then.iter().any(|other| {
            (&other.deadline, &other.department) == (&clock.deadline, &clock.department)
        })
    });
    let Some(clock) = lost else {
        return Ok(());
    };
    let deadline = &world.rulebook.deadlines[&clock.deadline];
    let due = clock.due.map(|due| due.to_string()).unwrap_or_default();
    Err(vec![
        Diagnostic::new(
            Code::StepCondition,
            card_place(before, "/urgency"),
            format!(
                "“{}” was due on {due} and is overdue: a lower urgency would hide that",
                deadline.label.en
            ),
            format!(
                "“{}”已于 {due} 到期，调低紧急程度会掩盖逾期",
                deadline.label.zh
            ),
        )
        .remedy(
            "lower the urgency when it is done; what is late stays late",
            "请待其完成后再调低；已经逾期的须如实保留",
        )
        .procedure(deadline.procedure.joined()),
    ])
}

fn step_scope(world: &World, case: &Case, step: &Value) -> Scope {
    let mut scope = case.scope(world);
    let any = Shape::Any;
    scope.set(
        "step",
        step.clone(),
        world.variables.get("step").unwrap_or(&any),
    );
    scope
}

fn target(case: &Case, step: &Step, scope: &Scope, state: &str) -> Result<String, Vec<Diagnostic>> {
    match &step.to {
        None => Ok(state.to_owned()),
        Some(Target::Always(to)) => Ok(to.clone()),
        Some(Target::First(branches)) => {
            for Branch { when, to } in branches {
                let holds = match when {
                    None => true,
                    Some(condition) => condition
                        .holds(scope)
                        .map_err(|why| vec![unjudged(case, condition, &why.en, &why.zh)])?,
                };
                if holds {
                    return Ok(to.clone());
                }
            }
            Ok(state.to_owned())
        }
    }
}

fn value_of(case: &Case, condition: &Condition, scope: &Scope) -> Result<Value, Vec<Diagnostic>> {
    condition
        .evaluate(scope)
        .map_err(|why| vec![unjudged(case, condition, &why.en, &why.zh)])
}

fn unjudged(case: &Case, condition: &Condition, en: &str, zh: &str) -> Diagnostic {
    Diagnostic::new(
        Code::RuleJudgement,
        card_place(case, ""),
        format!(
            "`{}` in the rulebook could not be evaluated: {en}",
            condition.source()
        ),
        format!("规则书中的 `{}` 无法求值：{zh}", condition.source()),
    )
}

fn card_place(case: &Case, pointer: &str) -> Place {
    match &case.card_record {
        Some(record) => record.place(pointer),
        None => Place::file(format!("{}/collection.yaml", case.folder)),
    }
}

fn unknown_step(case: &Case, world: &World, name: &str) -> Diagnostic {
    let known = world.rulebook.steps.keys().map(String::as_str);
    let id = &case.id;
    let diagnostic = Diagnostic::new(
        Code::StepUnknown,
        card_place(case, "/state"),
        format!("there is no step `{name}`"),
        format!("没有 `{name}` 这个步骤"),
    );
    match nearest(name, known) {
        Some(near) => diagnostic.remedy(
            format!("perhaps `{near}` is meant"),
            format!("是否想写 `{near}`？"),
        ),
        None => diagnostic.remedy(
            format!("clue next {id} lists the steps that can be taken"),
            format!("clue next {id} 可列出能办理的步骤"),
        ),
    }
}

fn not_under(case: &Case, world: &World, name: &str, statute: &str) -> Diagnostic {
    use crate::text::Language::{En, Zh};
    Diagnostic::new(
        Code::StepUnknown,
        card_place(case, "/state"),
        format!(
            "the step `{name}` belongs to “{}”, which the organisation is not under",
            world.rulebook.label("statute", statute, En)
        ),
        format!(
            "步骤 `{name}` 属于“{}”，本组织未适用该法规",
            world.rulebook.label("statute", statute, Zh)
        ),
    )
    .remedy(
        format!("add `statutes: [{statute}]` to organisation.yaml"),
        format!("如适用，请在 organisation.yaml 写明 `statutes: [{statute}]`"),
    )
}
