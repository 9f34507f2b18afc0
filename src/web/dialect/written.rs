//! JSON whose names are part of the program.
//!
//! Answers are written by `serde_json`, which looks through every name for characters that JSON writes differently. That is
//! nothing beside what most answers take to find; but some are told at every report, with twenty names that hold no such
//! character, and there it is a tenth of all that the server does besides recording. They are declared with [`written!`],
//! which makes each name and its punctuation one constant, and cannot leave a member of the struct out.

use std::fmt::Display;
use std::io::Write as _;

use serde_json::value::RawValue;

use crate::domain::id::{Entity, Id};
use crate::domain::time::Timestamp;

/// What is written as JSON.
pub trait Written {
    /// Writes it.
    fn write(&self, out: &mut Vec<u8>);
}

/// Makes a struct an object of these members, which must be all that it has, in this order.
macro_rules! written {
    ($object:ty { $first:ident $(, $rest:ident)* $(,)? }) => {
        impl $crate::web::dialect::written::Written for $object {
            fn write(&self, out: &mut Vec<u8>) {
                let Self { $first $(, $rest)* } = self;
                out.extend_from_slice(concat!("{\"", stringify!($first), "\":").as_bytes());
                $first.write(out);
                $(
                    out.extend_from_slice(concat!(",\"", stringify!($rest), "\":").as_bytes());
                    $rest.write(out);
                )*
                out.push(b'}');
            }
        }
    };
}
pub(super) use written;

impl Written for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Written for u16 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(self, out);
    }
}

impl Written for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        write_number(self, out);
    }
}

impl Written for &str {
    fn write(&self, out: &mut Vec<u8>) {
        let needs_escape = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        if self.bytes().any(needs_escape) {
            return out.extend_from_slice(serde_json::Value::from(*self).to_string().as_bytes());
        }
        write_plain(self.as_bytes(), out);
    }
}

/// A word of the program's own, in which every character stands for itself.
#[derive(Clone, Copy, Debug)]
pub struct Word(pub &'static str);

impl Written for Word {
    fn write(&self, out: &mut Vec<u8>) {
        write_plain(self.0.as_bytes(), out);
    }
}

impl<T: Entity> Written for Id<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.with_ascii(|text| write_plain(text, out));
    }
}

impl Written for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        self.with_ascii(|text| write_plain(text, out));
    }
}

impl Written for &RawValue {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.get().as_bytes());
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: Written> Written for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            item.write(out);
        }
        out.push(b']');
    }
}

fn write_number(number: impl Display, out: &mut Vec<u8>) {
    // cannot fail: memory takes every byte.
    write!(out, "{number}").expect("a number is written");
}

/// A text in which every character stands for itself.
fn write_plain(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::Written;
    use crate::domain::id::{ConversionId, ReferralId};
    use crate::domain::time::Timestamp;

    struct Told<'a> {
        id: ConversionId,
        referral_id: Option<ReferralId>,
        order: &'a str,
        held: Option<u16>,
        orders: Vec<i64>,
        paid: bool,
        at: Timestamp,
    }

    written! { Told<'_> { id, referral_id, order, held, orders, paid, at } }

    fn written(value: &impl Written) -> String {
        let mut text = Vec::new();
        value.write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn an_object_has_its_members_in_their_order() {
        let at = Timestamp::from_millis(1_700_000_000_001);
        let id = ConversionId::at(at, [7; 10]);
        let told = Told { id, referral_id: None, order: "a\"b", held: Some(14), orders: vec![1, -2], paid: true, at };
        let expected = format!(
            r#"{{"id":"{id}","referral_id":null,"order":"a\"b","held":14,"orders":[1,-2],"paid":true,"at":"2023-11-14T22:13:20.001Z"}}"#
        );
        assert_eq!(written(&told), expected);
        assert_eq!(written(&Vec::<bool>::new()), "[]");
    }

    proptest! {
        #[test]
        fn every_text_reads_as_it_was(text in any::<String>()) {
            let read: serde_json::Value = serde_json::from_str(&written(&text.as_str())).unwrap();
            prop_assert_eq!(read, json!(text));
        }

        #[test]
        fn controls_and_quotes_read_as_they_were(text in "[\\x00-\\x7f\u{2028}é\"\\\\]{0,20}") {
            let read: serde_json::Value = serde_json::from_str(&written(&text.as_str())).unwrap();
            prop_assert_eq!(read, json!(text));
        }
    }
}
