//! Steps that the rulebook wants signed: refused where git would not sign them, or not with a key of whoever acts.
//! It signs nothing itself; git's layer does.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::engine::Engine;
use crate::git::{Identity, Repository, Signer};
use crate::signature::{Signers, Verdict, parse_key};
use crate::workflow::Actor;

impl Engine {
    /// What stands in the way of a step that must be signed.
    pub(super) fn unsigned(
        &self,
        step: &str,
        repository: &Repository,
        actor: &Actor,
        committer: &Identity,
    ) -> Option<Diagnostic> {
        let declared = self.world.rulebook.steps.get(step)?;
        if !declared.signed {
            return None;
        }
        let pointer = format!("/steps/{step}/signed");
        let place = Place::at(
            "workflow.yaml",
            self.world.rulebook_document.root.locate_pointer(&pointer),
        );
        // Settings by which git cannot sign stop the step when it is published, with their own words.
        let Some(signer) = repository.signer().ok()? else {
            return Some(
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
        let is = match &verdict {
            Verdict::Good { person } => (
                format!("is one of {person}, not of {name}"),
                format!("属于 {person}，不属于 {name}"),
            ),
            other => {
                let message = other.message();
                (message.en, message.zh)
            }
        };
        (!own).then(|| {
            Diagnostic::new(
                Code::StepSignature,
                place,
                format!(
                    "`{step}` must be signed by {name}, and what git signs with {}",
                    is.0
                ),
                format!("`{step}` 须由 {name} 签名，而 git 签名所用密钥{}", is.1),
            )
            .remedy(
                format!(
                    "put the public key under keys of {} in organisation.yaml and commit it, or sign with the one that is there",
                    actor.person
                ),
                format!(
                    "请把公钥登记在 organisation.yaml 中 {} 的 keys 下并提交，或改用已登记的密钥",
                    actor.person
                ),
            )
            .procedure("P2")
        })
    }

    /// What a signature made now would be worth; `None` where no file has the public half of the key.
    pub(super) fn standing_of(&self, signer: &Signer, committer: &Identity) -> Option<Verdict> {
        let key = parse_key(&signer.public_key()?).ok()?;
        Some(Signers::of(&self.world.organisation).standing(&key, committer.time))
    }
}
