//! Keys that people give by their names: what an option's value means.
//! It knows no command.

use crate::engine::{Engine, Failure};
use crate::text::{Bilingual, nearest};

/// Keys, each with the names that mean it.
pub(super) type Known = Vec<(String, Vec<String>)>;

/// The departments of the organisation.
pub(super) fn departments(engine: &Engine) -> Known {
    let departments = engine.world().organisation.departments.iter();
    departments
        .map(|(key, department)| (key.clone(), vec![department.name.clone()]))
        .collect()
}

/// The people of the organisation.
pub(super) fn people(engine: &Engine) -> Known {
    let people = engine.world().organisation.people.iter();
    people
        .map(|(key, person)| (key.clone(), vec![person.name.clone()]))
        .collect()
}

/// The deadlines of the rulebook.
pub(super) fn deadlines(engine: &Engine) -> Known {
    let deadlines = engine.world().rulebook.deadlines.iter();
    deadlines
        .map(|(key, deadline)| {
            let label = &deadline.label;
            (key.clone(), vec![label.en.clone(), label.zh.clone()])
        })
        .collect()
}

/// The key that a text means: itself, or the one whose label or name it is.
pub(super) fn key_of(
    option: &str,
    text: &str,
    known: &[(String, Vec<String>)],
) -> Result<String, Failure> {
    let found = known.iter().find(|(key, names)| {
        key == text || names.iter().any(|name| name.eq_ignore_ascii_case(text))
    });
    if let Some((key, _)) = found {
        return Ok(key.clone());
    }
    let near = nearest(
        text,
        known
            .iter()
            .flat_map(|(key, names)| std::iter::once(key).chain(names))
            .map(String::as_str),
    );
    let keys: Vec<&str> = known.iter().map(|(key, _)| key.as_str()).collect();
    let all = keys.join(", ");
    let (near_en, near_zh) = near.map_or_else(Default::default, |near| {
        (
            format!("perhaps `{near}` is meant; "),
            format!("是否想写 `{near}`？"),
        )
    });
    Err(Failure::Usage {
        message: Bilingual::new(
            format!("{option} {text}: there is no such value"),
            format!("{option} {text}：没有这个值"),
        ),
        remedy: Some(Bilingual::new(
            format!("{near_en}there are: {all}"),
            format!("{near_zh}可用的值：{all}（也可写中文名称）"),
        )),
    })
}
