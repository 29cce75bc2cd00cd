//! Workers that do not answer, for tests that ask nothing of them.

use std::rc::Rc;

use admin::jobs::Jobs;
use admin::operations::Operations;
use mesh::Transport;
use mesh::loopback::Severed;

fn away() -> Rc<dyn Transport> {
    Rc::new(Severed::saying("nobody is there"))
}

pub(crate) fn operations() -> Operations {
    Operations::over(away())
}

pub(crate) fn jobs() -> Jobs {
    Jobs::over(away())
}
