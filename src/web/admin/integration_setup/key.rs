//! A campaign's key on a page.

use crate::domain::key::{SecretKey, masked};

/// A key as a page shows it: masked, and for those who may see it also as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// The key itself; none for a viewer, whose page must not hold it at all.
    pub real: Option<String>,
    /// Its beginning and end.
    pub mask: String,
}

impl KeyView {
    /// How the page of somebody shows a key.
    #[must_use]
    pub fn of(key: &SecretKey, may_see: bool) -> Self {
        let mask = masked(key.as_str()).replace('…', &"•".repeat(20));
        Self { real: may_see.then(|| key.as_str().to_owned()), mask }
    }
}

#[cfg(test)]
mod tests {
    use super::KeyView;
    use crate::domain::click_token::Mode;
    use crate::domain::key::{KeyKind, SecretKey};

    #[test]
    fn a_viewers_page_holds_no_more_than_the_ends_of_a_key() {
        let key = SecretKey::from_random(KeyKind::Campaign, Mode::Live, [7; 44]);
        let end = &key.as_str()[key.as_str().len() - 4..];
        let shown = KeyView::of(&key, false);
        assert_eq!(shown.mask, format!("ak_live_{}{end}", "•".repeat(20)));
        assert_eq!(shown.real, None);
        assert_eq!(KeyView::of(&key, true).real.as_deref(), Some(key.as_str()));
    }
}
