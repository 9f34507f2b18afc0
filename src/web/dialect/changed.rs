//! Changing what is on record in the name of a token: its own program's, in its own mode.

use crate::app::App;
use crate::domain::change::Actor;
use crate::domain::click_token::Mode;
use crate::domain::id::{ConversionId, ProgramId};
use crate::operations::review_conversion::{Decision, Reviewed, review_conversion};
use crate::recorder::WriteError;
use crate::storage::conn::Conn;
use crate::storage::conversions::{self, ConversionRow};
use crate::storage::error::{StorageError, Stored};
use crate::web::access::tokens::ManageToken;

/// In whose name something is changed.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    /// The program.
    pub program: ProgramId,
    /// Live or test.
    pub mode: Mode,
    /// Who does it.
    pub actor: Actor,
}

impl Hand {
    /// In the name of this token.
    #[must_use]
    pub fn of(token: &ManageToken) -> Self {
        let key = token.key();
        Self { program: key.program_id, mode: key.mode, actor: Actor::Key(key.token_id) }
    }

    /// The conversion of this id, if it is its own.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn find(&self, conn: &mut Conn, id: ConversionId) -> Stored<Option<ConversionRow>> {
        Ok(conversions::find(conn, self.program, id)?.filter(|row| row.mode == self.mode))
    }

    /// Decides about a conversion.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn review(
        self,
        app: &App,
        id: ConversionId,
        decision: Decision,
    ) -> Result<Reviewed, WriteError<StorageError>> {
        let env = app.environment.clone();
        let write = app.recorder.write(move |write| match self.find(write.conn(), id)? {
            Some(_) => review_conversion(write, &env, self.program, id, self.actor, &decision),
            None => Ok(Reviewed::Unknown),
        });
        write.await
    }
}
