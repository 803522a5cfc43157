//! People who could be taken for each other: two with one e-mail address, or with one name.
//! It compares what the organisation says, and knows nobody.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::record::Addresses;
use crate::text::fold_character;
use crate::world::World;
use crate::yaml;

const PATH: &str = "organisation.yaml";

/// Checks the people of `organisation.yaml`.
pub(super) fn check(world: &World, document: &yaml::Document) -> Vec<Diagnostic> {
    let mut found = shared_addresses(world, document);
    found.extend(namesakes(world, document));
    found
}

/// Two who act under one name may be one person, who then approves what they wrote themselves. Namesakes there are, too, and
/// no document could tell them apart: what is written behind the name does.
fn namesakes(world: &World, document: &yaml::Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut known: HashMap<String, &str> = HashMap::new();
    let active = world.organisation.people.iter();
    for (key, person) in active.filter(|(_, person)| person.until.is_none()) {
        let name = person.name.chars().filter(|one| !one.is_whitespace());
        let name: String = name.flat_map(fold_character).collect();
        let Some(other) = known.get(name.as_str()) else {
            known.insert(name, key);
            continue;
        };
        let at = |key: &str| {
            let pointer = format!("/people/{key}/name");
            Place::at(PATH, document.root.locate_pointer(&pointer))
        };
        found.push(
            Diagnostic::new(
                Code::PersonNamesake,
                at(key),
                format!("{key} has the same name as {other}: one person with two entries could approve what they wrote themselves"),
                format!("{key} 与 {other} 姓名相同：如果是同一人，就可能自己审批自己起草的材料"),
            )
            .label(at(other), "the other one", "另一处")
            .remedy(
                "of one person make one entry, with all addresses in a list, or give the former entry its last day (until); of two people tell the names apart, as in 王伟（质量部）",
                "如果是同一人，请合并为一条，邮箱写成列表，或给原条目写明任职至（until）；如果是两人，请在姓名后注明以示区别，例如“王伟（质量部）”",
            )
            .procedure("P2"),
        );
    }
    found
}

/// Two people with one address could not be told apart as authors of steps.
fn shared_addresses(world: &World, document: &yaml::Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let people: Vec<_> = world.organisation.people.iter().collect();
    for (index, (key, person)) in people.iter().enumerate() {
        let earlier = people[..index]
            .iter()
            .find(|(_, other)| match &other.email {
                Addresses::One(address) => person.email.contains(address),
                Addresses::Several(several) => {
                    several.iter().any(|address| person.email.contains(address))
                }
            });
        if let Some((other, _)) = earlier {
            found.push(
                Diagnostic::new(
                    Code::ReferencePerson,
                    Place::at(
                        PATH,
                        document
                            .root
                            .locate_pointer(&format!("/people/{key}/email")),
                    ),
                    format!(
                        "{key} has the same e-mail address as {other}; who acted could not be told"
                    ),
                    format!("{key} 与 {other} 的邮箱相同，无法分辨办理人"),
                )
                .remedy(
                    "give each an address of their own; who has several entries gets one, with all addresses in a list",
                    "请为两人分别填写各自的邮箱；同一人有多条的请合并为一条，邮箱写成列表",
                )
                .procedure("P2"),
            );
        }
    }
    found
}
