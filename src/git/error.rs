//! What git could not do, and what to do about it, in words.

use git2::ErrorCode;

use crate::text::Bilingual;

/// Why git could not do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GitError {
    /// The repository has no work tree.
    Bare,
    /// Neither the environment nor git's configuration says who acts.
    NoIdentity,
    /// A date in the environment cannot be read.
    Date(String),
    /// The repository belongs to another user of the system.
    Owner(String),
    /// git is set to sign with something else than SSH.
    SigningFormat(String),
    /// A setting of git that is neither true nor false.
    Setting(String),
    /// git is to sign, and no key is named.
    SigningKey,
    /// The program that signs did not; its words.
    Signing(String),
    /// The repository names its objects by another hash than SHA-1.
    ObjectFormat(String),
    /// The repository keeps its references otherwise than as files.
    ReferenceFormat(String),
    /// An object of the repository is not there.
    Missing(String),
    /// An object of the repository cannot be read, and why.
    Damaged(String, String),
    /// Anything else, in the library's words.
    Failed(String),
}

impl GitError {
    /// What is wrong.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::Bare => Bilingual::new(
                "this git repository is bare: it has no files to work on",
                "这是裸仓库，没有可以办理的文件",
            ),
            Self::NoIdentity => Bilingual::new(
                "git does not know who you are, so the step would have no author",
                "git 不知道您是谁，无法记录办理人",
            ),
            Self::Date(text) => Bilingual::new(
                format!(
                    "`{text}` in GIT_AUTHOR_DATE or GIT_COMMITTER_DATE is no date that can be read"
                ),
                format!("GIT_AUTHOR_DATE 或 GIT_COMMITTER_DATE 中的 `{text}` 不是有效的日期"),
            ),
            Self::Owner(path) => Bilingual::new(
                format!("{path} belongs to another user of this system, and git refuses to use it"),
                format!("{path} 属于系统的另一个用户，git 拒绝使用"),
            ),
            Self::SigningFormat(format) => Bilingual::new(
                format!("git is set to sign with {format}, and clue signs with SSH only"),
                format!("git 设置为用 {format} 签名，而 clue 只用 SSH 签名"),
            ),
            Self::Setting(setting) => Bilingual::new(
                format!("git's configuration says {setting}, which is neither true nor false"),
                format!("git 的设置 {setting} 既不是 true 也不是 false"),
            ),
            Self::SigningKey => Bilingual::new(
                "git is to sign, and does not know with which key",
                "git 须签名，但没有设置签名密钥",
            ),
            Self::Signing(words) => Bilingual::new(
                format!("it could not be signed: {words}"),
                format!("签名失败：{words}"),
            ),
            Self::ObjectFormat(format) => Bilingual::new(
                format!(
                    "the repository has the object format {format}, which this program cannot read"
                ),
                format!("仓库使用的对象格式是 {format}，本程序无法读取"),
            ),
            Self::ReferenceFormat(format) => Bilingual::new(
                format!(
                    "the repository has the storage of references {format}, which this program cannot read"
                ),
                format!("仓库使用的引用存储格式是 {format}，本程序无法读取"),
            ),
            Self::Missing(id) => Bilingual::new(
                format!("this git repository is damaged: the object {id} is missing"),
                format!("git 仓库已损坏：缺少对象 {id}"),
            ),
            Self::Damaged(id, why) => Bilingual::new(
                format!("this git repository is damaged: the object {id} cannot be read ({why})"),
                format!("git 仓库已损坏：无法读取对象 {id}（{why}）"),
            ),
            Self::Failed(text) => {
                Bilingual::new(format!("git: {text}"), format!("git 出错：{text}"))
            }
        }
    }

    /// What to do.
    pub fn remedy(&self) -> Option<Bilingual> {
        match self {
            Self::Bare => Some(Bilingual::new(
                "clone it and work in the clone; here clue audit works (without checkpoints), and clue hook install --pre-receive",
                "请克隆后在克隆中办理；此处可用 clue audit（不含检查点）和 clue hook install --pre-receive",
            )),
            Self::NoIdentity => Some(Bilingual::new(
                "git config user.name \"NAME\"; git config user.email ADDRESS (the one in organisation.yaml)",
                "请执行 git config user.name \"姓名\" 和 git config user.email 邮箱（与 organisation.yaml 中一致）",
            )),
            Self::Date(_) => Some(Bilingual::new(
                "write it like 2026-11-23T09:12:00+08:00",
                "请写成 2026-11-23T09:12:00+08:00 的形式",
            )),
            Self::Owner(path) => Some(Bilingual::new(
                format!("git config --global --add safe.directory {path}"),
                format!("git config --global --add safe.directory {path}"),
            )),
            Self::SigningFormat(_) => Some(Bilingual::new(
                "git config gpg.format ssh; git config user.signingKey ~/.ssh/id_ed25519.pub; or sign nothing here: git config commit.gpgSign false",
                "请执行 git config gpg.format ssh 和 git config user.signingKey ~/.ssh/id_ed25519.pub；如果此处不签名：git config commit.gpgSign false",
            )),
            Self::SigningKey => Some(Bilingual::new(
                "git config user.signingKey ~/.ssh/id_ed25519.pub",
                "请执行 git config user.signingKey ~/.ssh/id_ed25519.pub",
            )),
            Self::Signing(_) => Some(Bilingual::new(
                "see that the key of user.signingKey is there and that ssh-agent holds it: ssh-add -L; then try again",
                "请确认 user.signingKey 所指的密钥存在，且 ssh-agent 中有它（ssh-add -L），然后重试",
            )),
            Self::ObjectFormat(_) => Some(Bilingual::new(
                "make a new repository with git init --object-format=sha1, and bring the history over with git fast-export and git fast-import",
                "请用 git init --object-format=sha1 新建仓库，再用 git fast-export 和 git fast-import 迁移历史",
            )),
            Self::ReferenceFormat(_) => Some(Bilingual::new(
                "git refs migrate --ref-format=files",
                "请执行 git refs migrate --ref-format=files",
            )),
            Self::Missing(_) | Self::Damaged(..) => Some(Bilingual::new(
                "git fsck --full names all that is missing; clone anew from the server or from a colleague, or copy the missing objects from their .git/objects",
                "git fsck --full 可列出全部缺失的对象；请从服务器或同事处重新克隆，或从其 .git/objects 中复制缺失的对象",
            )),
            Self::Setting(_) | Self::Failed(_) => None,
        }
    }
}

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        if error.code() == ErrorCode::Owner {
            let path = error
                .message()
                .split('\'')
                .nth(1)
                .unwrap_or("the repository")
                .to_owned();
            return Self::Owner(path);
        }
        // The library tells these two by their words alone.
        let words = error.message();
        if let Some((_, format)) = words.split_once("unknown object format '") {
            return Self::ObjectFormat(format.trim_end_matches('\'').to_owned());
        }
        if words.to_ascii_lowercase().contains("refstorage") {
            return Self::ReferenceFormat("reftable".to_owned());
        }
        Self::Failed(words.to_owned())
    }
}
