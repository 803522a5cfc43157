//! The signing keys of people: each can be verified by, belongs to one person, and is valid at some time.
//! It verifies nothing itself.

use chrono::NaiveDate;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::record::PersonKey;
use crate::signature::{ALGORITHMS, KeyFault, fingerprint, parse_key};
use crate::world::World;
use crate::yaml::Document;

const PATH: &str = "organisation.yaml";

/// Checks every key in `organisation.yaml`.
pub(super) fn check(world: &World, document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut known = Vec::new();
    for (person, own) in &world.organisation.people {
        for (index, key) in own.keys.iter().enumerate() {
            let pointer = format!("/people/{person}/keys/{index}");
            let at = |field: &str| {
                let pointer = format!("{pointer}/{field}");
                Place::at(PATH, document.root.locate_pointer(&pointer))
            };
            found.extend(never_valid(key, at("until")));
            let key = match parse_key(&key.key) {
                Ok(key) => key,
                Err(fault) => {
                    found.push(unusable(&fault, at("key")));
                    continue;
                }
            };
            let other = known
                .iter()
                .find(|(other, _, data)| other != person && data == key.key_data());
            if let Some((other, place, _)) = other {
                let print = fingerprint(&key);
                found.push(
                    Diagnostic::new(
                        Code::PersonKey,
                        at("key"),
                        format!("{person} has the same key as {other} ({print}); who signed could not be told"),
                        format!("{person} 与 {other} 的密钥相同（{print}），无法分辨签署人"),
                    )
                    .label(Place::clone(place), "the other one", "另一处")
                    .remedy("give each a key of their own", "请为两人分别登记各自的公钥")
                    .procedure("P2"),
                );
            }
            known.push((person.clone(), at("key"), key.key_data().clone()));
        }
    }
    found
}

fn unusable(fault: &KeyFault, place: Place) -> Diagnostic {
    let (en, zh) = match fault {
        KeyFault::Private => (
            "this is a private key: take it away, and sign with a new one from now on".to_owned(),
            "这是私钥：请删除，并从此改用新的密钥".to_owned(),
        ),
        KeyFault::Algorithm(name) => (
            format!("signatures of `{name}` cannot be verified"),
            format!("无法核验 `{name}` 类的签名"),
        ),
        KeyFault::Size(bits) => (
            format!("an RSA key of {bits} bits is not taken"),
            format!("不接受 {bits} 位的 RSA 密钥"),
        ),
        KeyFault::Malformed => (
            "this is no SSH public key".to_owned(),
            "这不是 SSH 公钥".to_owned(),
        ),
    };
    let remedy = match fault {
        KeyFault::Algorithm(_) => {
            let all = ALGORITHMS.join(", ");
            (format!("known are: {all}"), format!("支持的有：{all}"))
        }
        KeyFault::Size(_) => (
            "from 2048 to 4096 bits are; ssh-keygen -t ed25519 makes a better one".to_owned(),
            "可用 2048 至 4096 位；更好的是 ssh-keygen -t ed25519".to_owned(),
        ),
        KeyFault::Private | KeyFault::Malformed => (
            "write the line of the file that ends in .pub, such as ~/.ssh/id_ed25519.pub"
                .to_owned(),
            "请填写以 .pub 结尾的文件（如 ~/.ssh/id_ed25519.pub）中的那一行".to_owned(),
        ),
    };
    Diagnostic::new(Code::PersonKey, place, en, zh).remedy(remedy.0, remedy.1)
}

/// A first day after the last one.
fn never_valid(key: &PersonKey, place: Place) -> Option<Diagnostic> {
    let day = |text: &Option<String>| {
        let text = text.as_deref()?;
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    };
    let (from, until) = (day(&key.from)?, day(&key.until)?);
    (from > until).then(|| {
        Diagnostic::new(
            Code::PersonKey,
            place,
            format!("the key is valid from {from} until {until}, which is never"),
            format!("密钥自 {from} 起至 {until} 止，永远不会有效"),
        )
        .remedy("correct one of the two days", "请改正其中一个日期")
    })
}
