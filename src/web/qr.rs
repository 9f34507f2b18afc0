//! A text as a QR code, to be scanned from the screen.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, as the standard asks for.
const MARGIN: usize = 4;

/// A square of modules: what a template needs to draw it.
#[derive(Clone, Debug)]
pub struct Square {
    /// Modules per side, the margin included.
    pub side: usize,
    /// The dark modules as the path of an SVG.
    pub path: String,
}

impl Square {
    /// The code of a text; none when it is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let dark = code.into_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN)).collect();
        Some(Self { side: width + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Square;

    #[test]
    fn a_code_has_its_three_corners_and_a_margin() {
        let square = Square::of("otpauth://totp/Accrue:ana").unwrap();
        let last = square.side - 5;
        for (x, y, dark) in [(4, 4, true), (last, 4, true), (4, last, true), (5, 5, false), (3, 4, false)] {
            assert_eq!(square.path.contains(&format!("M{x} {y}h1")), dark, "{x} {y}");
        }
        assert!(Square::of(&"x".repeat(5_000)).is_none());
    }
}
