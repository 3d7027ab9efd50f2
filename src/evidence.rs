//! What single fragments show: reads that continue elsewhere ([`tail`]), and mates on either side of a break ([`pair`]).
//!
//! What comes in is typed records ([`crate::alignment::read::ReadRecord`]). All records of one read, and the entries of their SA tags, make
//! one [`chain::Chain`]: the pieces of the read, in the order of the read. Where the chain leaves a kinase, the rest of the read is a tail:
//! the bases beyond a breakend, which the aligner may have placed somewhere or not.
//!
//! ```text
//!            kinase                         partner, or nowhere
//!   ---->>[=============]|.................................>   read, turned so that it leaves the kinase
//!            anchor    breakend     tail
//! ```
//!
//! [`molecule`] says which fragments are copies of one molecule; [`supporting`] reads all records of chosen fragments again.

pub mod chain;
pub mod molecule;
pub mod pair;
pub mod supporting;
pub mod tail;

pub use chain::Chain;
pub use molecule::Molecules;
pub use pair::Pair;
pub use supporting::Supporting;
pub use tail::{Genes, Placement, Tail};
