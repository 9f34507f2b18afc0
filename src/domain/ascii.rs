//! Text that is put together byte by byte, and is ASCII because everything it is put together from is.

/// These bytes as text. The caller has written each of them as ASCII, so it is never empty unless they are.
pub(super) fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
