//! Sums that cannot overflow.
//!
//! One engine fails a sum that leaves 64 bits, the other answers with a type of its own. So a column is summed in two
//! parts, the whole billions and what is left of each value, neither of which can leave its range before a table has
//! billions of rows; put together they are the exact sum.

use diesel::Queryable;

/// The two parts of one column's sum, in one statement that both engines read alike.
macro_rules! sum_of {
    ($column:literal) => {
        (
            diesel::dsl::sql::<diesel::sql_types::BigInt>(concat!(
                "CAST(COALESCE(SUM(",
                $column,
                " / 1000000000), 0) AS BIGINT)"
            )),
            diesel::dsl::sql::<diesel::sql_types::BigInt>(concat!(
                "CAST(COALESCE(SUM(",
                $column,
                " % 1000000000), 0) AS BIGINT)"
            )),
        )
    };
}
pub(super) use sum_of;

/// A sum as [`sum_of!`] asks for it.
#[derive(Queryable, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SumParts {
    billions: i64,
    rest: i64,
}

impl SumParts {
    /// The sum; one that 64 bits do not hold stands at the end of the scale, as in the roll-ups.
    pub(super) fn total(self) -> i64 {
        let exact = i128::from(self.billions) * 1_000_000_000 + i128::from(self.rest);
        i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::SumParts;

    #[test]
    fn the_parts_make_the_whole_and_stop_at_the_end_of_the_scale() {
        let cases = [
            (SumParts { billions: 0, rest: 0 }, 0),
            (SumParts { billions: 9_223_372_036, rest: 854_775_807 }, i64::MAX),
            (SumParts { billions: 9_223_372_036, rest: 854_775_808 }, i64::MAX),
            (SumParts { billions: 12_000_000_000, rest: 5_000_000_000 }, i64::MAX),
            (SumParts { billions: -1, rest: 999_999_999 }, -1),
            (SumParts { billions: -12_000_000_000, rest: 0 }, i64::MIN),
        ];
        for (parts, total) in cases {
            assert_eq!(parts.total(), total, "{parts:?}");
        }
    }
}
