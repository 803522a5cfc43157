//! Signatures of commits: by a key of the author that was valid at the time, where the rulebook or the author's keys ask
//! for one (P2). It never calls a program.

use std::collections::HashMap;

use crate::audit::walk::StepTaken;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::git::{CommitFacts, GitError, Repository};
use crate::signature::{Signers, Verdict};
use crate::text::visible_line;
use crate::world::World;

/// The keys of each organisation that history knew, read once.
#[derive(Default)]
pub(super) struct KeyRing {
    /// By the address of the rulebook's world, which the audit holds as long as this.
    signers: HashMap<usize, Signers>,
}

impl KeyRing {
    /// Judges the signature of a commit, by the people in force before it.
    pub(super) fn judge(
        &mut self,
        repository: &Repository,
        world: &World,
        facts: &CommitFacts,
        author: Option<&str>,
        steps: &[StepTaken],
    ) -> Result<Option<Diagnostic>, GitError> {
        let asked = steps.iter().find(|step| {
            let declared = world.rulebook.steps.get(&step.step);
            declared.is_some_and(|declared| declared.signed)
        });
        let tell = |en: String, zh: String| {
            let place = asked.map_or_else(|| Place::file(""), |step| step.place.clone());
            let found = Diagnostic::new(Code::HistorySignature, place, en, zh);
            Some(remedied(found, facts, author).procedure("P2"))
        };
        if !facts.is_signed {
            return Ok(asked.and_then(|step| {
                tell(
                    format!("`{}` must be signed, and the commit is not", step.step),
                    format!(
                        "{}须签名，此提交没有签名",
                        world.rulebook.named_zh("step", &step.step)
                    ),
                )
            }));
        }
        let signed = repository.signed_commit(&facts.id.to_string())?;
        let Some(armored) = &signed.signature else {
            return Ok(None);
        };
        let signers = self
            .signers
            .entry(std::ptr::from_ref(world) as usize)
            .or_insert_with(|| Signers::of(&world.organisation));
        let verdict = signers.verify(&signed.payload, armored, facts.committer.time);
        let name = |key: &str| visible_line(world.organisation.person_name(key));
        if let (Verdict::Good { person }, Some(author)) = (&verdict, author)
            && person != author
        {
            return Ok(tell(
                format!("{} signed the commit of {}", name(person), name(author)),
                format!("提交的作者是{}，签名的却是{}", name(author), name(person)),
            ));
        }
        if verdict.is_good() {
            return Ok(None);
        }
        // Whoever has keys in the organisation signs with them; others may sign as they like where nothing asks for it.
        let has_keys = author
            .and_then(|author| world.organisation.people.get(author))
            .is_some_and(|person| !person.keys.is_empty());
        let broken = matches!(
            verdict,
            Verdict::Bad | Verdict::Malformed | Verdict::OtherPurpose { .. }
        );
        let of_somebody = verdict.person().is_some();
        if !(broken || of_somebody || has_keys || asked.is_some()) {
            return Ok(None);
        }
        let message = verdict.message();
        Ok(tell(
            format!("the signature of the commit: {}", message.en),
            format!("提交的签名：{}", message.zh),
        ))
    }
}

/// What can be done: history is not rewritten once others have it, and a key is listed before it signs.
fn remedied(found: Diagnostic, facts: &CommitFacts, author: Option<&str>) -> Diagnostic {
    let id = facts.id.short();
    let who = author.unwrap_or("X");
    let whose = visible_line(who);
    found.remedy(
        format!(
            "if nobody else has the commit: git reset --soft {id}~1, list the public key under people.{whose}.keys in organisation.yaml and commit that first (git config commit.gpgSign true, user.signingKey), then take the step anew; if it was shared, ask {whose} whether they made it, and keep the answer: the finding stays"
        ),
        format!(
            "如果尚未分享：git reset --soft {id}~1，先把公钥登记在 organisation.yaml 的 people.{whose}.keys 下并提交（并设置 git config commit.gpgSign true 和 user.signingKey），再重新办理；如果已经分享，请向 {whose} 核实是否本人提交并记录在案，此问题会一直保留"
        ),
    )
}
