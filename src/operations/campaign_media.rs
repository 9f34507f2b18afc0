//! The images of a campaign: reading what was uploaded, adding, removing.
//!
//! What a file is, its own bytes say; neither its name nor the type that the browser sends is believed.

use imagesize::{ImageType, blob_size, image_type};

use crate::domain::id::{CampaignId, MediaId, ProgramId};
use crate::domain::media::{FileName, ImageFormat, ImageRefused, LARGEST, LONGEST_SIDE, MOST_PER_CAMPAIGN};
use crate::environment::Environment;
use crate::storage::campaign_media::{self, MediaRow};
use crate::storage::error::{StorageError, Stored};
use crate::storage::write::Write;

/// An image that may be added.
#[derive(Clone, Debug)]
pub struct NewImage {
    name: FileName,
    format: ImageFormat,
    width: i32,
    height: i32,
    content: Vec<u8>,
}

impl NewImage {
    /// Reads an uploaded file.
    ///
    /// # Errors
    /// [`ImageRefused`] for everything that is not an image of pixels within the bounds.
    pub fn read(name: &str, content: Vec<u8>) -> Result<Self, ImageRefused> {
        if content.len() > LARGEST {
            return Err(ImageRefused::TooLarge);
        }
        let format = match image_type(&content) {
            Ok(ImageType::Png) => ImageFormat::Png,
            Ok(ImageType::Jpeg) => ImageFormat::Jpeg,
            Ok(ImageType::Gif) => ImageFormat::Gif,
            Ok(ImageType::Webp) => ImageFormat::Webp,
            _ => return Err(ImageRefused::NotAnImage),
        };
        let size = blob_size(&content).map_err(|_| ImageRefused::NotAnImage)?;
        let side = |length: usize| match i32::try_from(length) {
            Ok(side) if (1..=LONGEST_SIDE).contains(&length) => Ok(side),
            _ => Err(ImageRefused::Dimensions),
        };
        let (width, height) = (side(size.width)?, side(size.height)?);
        Ok(Self { name: FileName::of_upload(name, format), format, width, height, content })
    }
}

/// Why images were not added.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    /// They are too many.
    #[error(transparent)]
    Refused(#[from] ImageRefused),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Adds images to a campaign, which the caller knows to be the program's.
///
/// # Errors
/// [`NotAdded`]; [`ImageRefused::TooMany`] when the campaign would have more than it may.
pub fn add_media(
    write: &mut Write<'_>,
    env: &Environment,
    program_id: ProgramId,
    campaign_id: CampaignId,
    images: Vec<NewImage>,
) -> Result<(), NotAdded> {
    if images.is_empty() {
        return Ok(());
    }
    if campaign_media::count(write.conn(), program_id, campaign_id)? + images.len() > MOST_PER_CAMPAIGN {
        return Err(ImageRefused::TooMany.into());
    }
    let now = env.clock.now();
    for (place, image) in images.into_iter().enumerate() {
        let row = MediaRow {
            id: image_id(env, place),
            program_id,
            campaign_id,
            file_name: image.name.as_str().to_owned(),
            content_type: image.format,
            width: image.width,
            height: image.height,
            // cannot fail: an image that was read is within the bound.
            size: i32::try_from(image.content.len()).unwrap_or(i32::MAX),
            content: image.content,
            created_at: now,
        };
        campaign_media::insert(write, &row)?;
    }
    Ok(())
}

/// Adds images in the place of those the campaign has. Without any to add, those stay.
///
/// # Errors
/// [`NotAdded`].
pub fn replace_media(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    campaign: CampaignId,
    images: Vec<NewImage>,
) -> Result<(), NotAdded> {
    if !images.is_empty() {
        for old in campaign_media::facts_of(write.conn(), program, &[campaign])? {
            campaign_media::remove(write, program, campaign, old.id)?;
        }
    }
    add_media(write, env, program, campaign, images)
}

/// Ids that keep the order in which images were chosen: the list shows the first.
fn image_id(env: &Environment, place: usize) -> MediaId {
    let after = std::time::Duration::from_millis(u64::try_from(place).unwrap_or(0));
    env.mint.id(env.clock.now().plus(after))
}

/// Copies every image of a campaign to another one of the same program.
///
/// # Errors
/// [`StorageError`].
pub fn copy_media(
    write: &mut Write<'_>,
    env: &Environment,
    program: ProgramId,
    (from, to): (CampaignId, CampaignId),
) -> Stored<()> {
    let now = env.clock.now();
    for (place, row) in campaign_media::of_campaign(write.conn(), program, from)?.into_iter().enumerate() {
        let copy = MediaRow { id: image_id(env, place), campaign_id: to, created_at: now, ..row };
        campaign_media::insert(write, &copy)?;
    }
    Ok(())
}

/// Takes an image away; answers whether the campaign of this program had it.
///
/// # Errors
/// [`StorageError`].
pub fn remove_media(write: &mut Write<'_>, program: ProgramId, campaign: CampaignId, image: MediaId) -> Stored<bool> {
    campaign_media::remove(write, program, campaign, image)
}

#[cfg(test)]
mod tests {
    use super::NewImage;
    use crate::domain::media::ImageRefused;

    /// The beginning of a PNG of these dimensions, which is all that is looked at.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([0, 0, 0, 0x3b]);
        bytes
    }

    #[test]
    fn an_image_is_known_by_its_bytes_and_bounded() {
        let mut large = png(10, 10);
        large.resize(1024 * 1024, 0);
        let mut larger = large.clone();
        larger.push(0);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
        let cases = [
            ("a PNG", png(728, 90), Ok(("banner.png", 728, 90))),
            ("a GIF that calls itself PNG", gif(88, 31), Ok(("banner.gif", 88, 31))),
            ("exactly 1 MiB", large, Ok(("banner.png", 10, 10))),
            ("a byte more", larger, Err(ImageRefused::TooLarge)),
            ("an SVG", svg, Err(ImageRefused::NotAnImage)),
            ("a page", b"<!doctype html><script>".to_vec(), Err(ImageRefused::NotAnImage)),
            ("nothing", Vec::new(), Err(ImageRefused::NotAnImage)),
            ("a cut PNG", b"\x89PNG\r\n\x1a\n".to_vec(), Err(ImageRefused::NotAnImage)),
            (
                "a bitmap",
                b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0".to_vec(),
                Err(ImageRefused::NotAnImage),
            ),
            ("no pixels", png(0, 90), Err(ImageRefused::Dimensions)),
            ("as wide as may be", png(10_000, 1), Ok(("banner.png", 10_000, 1))),
            ("wider", png(10_001, 1), Err(ImageRefused::Dimensions)),
            ("far too wide", png(u32::MAX, 1), Err(ImageRefused::Dimensions)),
        ];
        for (name, content, expected) in cases {
            let read = NewImage::read("banner.png", content);
            let found = read.as_ref().map(|image| (image.name.as_str(), image.width, image.height));
            assert_eq!(found.map_err(|refused| *refused), expected, "{name}");
        }
    }
}
