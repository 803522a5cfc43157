//! Public keys of people, as an `.pub` file has them: which are taken, and what is wrong with the others.
//! It verifies nothing.

use ssh_key::public::KeyData;
use ssh_key::{HashAlg, PublicKey};

/// The algorithms of keys that signatures can be verified by.
pub const ALGORITHMS: [&str; 7] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The sizes of RSA keys that are taken, in bits.
pub(super) const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why a text is no key that signatures can be verified by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// It holds a private key.
    Private,
    /// Its algorithm is not known here; the algorithm's name.
    Algorithm(String),
    /// It is an RSA key of so many bits.
    Size(usize),
    Malformed,
}

/// Reads a public key as an `.pub` file has it.
pub fn parse_key(text: &str) -> Result<PublicKey, KeyFault> {
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        return Err(KeyFault::Private);
    }
    if text.contains(['\n', '\r']) {
        return Err(KeyFault::Malformed);
    }
    let (algorithm, _) = text.split_once(' ').ok_or(KeyFault::Malformed)?;
    if !ALGORITHMS.contains(&algorithm) {
        return Err(KeyFault::Algorithm(algorithm.to_owned()));
    }
    let key = PublicKey::from_openssh(text).map_err(|_| KeyFault::Malformed)?;
    match rsa_bits(key.key_data()) {
        Some(bits) if !RSA_BITS.contains(&bits) => Err(KeyFault::Size(bits)),
        _ => Ok(key),
    }
}

pub(super) fn rsa_bits(key: &KeyData) -> Option<usize> {
    let bytes = key.rsa()?.n.as_positive_bytes()?;
    let first = bytes.first()?;
    Some(bytes.len() * 8 - first.leading_zeros() as usize)
}

/// A key's SHA-256 as `ssh-keygen -l` shows it.
pub fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_strictly() {
        #[track_caller]
        fn case(text: &str, expected: Result<(), KeyFault>) {
            assert_eq!(parse_key(text).map(|_| ()), expected, "{text}");
        }
        let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";
        case(key, Ok(()));
        case(&format!("{key} li@example.org\n"), Ok(()));
        case(&format!("{key} li\n{key} wu"), Err(KeyFault::Malformed));
        case(&key[..70], Err(KeyFault::Malformed));
        case(&key.replace("ssh-ed25519 ", ""), Err(KeyFault::Malformed));
        case(
            &key.replace("ssh-ed25519 ", "ssh-rsa "),
            Err(KeyFault::Malformed),
        );
        case(
            "ssh-dss AAAAB3NzaC1kc3MAAACB",
            Err(KeyFault::Algorithm("ssh-dss".to_owned())),
        );
        case(
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            Err(KeyFault::Private),
        );
        case("", Err(KeyFault::Malformed));
    }
}
