//! The master key and what is derived from it.
//!
//! One secret of 32 bytes stands outside the database: a file that only its owner may read, or an environment variable in
//! a container. Every other secret of the house is derived from it by HMAC-SHA-256 with a label, so that none of them can
//! be turned into another. The database holds a check value, so that the wrong key is found out at the start and not by
//! an affiliate whose clicks are refused. A stolen database alone opens nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::mint::Mint;
use crate::domain::audit::AuditKey;
use crate::domain::click_token::ClickTokenKeys;
use crate::domain::id::{Entity, Id, TokenId};
use crate::domain::key::SecretKey;

/// The installation's one secret.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// Why there is no master key to work with.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not 64 hexadecimal digits.
    #[error("the master key must be 64 hexadecimal digits, as accrue writes it into its key file")]
    Malformed,
    /// The file holds something else.
    #[error("{0} must hold the master key, 64 hexadecimal digits and nothing else; put the right file back")]
    MalformedFile(String),
    /// The file cannot be read or made.
    #[error("the master key file {path} cannot be used: {cause}")]
    File {
        /// Which file.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// Others may read the file.
    #[error("the master key file {0} may be read by others; run: chmod 600 {0}")]
    Exposed(String),
}

impl MasterKey {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`MasterKeyError::Malformed`].
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let digits = text.trim().as_bytes();
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(MasterKeyError::Malformed);
        }
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| MasterKeyError::Malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| MasterKeyError::Malformed)?;
        }
        Ok(Self(key))
    }

    /// Makes a new one.
    #[must_use]
    pub fn generate(mint: Mint) -> Self {
        Self(mint.bytes())
    }

    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// [`MasterKeyError`].
    pub fn read_file(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        let refuse = |cause| MasterKeyError::File { path: path.display().to_string(), cause };
        let mut file = match File::open(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(refuse)?,
        };
        if file.metadata().map_err(refuse)?.is_dir() {
            return Err(refuse(io::ErrorKind::IsADirectory.into()));
        }
        if may_be_read_by_others(&file).map_err(refuse)? {
            return Err(MasterKeyError::Exposed(path.display().to_string()));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(refuse)?;
        let malformed = |_| MasterKeyError::MalformedFile(path.display().to_string());
        Self::from_text(&text).map(Some).map_err(malformed)
    }

    /// Writes a file that only its owner may read. Never overwrites one.
    ///
    /// # Errors
    /// [`MasterKeyError::File`].
    pub fn write_file(&self, path: &Path) -> Result<(), MasterKeyError> {
        let refuse = |cause| MasterKeyError::File { path: path.display().to_string(), cause };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(refuse)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(refuse)?;
        let digits: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        file.write_all(format!("{digits}\n").as_bytes()).map_err(refuse)?;
        file.sync_all().map_err(refuse)?;
        // The name must be as safe as the content: a database without its key is of no use.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(refuse)
    }

    fn derive(&self, label: &str) -> [u8; 32] {
        // cannot fail: HMAC takes a key of any length.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0).expect("HMAC takes any key");
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn derive_twice(&self, labels: [&str; 2]) -> [u8; 64] {
        let mut both = [0; 64];
        both[..32].copy_from_slice(&self.derive(labels[0]));
        both[32..].copy_from_slice(&self.derive(labels[1]));
        both
    }
}

#[cfg(unix)]
fn may_be_read_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn may_be_read_by_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// The secrets the house works with, each for one purpose.
#[derive(Clone)]
pub struct Keys {
    click_tokens: ClickTokenKeys,
    pepper: [u8; 32],
    email: [u8; 32],
    visitor: [u8; 32],
    sealing: [u8; 32],
    browser: [u8; 32],
    cookies: [u8; 64],
    audit: AuditKey,
    check: String,
}

/// Never shows a secret.
impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys(…)")
    }
}

