//! SQL on either database, in a connection of the test's own beside the server.
//!
//! Every query is made to answer with one column of text, so that both databases are read by the same few lines.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};

use super::checker::StoredRow;

/// An open connection.
pub enum Sql {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Sql {
    /// Connects to the database of this URL.
    pub fn open(url: &str) -> Sql {
        match url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).expect("the file can be opened");
                conn.batch_execute("PRAGMA busy_timeout = 10000").expect("a timeout can be set");
                Sql::Sqlite(conn)
            }
            None => Sql::Postgres(PgConnection::establish(url).expect("the server can be reached")),
        }
    }

    /// Runs statements; panics with the database's complaint.
    pub fn run(&mut self, statements: &str) {
        self.try_run(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// Runs statements that may be refused.
    pub fn try_run(&mut self, statements: &str) -> Result<(), String> {
        let done = match self {
            Sql::Sqlite(conn) => conn.batch_execute(statements),
            Sql::Postgres(conn) => conn.batch_execute(statements),
        };
        done.map_err(|error| error.to_string())
    }

    /// Runs statements that each engine spells in its own way.
    pub fn run_either(&mut self, sqlite: &str, postgres: &str) {
        self.run(self.either(sqlite, postgres));
    }

    /// The rows of a query whose only column is a text.
    pub fn lines(&mut self, query: &str) -> Vec<String> {
        let whole = format!("WITH asked (answer) AS ({query}) SELECT CAST(answer AS TEXT) AS line FROM asked");
        let rows: Result<Vec<Line>, _> = match self {
            Sql::Sqlite(conn) => diesel::sql_query(whole).load(conn),
            Sql::Postgres(conn) => diesel::sql_query(whole).load(conn),
        };
        rows.unwrap_or_else(|error| panic!("{query}: {error}")).into_iter().map(|row| row.line).collect()
    }

    /// The number that a query answers with.
    pub fn number(&mut self, query: &str) -> i64 {
        let lines = self.lines(query);
        let number = lines.first().and_then(|line| line.parse().ok());
        number.unwrap_or_else(|| panic!("{query} answers {lines:?}"))
    }

    /// How many rows a table has.
    pub fn count(&mut self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// Every conversion with its commission, as the checker wants them.
    pub fn conversions(&mut self) -> Vec<StoredRow> {
        let (id, affiliate) = (self.hex("c.id"), self.hex("c.affiliate_id"));
        let query = format!(
            "SELECT {id} || '|' || {affiliate} || '|' || c.amount_minor || '|' || c.currency || '|' || \
             coalesce(m.amount_minor, -1) || '|' || c.order_id \
             FROM conversions c LEFT JOIN commissions m ON m.conversion_id = c.id"
        );
        self.lines(&query).iter().map(|line| stored_row(line)).collect()
    }

    /// An expression for the hexadecimal digits of a column that holds an id.
    pub fn hex(&self, column: &str) -> String {
        if self.is_sqlite() {
            format!("lower(hex({column}))")
        } else {
            format!("replace(CAST({column} AS TEXT), '-', '')")
        }
    }

    /// An expression for a column of any kind as text; two values that differ have texts that differ.
    pub fn text(&self, column: &str) -> String {
        self.either(format!("quote({column})"), format!("coalesce(quote_literal(CAST({column} AS TEXT)), 'NULL')"))
    }

    /// The one that this engine understands.
    pub fn either<T>(&self, sqlite: T, postgres: T) -> T {
        if self.is_sqlite() { sqlite } else { postgres }
    }

    fn is_sqlite(&self) -> bool {
        matches!(self, Sql::Sqlite(_))
    }
}

/// The id that the world sees (`conv_…`) for the hexadecimal digits that are stored.
pub fn public_id(prefix: &str, hex: &str) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let bits = u128::from_str_radix(hex, 16).unwrap_or_else(|error| panic!("{hex} is no id: {error}"));
    let digit = |place: u32| char::from(DIGITS[usize::try_from((bits >> (5 * place)) & 31).expect("five bits")]);
    format!("{prefix}_{}", (0..26).rev().map(digit).collect::<String>())
}

fn stored_row(line: &str) -> StoredRow {
    let mut parts = line.splitn(6, '|');
    let mut part = || parts.next().unwrap_or_else(|| panic!("not six parts: {line}"));
    StoredRow {
        conversion_id: public_id("conv", part()),
        affiliate: public_id("aff", part()),
        amount_minor: part().parse().expect("an amount"),
        currency: part().to_owned(),
        commission_minor: part().parse().expect("a commission"),
        order_id: part().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::on_each_engine;
    use super::{Sql, public_id};

    on_each_engine! {
        /// Text, numbers and nothing at all come back alike from both.
        fn both_databases_are_asked_in_the_same_words(db: TestDatabase) {
            let mut sql = Sql::open(&db.url);
            sql.run("CREATE TABLE t (x INTEGER, y TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
            assert_eq!(sql.lines("SELECT y || x FROM t ORDER BY x"), ["a1", "b2"]);
            assert_eq!((sql.count("t"), sql.number("SELECT sum(x) FROM t")), (2, 3));
            assert!(sql.try_run("INSERT INTO nowhere VALUES (1)").is_err());
        }
    }

    #[test]
    fn an_id_is_written_as_the_world_sees_it() {
        assert_eq!(
            public_id("prefix", "0188bac7-4afa-78aa-bc3b-bd1eef28d881".replace('-', "").as_str()),
            "prefix_01h2xcejqtf2nbrexx3vqjhp41"
        );
    }
}
