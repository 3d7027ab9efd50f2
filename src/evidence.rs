//! What single fragments show: reads that go on elsewhere ([`tail`]), and mates on either side of a break ([`pair`]).
//!
//! All records of a read (and the entries of its SA tags) make one [`chain::Chain`]: its pieces in the order of the read. Where
//! the chain leaves a gene, the rest of the read is a tail: bases beyond a breakend, with or without a place of their own.
//!
//! ```text
//!            kinase                         partner, or nowhere
//!   ---->>[=============]|.................................>   read, turned so that it leaves the kinase
//!            anchor    breakend     tail
//! ```

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
