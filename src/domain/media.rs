//! Images that affiliates place: what is taken, and under which name.
//!
//! Only pictures made of pixels are taken. An SVG is a document that can carry a script, and would be served from the
//! address where admins are signed in.

use super::text_enum;

/// The largest image, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// The most pixels an image may be wide, or high.
pub const LONGEST_SIDE: usize = 10_000;

/// The most images a campaign may have.
pub const MOST_PER_CAMPAIGN: usize = 20;

text_enum! {
    /// How an image is encoded; the word is its media type.
    pub enum ImageFormat {
        /// PNG.
        Png => "image/png",
        /// JPEG.
        Jpeg => "image/jpeg",
        /// GIF.
        Gif => "image/gif",
        /// WebP.
        Webp => "image/webp",
    }
}

impl ImageFormat {
    /// How the name of such a file ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }
}

/// Why a file is not taken.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageRefused {
    /// Not one of the formats, by its content.
    #[error("must be a PNG, JPEG, GIF or WebP image")]
    NotAnImage,
    /// More than [`LARGEST`].
    #[error("must not be larger than 1 MiB")]
    TooLarge,
    /// A side of no pixels, or of more than [`LONGEST_SIDE`].
    #[error("must be 1 to {LONGEST_SIDE} pixels wide and high")]
    Dimensions,
    /// More than [`MOST_PER_CAMPAIGN`].
    #[error("must be at most {MOST_PER_CAMPAIGN} images")]
    TooMany,
}

/// The name an uploaded image is listed under: no folders, no characters that mean something to a shell or a page, at most
/// 80 characters, ending as its format says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// The name that comes nearest to what the browser sent.
    #[must_use]
    pub fn of_upload(given: &str, format: ImageFormat) -> Self {
        const LONGEST: usize = 80;
        let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
        let plain: String = stem.chars().map(|one| if is_plain(one) { one } else { '-' }).take(LONGEST - 5).collect();
        let stem = plain.trim_matches(['-', '.', '_']);
        let stem = if stem.is_empty() { "image" } else { stem };
        Self(format!("{stem}.{}", format.extension()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::{FileName, ImageFormat};

    #[test]
    fn an_uploads_name_keeps_what_can_be_kept() {
        let long = "x".repeat(200);
        let cases = [
            ("plain", "autumn-728x90.png", "autumn-728x90.png"),
            ("another ending", "autumn.svg", "autumn.png"),
            ("no ending", "autumn", "autumn.png"),
            ("a path", "C:\\Users\\me\\autumn.png", "autumn.png"),
            ("a way out", "../../etc/passwd", "passwd.png"),
            ("markup", "<img src=x onerror=alert(1)>.png", "img-src-x-onerror-alert-1.png"),
            ("other scripts", "バナー.png", "バナー.png"),
            ("a hidden file", ".htaccess", "image.png"),
            ("nothing", "", "image.png"),
            ("only marks", "…/???.png", "image.png"),
            ("a line break", "a\r\nb.png", "a--b.png"),
            ("too long", &long, &format!("{}.png", "x".repeat(75))),
        ];
        for (name, given, kept) in cases {
            assert_eq!(FileName::of_upload(given, ImageFormat::Png).as_str(), kept, "{name}");
        }
        assert_eq!(FileName::of_upload("a.png", ImageFormat::Jpeg).as_str(), "a.jpg");
    }
}
