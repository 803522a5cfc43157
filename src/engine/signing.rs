//! Steps that are signed: refused where the rulebook wants it and git would not, or not with a key of whoever acts.
//! It judges as the audit does afterwards.
//! It signs nothing itself; git's layer does.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Engine;
use crate::git::{Identity, Repository, Signer};
use crate::signature::{Signers, Verdict, parse_key};
use crate::workflow::Actor;

impl Engine {
    /// What stands in the way of a step that must be signed, or that git would sign with a key that the audit refuses.
    pub(super) fn unsigned(
        &self,
        step: &str,
        repository: &Repository,
        actor: &Actor,
        committer: &Identity,
    ) -> Option<Diagnostic> {
        let must = self.world.rulebook.steps.get(step)?.signed;
        let place = if must {
            let pointer = format!("/steps/{step}/signed");
            let span = self.world.rulebook_document.root.locate_pointer(&pointer);
            Place::at("workflow.yaml", span)
        } else {
            Place::file("organisation.yaml")
        };
        // Settings by which git cannot sign stop the step when it is published, with their own words.
        let Some(signer) = repository.signer().ok()? else {
            return must.then(||
                Diagnostic::new(
                    Code::StepSignature,
                    place,
                    format!("`{step}` must be signed, and git is not set to sign"),
                    format!("`{step}` 须签名，而 git 没有设置为签名"),
                )
                .remedy(
                    "git config commit.gpgSign true; git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub",
                    "请执行 git config commit.gpgSign true、git config gpg.format ssh、git config user.signingKey ~/.ssh/id_ed25519.pub",
                )
                .procedure("P2"),
            );
        };
        let name = self.world.organisation.person_name(&actor.person);
        let verdict = self.standing_of(signer, committer)?;
        let own = verdict.is_good() && verdict.person() == Some(&actor.person);
        // Whoever has keys signs with them; others may sign as they like where nothing asks for it.
        let person = self.world.organisation.people.get(&actor.person);
        let has_keys = person.is_some_and(|person| !person.keys.is_empty());
        if own || !(must || has_keys || verdict.person().is_some()) {
            return None;
        }
        let is = match &verdict {
            Verdict::Good { person } => (
                format!("is by a key of {person}, not of {name}"),
                format!("所用密钥属于 {person}，不属于 {name}"),
            ),
            other => {
                let message = other.message();
                (message.en, message.zh)
            }
        };
        let (en, zh) = if must {
            (
                format!(
                    "`{step}` must be signed by {name}, and the signature that git would make {}",
                    is.0
                ),
                format!("`{step}` 须由 {name} 签名，而 git 将作的签名{}", is.1),
            )
        } else {
            (
                format!(
                    "git is set to sign `{step}` of {name}, and the signature {}; the audit would refuse the commit",
                    is.0
                ),
                format!(
                    "按设置 git 会为 {name} 的 `{step}` 签名，而该签名{}；审计会拒绝此提交",
                    is.1
                ),
            )
        };
        Some(
            Diagnostic::new(Code::StepSignature, place, en, zh)
            .remedy(
                format!(
                    "put the public key under people.{}.keys in organisation.yaml and commit it, or sign with one that is there",
                    actor.person
                ),
                format!(
                    "请把公钥登记在 organisation.yaml 的 people.{}.keys 下并提交，或改用已登记的密钥",
                    actor.person
                ),
            )
            .procedure("P2"),
        )
    }

    /// What a signature made now would be worth; `None` where no file has the public half of the key.
    pub(super) fn standing_of(&self, signer: &Signer, committer: &Identity) -> Option<Verdict> {
        let key = parse_key(&signer.public_key()?).ok()?;
        Some(Signers::of(&self.world.organisation).standing(&key, committer.time))
    }
}
