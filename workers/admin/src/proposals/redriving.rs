//! A redrive: by one person where it is small, proposed where it is not.

use domain::second_person::REDRIVE_ALONE;

use super::content::Wish;
use super::{ProposalView, Proposals};
use crate::audit::Asker;
use crate::problem::Problem;
use crate::redrives::{self, RedriveView};

/// What came of asking for a redrive.
pub(crate) enum Redriving {
    /// It is under way.
    Begun(RedriveView),
    /// It takes a second person.
    Proposed(Box<ProposalView>),
}

impl Proposals<'_> {
    /// Has a group's events run again; of more than one person may, has it proposed.
    ///
    /// # Errors
    /// A bad body; there is no such group; the pipeline or the store does not answer.
    pub(crate) async fn redrive(
        &self,
        asker: &Asker<'_>,
        key: Option<&str>,
        group: String,
        body: &[u8],
    ) -> Result<Redriving, Problem> {
        let redrives::Asked { tenant, per_second, reason } = redrives::asked(body)?;
        let call = self.operator_call(&asker.actor, key);
        if redrives::waiting(self.redrives, &call, &group, tenant).await? > REDRIVE_ALONE {
            let wish = Wish::Redrive { group, tenant, per_second };
            let reason = reason.unwrap_or_else(|| "none was given".to_owned());
            return Ok(Redriving::Proposed(Box::new(self.propose(asker, key, wish, reason).await?)));
        }
        let begun = redrives::begin(asker, self.redrives, &call, (group, tenant, per_second)).await?;
        Ok(Redriving::Begun(begun))
    }
}
