//! Reading the file that the European Central Bank publishes: a text, or the archive with that text alone in it that the
//! bank offers for download.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use crate::domain::ecb::{self, NotARateFile, RateFile};
use crate::domain::time::LocalDay;

/// The longest file, in bytes, packed or not. The bank's whole history is a tenth of it.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// Why bytes are not a file of rates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Longer than any such file.
    #[error("it is longer than {} MiB", LONGEST / 1024 / 1024)]
    TooLong,
    /// Bytes that are no text.
    #[error("it is no text in UTF-8")]
    NotText,
    /// An archive that is damaged, or made in a way that the bank does not use.
    #[error("the archive cannot be unpacked")]
    Archive,
    /// An archive of nothing or of several things.
    #[error("the archive must hold one file and nothing else, and holds {0}")]
    Files(u16),
    /// The text is not the bank's.
    #[error(transparent)]
    Content(#[from] NotARateFile),
}

/// Reads the bank's file. `today` is the last day that may have rates.
///
/// # Errors
/// [`Unreadable`]; then nothing of the file is of use.
pub fn read_rates(bytes: &[u8], today: LocalDay) -> Result<RateFile, Unreadable> {
    if bytes.len() > LONGEST {
        return Err(Unreadable::TooLong);
    }
    let unpacked = if bytes.starts_with(b"PK") { Some(unpack(bytes)?) } else { None };
    let text = std::str::from_utf8(unpacked.as_deref().unwrap_or(bytes)).map_err(|_| Unreadable::NotText)?;
    Ok(ecb::read(text, today)?)
}

/// What a ZIP archive says of itself at its end (APPNOTE.TXT 4.3.16), after which only a comment may stand.
const END: [u8; 4] = *b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// What it says of a file in its directory (4.3.12), and in front of the file (4.3.7).
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const FILE: [u8; 4] = *b"PK\x03\x04";
const FILE_LENGTH: usize = 30;
/// The methods in use: as it is, and deflated.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The one file in an archive, checked against the archive's own sum.
fn unpack(archive: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let end = archive.windows(END_LENGTH).rposition(|bytes| bytes.starts_with(&END)).ok_or(Unreadable::Archive)?;
    let files = u16_at(archive, end + 10).ok_or(Unreadable::Archive)?;
    if files != 1 {
        return Err(Unreadable::Files(files));
    }
    let (packed, method, sum) = only_file(archive, end).ok_or(Unreadable::Archive)?;
    let unpacked = match method {
        STORED => packed.to_vec(),
        DEFLATED => inflate(packed)?,
        _ => return Err(Unreadable::Archive),
    };
    let mut found = Crc::new();
    found.update(&unpacked);
    if found.sum() == sum { Ok(unpacked) } else { Err(Unreadable::Archive) }
}

/// The bytes of the file, how they are packed, and the sum of what they unpack to.
fn only_file(archive: &[u8], end: usize) -> Option<(&[u8], u16, u32)> {
    let entry = usize::try_from(u32_at(archive, end + 16)?).ok()?;
    let begins_with = |at: usize, mark: [u8; 4]| archive.get(at..).is_some_and(|bytes| bytes.starts_with(&mark));
    let file = usize::try_from(u32_at(archive, entry.checked_add(42)?)?).ok()?;
    if !begins_with(entry, ENTRY) || !begins_with(file, FILE) {
        return None;
    }
    let (method, sum) = (u16_at(archive, entry + 10)?, u32_at(archive, entry + 16)?);
    let length = usize::try_from(u32_at(archive, entry + 20)?).ok()?;
    let names = usize::from(u16_at(archive, file + 26)?) + usize::from(u16_at(archive, file + 28)?);
    let start = file + FILE_LENGTH + names;
    Some((archive.get(start..start.checked_add(length)?)?, method, sum))
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut unpacked = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(packed).take(most).read_to_end(&mut unpacked).map_err(|_| Unreadable::Archive)?;
    if unpacked.len() > LONGEST { Err(Unreadable::TooLong) } else { Ok(unpacked) }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Date, USD, \n20 November 2026, 1.0837, \n";

    fn today() -> LocalDay {
        LocalDay::parse("2026-11-20").unwrap()
    }

    /// An archive of one file, as the bank's: its sizes stand in the directory only, behind the file.
    fn archive(text: &[u8], method: u16) -> Vec<u8> {
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(text).unwrap();
        let packed = if method == DEFLATED { deflated.finish().unwrap() } else { text.to_vec() };
        let mut sum = Crc::new();
        sum.update(text);
        let name = b"eurofxref.csv";
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
        let mut file =
            [&FILE[..], &[20, 0, 8, 0], &method.to_le_bytes(), &[0; 16], &short(name.len()), &[0; 2]].concat();
        file.extend([&name[..], &packed].concat());
        let facts = [&sum.sum().to_le_bytes()[..], &length(&packed), &length(text)].concat();
        let entry = [
            &ENTRY[..],
            &[20, 0, 20, 0, 8, 0],
            &method.to_le_bytes(),
            &[0; 4],
            &facts,
            &short(name.len()),
            &[0; 16],
            name,
        ];
        let entry = entry.concat();
        let end = [&END[..], &[0; 4], &[1, 0, 1, 0], &length(&entry), &length(&file), &[0; 2]].concat();
        [file, entry, end].concat()
    }

    #[test]
    fn a_text_and_an_archive_of_it_say_the_same() {
        let read = read_rates(TEXT.as_bytes(), today()).unwrap();
        assert_eq!(read.rates.len(), 1);
        for method in [STORED, DEFLATED] {
            assert_eq!(read_rates(&archive(TEXT.as_bytes(), method), today()), Ok(read.clone()), "method {method}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let mut altered = archive(TEXT.as_bytes(), STORED);
        let digit = altered.windows(6).position(|bytes| bytes == b"1.0837").unwrap();
        altered[digit] = b'2';
        let mut two = archive(TEXT.as_bytes(), DEFLATED);
        let end = two.len() - END_LENGTH;
        two[end + 10] = 2;
        let cases = [
            ("no text", vec![0xff, 0xfe], Unreadable::NotText),
            ("an altered archive", altered, Unreadable::Archive),
            ("an archive of several files", two, Unreadable::Files(2)),
            ("the beginning of an archive", archive(TEXT.as_bytes(), DEFLATED)[..60].to_vec(), Unreadable::Archive),
            ("an unknown method", archive(TEXT.as_bytes(), 12), Unreadable::Archive),
            ("too much", vec![b'1'; LONGEST + 1], Unreadable::TooLong),
            ("little that unpacks to too much", archive(&vec![b'1'; LONGEST + 1], DEFLATED), Unreadable::TooLong),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(read_rates(&bytes, today()), Err(expected), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let _ = read_rates(&[b"PK", &bytes[..]].concat(), today());
            let mut altered = archive(TEXT.as_bytes(), DEFLATED);
            *at.get_mut(&mut altered) = byte;
            let _ = read_rates(&altered, today());
        }
    }
}
