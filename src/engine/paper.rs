//! Documents as PDF: the press with this repository's templates and faces, and each document with what it lacks.
//! It draws nothing itself, and writes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::builtin;
use crate::case::Case;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::disclosure::Quiet;
use crate::document::Sheet;
use crate::engine::{Engine, Failure, Shown};
use crate::files::DiskFiles;
use crate::paper::{FOLDER, MISSING, Press, faces_in};
use crate::text::{Bilingual, Language, Span};

/// A document as PDF, and what a reader should know about it.
#[derive(Debug)]
pub struct Paper {
    /// PDF/A-2a and PDF/UA-1; the same records give the same bytes.
    pub pdf: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has, and attachments that are listed and not there: warnings.
    pub findings: Vec<Diagnostic>,
}

impl Engine {
    /// Makes ready what draws documents: once for as many of them as there are.
    ///
    /// Faces in `folder` go first, then those of the repository's `templates/fonts/`, then the program's own. Faces that
    /// cannot be read are told.
    pub fn press(&self, folder: Option<&Path>) -> Result<(Press, Vec<Diagnostic>), Failure> {
        let mut faces = Vec::new();
        if let Some(folder) = folder {
            faces = faces_in(&DiskFiles::new(self.start.join(folder)), "");
            if faces.is_empty() {
                let shown = folder.display();
                return Err(Failure::Usage {
                    message: Bilingual::new(
                        format!("{shown} holds no font"),
                        format!("{shown} 中没有字体文件"),
                    ),
                    remedy: Some(Bilingual::new(
                        "name a folder with .ttf, .otf or .ttc files, or leave --fonts out",
                        "请指定含有 .ttf、.otf 或 .ttc 文件的目录，或不用 --fonts",
                    )),
                });
            }
        }
        Ok(Press::new(self.files(), builtin::files(), faces))
    }

    /// Renders a record, named by its path in the clue's folder, the dossier, its cover alone (`cover`) or the spine
    /// label (`spine`) as PDF.
    pub fn render_pdf(
        &self,
        press: &Press,
        clue: &str,
        document: &str,
        language: Language,
    ) -> Result<Paper, Failure> {
        self.pdf(
            press,
            &self.shown(clue, None, language)?,
            document,
            language,
        )
    }

    /// The same of a clue as it is shown to a reader.
    pub fn pdf(
        &self,
        press: &Press,
        shown: &Shown,
        document: &str,
        language: Language,
    ) -> Result<Paper, Failure> {
        let case = &shown.case;
        let sheet = self.sheet(shown, document, language)?;
        let mut findings = self.absent_attachments(shown, document);
        let printed = press
            .print(&sheet)
            .map_err(|found| Failure::Findings(vec![placed(case, found)]))?;
        findings.extend(lacking(&printed.missing, |character| {
            // An extract's records are not those of the files, and no place in them is.
            match shown.extract {
                Some(_) => (Place::file(&case.folder), false),
                None => self.place_of(case, document, character),
            }
        }));
        Ok(Paper {
            pdf: printed.pdf,
            pages: printed.pages,
            findings,
        })
    }

    /// Where what a document shows first has a character, and whether it is kept back there.
    fn place_of(&self, case: &Case, document: &str, character: char) -> (Place, bool) {
        let records = &self.world().rulebook.records;
        let all = || case.records.values().flatten();
        let of_schema = |schema: &'static str| {
            all().filter(move |record| {
                let declared = records.get(&record.name);
                declared.is_some_and(|declared| declared.schema == schema)
            })
        };
        // A form shows itself, and may quote the card and these two.
        let shown = all()
            .filter(|record| record.inner == document)
            .chain(&case.card_record)
            .chain(of_schema("collection"))
            .chain(of_schema("triage"))
            .chain(all());
        let mut found = shown.filter_map(|record| Some((record, record.text().find(character)?)));
        let Some((record, at)) = found.next() else {
            return (Place::file("organisation.yaml"), false);
        };
        let quiet = Quiet::of(self.files());
        let end = at + character.len_utf8();
        let is_kept = quiet.source(&record.path, record.text()).as_bytes()[at..end]
            .iter()
            .all(|byte| *byte == b'*');
        let place = match is_kept {
            true => Place::file(&record.path),
            false => Place::at(&record.path, Span::new(at, end)),
        };
        (place, is_kept)
    }

    /// Draws a sheet that belongs to no single clue, such as the ledger.
    pub fn print(&self, press: &Press, sheet: &Sheet) -> Result<Paper, Failure> {
        let printed = press
            .print(sheet)
            .map_err(|found| Failure::Findings(vec![found]))?;
        let place = |_| (Place::file(&sheet.source), false);
        Ok(Paper {
            pdf: printed.pdf,
            pages: printed.pages,
            findings: lacking(&printed.missing, place),
        })
    }
}

/// A finding that names a record by its path in the clue's folder, with its path in the repository.
fn placed(case: &Case, mut found: Diagnostic) -> Diagnostic {
    if found.place.span.is_none() && !found.place.path.starts_with(FOLDER) {
        found.place.path = format!("{}/{}", case.folder, found.place.path);
    }
    found
}

/// A warning for each character that no font has; one of a field that is kept back is not named.
fn lacking(missing: &BTreeSet<char>, place: impl Fn(char) -> (Place, bool)) -> Vec<Diagnostic> {
    let finding = |&character: &char| {
        let (place, is_kept) = place(character);
        let code = format!("U+{:04X}", u32::from(character));
        let (en, zh) = match is_kept {
            true => (
                format!(
                    "no font has a character of a field that is kept back; it stands as {MISSING} in the PDF"
                ),
                format!("没有字体包含某个不予公开字段中的一个字符，PDF 中以{MISSING}表示"),
            ),
            false => (
                format!("no font has {code} ({character}); it stands as {MISSING} in the PDF"),
                format!("没有字体包含 {code}（{character}），PDF 中以{MISSING}表示"),
            ),
        };
        Diagnostic::new(Code::CharacterWithoutFont, place, en, zh).remedy(
            "put a font that has it into templates/fonts/, or name its folder by --fonts",
            "请把含有该字的字体放入 templates/fonts/，或用 --fonts 指定字体目录",
        )
    };
    missing.iter().map(finding).collect()
}
