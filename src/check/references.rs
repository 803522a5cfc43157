//! References: people, departments, clues and the rulebook's lists that records name must exist.

use serde_json::Value;

use crate::case::{Case, Record, folder_of, is_id};
use crate::check::register::entry_path;
use crate::check::{keys, people};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::files::Files;
use crate::text::{Bilingual, nearest};
use crate::world::World;
use crate::yaml;

/// Checks every reference of a clue's records.
pub fn check(files: &dyn Files, world: &World, case: &Case) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for record in case
        .card_record
        .iter()
        .chain(case.records.values().flatten())
    {
        for reference in record.references(world) {
            let place = || record.place(&reference.pointer);
            let (what, name) = (&reference.what, &reference.name);
            found.extend(check_one(files, world, &place, what, name));
        }
        found.extend(kind_in_category(world, record));
    }
    found
}

/// Checks the references inside `organisation.yaml`.
pub(super) fn check_organisation(files: &dyn Files, world: &World) -> Vec<Diagnostic> {
    const PATH: &str = "organisation.yaml";
    let bytes = files
        .read(PATH, crate::world::MAXIMUM_RECORD)
        .ok()
        .flatten()
        .unwrap_or_default();
    let (Some(document), _) = yaml::parse(PATH, &bytes) else {
        return Vec::new();
    };
    let references = world
        .schemas
        .references("organisation", &world.organisation_value);
    let mut found: Vec<Diagnostic> = references
        .iter()
        .filter_map(|reference| {
            let place = || Place::at(PATH, document.root.locate_pointer(&reference.pointer));
            check_one(files, world, &place, &reference.what, &reference.name)
        })
        .collect();
    if world
        .organisation
        .time_zone
        .parse::<chrono_tz::Tz>()
        .is_err()
    {
        found.push(
            Diagnostic::new(
                Code::SchemaValue,
                Place::at(PATH, document.root.locate_pointer("/time_zone")),
                format!("`{}` is no time zone", world.organisation.time_zone),
                format!("`{}` 不是有效的时区", world.organisation.time_zone),
            )
            .remedy(
                "write its IANA name, such as Asia/Shanghai",
                "请写 IANA 名称，例如 Asia/Shanghai",
            ),
        );
    }
    found.extend(people::check(world, &document));
    found.extend(keys::check(world, &document));
    found
}

/// Checks one value that names something: a person, a department, a clue, or a word of the rulebook. `place` says where it
/// stands, and is asked only where there is something to say.
pub fn check_one(
    files: &dyn Files,
    world: &World,
    place: &dyn Fn() -> Place,
    what: &str,
    name: &str,
) -> Option<Diagnostic> {
    match what {
        "person" => {
            let people = &world.organisation.people;
            if people.contains_key(name) {
                return None;
            }
            let diagnostic = Diagnostic::new(
                Code::ReferencePerson,
                place(),
                format!("there is no person `{name}` in the organisation"),
                format!("组织中没有 `{name}` 这个人"),
            );
            let by_name = people
                .iter()
                .find(|(_, person)| person.name == name)
                .map(|(key, _)| key.clone());
            let near = by_name.or_else(|| nearest(name, people.keys().map(String::as_str)));
            Some(suggest(
                diagnostic,
                near,
                "add the person to organisation.yaml",
                "请在 organisation.yaml 中添加此人",
            ))
        }
        "department" => {
            let departments = &world.organisation.departments;
            if departments.contains_key(name) {
                return None;
            }
            let diagnostic = Diagnostic::new(
                Code::ReferenceDepartment,
                place(),
                format!("there is no department `{name}` in the organisation"),
                format!("组织中没有 `{name}` 这个部门"),
            );
            let by_name = departments
                .iter()
                .find(|(_, own)| own.name == name)
                .map(|(key, _)| key.clone());
            let near = by_name.or_else(|| nearest(name, departments.keys().map(String::as_str)));
            Some(suggest(
                diagnostic,
                near,
                "add it to organisation.yaml",
                "请在 organisation.yaml 中添加该部门",
            ))
        }
        "clue" => {
            let there = if is_id(name) {
                folder_of(name).is_some_and(|folder| {
                    matches!(files.kind(&format!("{folder}/clue.yaml")), Ok(Some(_)))
                })
            } else {
                entry_path(name).is_some_and(|path| matches!(files.kind(&path), Ok(Some(_))))
            };
            (!there).then(|| {
                Diagnostic::new(
                    Code::ReferenceClue,
                    place(),
                    format!("there is no clue `{name}`"),
                    format!("没有 `{name}` 这条线索"),
                )
                .remedy("clue list shows all clues", "clue list 可列出全部线索")
            })
        }
        other => {
            if world.rulebook.declares(other, name) != Some(false) {
                return None;
            }
            let known = world.rulebook.choices(other);
            let diagnostic = Diagnostic::new(
                Code::ReferenceRulebook,
                place(),
                format!("the rulebook declares no {} `{name}`", kind_name(other).0),
                format!("规则书没有声明{} `{name}`", kind_name(other).1),
            );
            let remedy = known.suggestion(name).unwrap_or_else(|| {
                let all = known.list();
                Bilingual::new(
                    format!("declared are: {}", all.en),
                    format!("已声明的有：{}", all.zh),
                )
            });
            Some(diagnostic.remedy(remedy.en, remedy.zh))
        }
    }
}

fn suggest(diagnostic: Diagnostic, near: Option<String>, en: &str, zh: &str) -> Diagnostic {
    match near {
        Some(near) => diagnostic.remedy(
            format!("perhaps `{near}` is meant"),
            format!("是否想写 `{near}`？"),
        ),
        None => diagnostic.remedy(en, zh),
    }
}

/// What a kind of name is called, in English and Chinese.
pub fn kind_name(what: &str) -> (&str, &str) {
    match what {
        "person" => ("person", "人员"),
        "department" => ("department", "部门"),
        "clue" => ("clue", "线索"),
        "role" => ("role", "角色"),
        "channel" => ("channel", "渠道"),
        "urgency" => ("urgency", "紧急程度"),
        "confidentiality" => ("confidentiality level", "密级"),
        "measure" => ("measure", "措施"),
        "category" => ("category", "类别"),
        "kind" => ("kind", "种类"),
        "state" => ("state", "状态"),
        "step" => ("step", "步骤"),
        "record" => ("record", "记录"),
        "deadline" => ("deadline", "期限"),
        "retention" => ("retention class", "保管期限"),
        "statute" => ("statute", "法规"),
        other => (other, "名称"),
    }
}

/// A kind belongs to the category that stands beside it.
fn kind_in_category(world: &World, record: &Record) -> Option<Diagnostic> {
    let category = record.value.get("category").and_then(Value::as_str)?;
    let kind = record.value.get("kind").and_then(Value::as_str)?;
    let declared = world.rulebook.categories.get(category)?;
    if declared.kinds.contains_key(kind) || world.rulebook.declares("kind", kind) == Some(false) {
        return None;
    }
    let all = world
        .rulebook
        .labelled("kind", declared.kinds.keys())
        .list();
    Some(
        Diagnostic::new(
            Code::ReferenceRulebook,
            record.place("/kind"),
            format!("the kind `{kind}` does not belong to the category `{category}`"),
            format!("种类 `{kind}` 不属于类别 `{category}`"),
        )
        .remedy(
            format!("its kinds are: {}", all.en),
            format!("该类别的种类有：{}", all.zh),
        )
        .procedure("T1"),
    )
}