impl Keys {
    /// Derives everything from the master key.
    #[must_use]
    pub fn derived_from(master: &MasterKey) -> Self {
        let check = master.derive("accrue check value v1");
        let click_tokens = ClickTokenKeys::new(1, vec![(1, master.derive("accrue click token v1"))])
            // cannot fail: there is one key, and it is the current one.
            .expect("the only key is the current one");
        Self {
            click_tokens,
            pepper: master.derive("accrue key verifier v1"),
            email: master.derive("accrue e-mail hash v1"),
            visitor: master.derive("accrue visitor print v1"),
            sealing: master.derive("accrue sealed secret v1"),
            browser: master.derive("accrue browser secret v1"),
            cookies: master.derive_twice(["accrue cookie signature v1", "accrue cookie encryption v1"]),
            audit: AuditKey::new(master.derive("accrue audit chain v1")),
            check: check[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// What signs click tokens.
    #[must_use]
    pub const fn click_tokens(&self) -> &ClickTokenKeys {
        &self.click_tokens
    }

    /// What API keys are hashed with.
    #[must_use]
    pub const fn pepper(&self) -> &[u8; 32] {
        &self.pepper
    }

    /// What customers' e-mail addresses are hashed with. It never rotates, or no later order would be recognised.
    #[must_use]
    pub const fn email(&self) -> &[u8; 32] {
        &self.email
    }

    /// What the networks and browsers of affiliates are hashed with. It never rotates either.
    #[must_use]
    pub const fn visitor(&self) -> &[u8; 32] {
        &self.visitor
    }

    /// What session cookies are signed with.
    #[must_use]
    pub const fn cookies(&self) -> &[u8; 64] {
        &self.cookies
    }

    /// What ties the rows of the audit log to each other.
    #[must_use]
    pub const fn audit(&self) -> &AuditKey {
        &self.audit
    }

    /// The keyed hash under which something that a browser or a person carries is known to the database: a session's key,
    /// an invitation, a form's token. `purpose` keeps one from standing for another.
    #[must_use]
    pub fn fingerprint(&self, purpose: &'static str, secret: &str) -> String {
        // cannot fail: HMAC takes keys of any length.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.browser).expect("any key is a key");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(secret.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// What the database holds to recognise this master key.
    #[must_use]
    pub fn check_value(&self) -> &str {
        &self.check
    }

    /// Encrypts a key for its row, which alone can open it again.
    #[must_use]
    pub fn seal(&self, key: &SecretKey, row: TokenId, nonce: [u8; 24]) -> String {
        self.seal_text(key.as_str(), row, nonce)
    }

    /// Decrypts a key, to show it to an admin; none if it was sealed for another row or by another master key.
    #[must_use]
    pub fn unseal(&self, sealed: &str, row: TokenId) -> Option<SecretKey> {
        SecretKey::from_text(&self.unseal_text(sealed, row)?)
    }

    /// Encrypts any short secret for its row, which alone can open it again.
    #[must_use]
    pub fn seal_text<T: Entity>(&self, secret: &str, row: Id<T>, nonce: [u8; 24]) -> String {
        let row = row.uuid().into_bytes();
        let payload = Payload { msg: secret.as_bytes(), aad: &row };
        // cannot fail: the cipher refuses only messages of more than 256 GiB.
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).expect("a short text can be sealed");
        STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts a short secret; none if it was sealed for another row or by another master key.
    #[must_use]
    pub fn unseal_text<T: Entity>(&self, sealed: &str, row: Id<T>) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>()?;
        let row = row.uuid().into_bytes();
        let payload = Payload { msg: sealed, aad: &row };
        String::from_utf8(self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.sealing.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, MasterKey};
    use crate::domain::click_token::Mode;
    use crate::domain::id::{Id, User};
    use crate::domain::key::{KeyKind, SecretKey};
    use crate::domain::time::Timestamp;

    fn keys(byte: &str) -> Keys {
        Keys::derived_from(&MasterKey::from_text(&byte.repeat(32)).unwrap())
    }

    #[test]
    fn a_sealed_key_opens_only_for_its_row_and_under_its_master_key() {
        let key = SecretKey::from_random(KeyKind::Campaign, Mode::Live, [5; 44]);
        let row = Id::at(Timestamp::from_millis(1), [1; 10]);
        let other_row = Id::at(Timestamp::from_millis(1), [2; 10]);
        let sealed = keys("ab").seal(&key, row, [9; 24]);
        assert!(!sealed.contains(key.as_str()));
        assert_eq!(keys("ab").unseal(&sealed, row).as_ref().map(SecretKey::as_str), Some(key.as_str()));
        assert!(keys("ab").unseal(&sealed, other_row).is_none());
        assert!(keys("ac").unseal(&sealed, row).is_none());
        assert!(keys("ab").unseal(&sealed[..sealed.len() - 2], row).is_none());
    }

    #[test]
    fn any_short_secret_is_sealed_for_one_row() {
        let [row, other_row] = [1, 2].map(|byte| Id::<User>::at(Timestamp::from_millis(1), [byte; 10]));
        let sealed = keys("ab").seal_text("JBSWY3DPEHPK3PXP", row, [9; 24]);
        assert!(!sealed.contains("JBSWY3DPEHPK3PXP"));
        assert_eq!(keys("ab").unseal_text(&sealed, row).as_deref(), Some("JBSWY3DPEHPK3PXP"));
        assert!(keys("ab").unseal_text(&sealed, other_row).is_none() && keys("ac").unseal_text(&sealed, row).is_none());
        for garbage in ["", "x", "AAAA", "é"] {
            assert!(keys("ab").unseal_text(garbage, row).is_none(), "{garbage}");
        }
    }

    #[test]
    fn another_master_key_is_recognised_by_its_check_value() {
        assert_eq!(keys("ab").check_value(), keys("ab").check_value());
        assert_ne!(keys("ab").check_value(), keys("ac").check_value());
        assert_ne!(keys("ab").pepper(), keys("ab").email());
    }

    #[test]
    fn a_master_key_is_64_hexadecimal_digits() {
        for (name, text) in
            [("empty", ""), ("short", "ab"), ("not hexadecimal", &"zz".repeat(32)), ("signs", &"+a".repeat(32))]
        {
            assert!(MasterKey::from_text(text).is_err(), "{name}");
        }
        assert!(MasterKey::from_text(&format!("{}\n", "0F".repeat(32))).is_ok());
    }
}
