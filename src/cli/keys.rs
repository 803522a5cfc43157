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
    // A name in short, such as 质量部 for 质量管理部, has the signs of the whole one in their order.
    let short =
        |(_, names): &&(String, Vec<String>)| names.iter().any(|name| has_in_order(name, text));
    let mut shorts = known.iter().filter(short);
    let short = shorts.next().filter(|_| shorts.next().is_none());
    let near = short.map(|(key, _)| key.clone()).or_else(|| {
        let candidates = known
            .iter()
            .flat_map(|(key, names)| std::iter::once(key).chain(names));
        nearest(text, candidates.map(String::as_str))
    });
    let keys: Vec<&str> = known.iter().map(|(key, _)| key.as_str()).collect();
    let all = keys.join(", ");
    let named = |key: &str| match known.iter().find(|(own, _)| own == key) {
        Some((key, names)) => match names.last().filter(|name| *name != key) {
            Some(name) => format!("{name}（{key}）"),
            None => key.clone(),
        },
        None => key.to_owned(),
    };
    let all_zh: Vec<String> = keys.iter().map(|key| named(key)).collect();
    let all_zh = all_zh.join("、");
    let (near_en, near_zh) = near.map_or_else(Default::default, |near| {
        (
            format!("perhaps `{near}` is meant; "),
            format!("是否想写“{}”？", named(&near)),
        )
    });
    Err(Failure::Usage {
        message: Bilingual::new(
            format!("{option} {text}: there is no such value"),
            format!("{option} {text}：没有这个值"),
        ),
        remedy: Some(Bilingual::new(
            format!("{near_en}there are: {all}"),
            format!("{near_zh}可用的值：{all_zh}，写键或名称均可"),
        )),
    })
}

/// Whether a name has all signs of a text, in their order; for texts of two signs and more that are not all Latin.
fn has_in_order(name: &str, text: &str) -> bool {
    let mut signs = name.chars();
    !text.is_ascii()
        && text.chars().count() > 1
        && text.chars().all(|sign| signs.any(|own| own == sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_short_finds_the_whole_one() {
        let known: Known = [
            ("quality", "质量管理部"),
            ("marketing", "市场部"),
            ("service", "客户服务部"),
        ]
        .map(|(key, name)| (key.to_owned(), vec![name.to_owned()]))
        .into();
        let refused = |text: &str| match key_of("--department", text, &known) {
            Err(Failure::Usage {
                remedy: Some(remedy),
                ..
            }) => remedy.zh,
            other => panic!("{other:?}"),
        };
        assert!(refused("质量部").starts_with("是否想写“质量管理部（quality）”？"));
        assert!(refused("服务部").starts_with("是否想写“客户服务部（service）”？"));
        assert_eq!(
            refused("工会"),
            "可用的值：质量管理部（quality）、市场部（marketing）、客户服务部（service），写键或名称均可"
        );
        assert_eq!(
            key_of("--department", "市场部", &known).expect("a key"),
            "marketing"
        );
    }
}
