//! What an extract keeps back must be there: levels that are declared, fields that schemas have (P3).

use crate::diagnostic::{Code, Diagnostic};
use crate::rulebook::soundness::Checker;

impl Checker<'_> {
    pub(super) fn disclosure(&mut self) {
        let rulebook = self.rulebook;
        // What the rulebook does not say itself is no fault of its own.
        let is_own = rulebook.value.get("disclosure").is_some();
        let own = rulebook.disclosure.iter().filter(|_| is_own);
        for (index, withheld) in own.enumerate() {
            let base = format!("/disclosure/{index}");
            self.declared(
                &format!("{base}/level"),
                ("confidentiality level", "密级"),
                &withheld.level,
                rulebook.confidentiality.keys().map(String::as_str),
            );
            for (number, field) in withheld.fields.iter().enumerate() {
                let pointer = format!("{base}/fields/{number}");
                let (record, inner) = field.split_once('.').unwrap_or((field, ""));
                let is_record = rulebook.records.contains_key(record);
                if !is_record || inner.is_empty() {
                    self.found.push(
                        Diagnostic::new(
                            Code::RulebookReference,
                            self.place(&pointer),
                            format!("`{field}` is no field of a record of the rulebook"),
                            format!("`{field}` 不是规则书中某一记录的字段"),
                        )
                        .remedy(
                            "write record.field, such as collection.reporter.name",
                            "请写成 记录.字段，例如 collection.reporter.name",
                        )
                        .procedure("P3"),
                    );
                    continue;
                }
                self.field(&pointer, field);
            }
        }
        for (name, level) in &rulebook.confidentiality {
            for (index, role) in level.roles.iter().enumerate() {
                let pointer = format!("/confidentiality/{name}/roles/{index}");
                let roles = rulebook.roles.keys().map(String::as_str);
                self.declared(&pointer, ("role", "角色"), role, roles);
            }
        }
    }
}
