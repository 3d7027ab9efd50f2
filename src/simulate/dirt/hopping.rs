//! Index hopping: molecules of a strong fusion of another sample of the run come out under this sample's index.
//!
//! Source: Illumina, "Effects of index misassignment on multiplexing" (2017): 0.1 to 2 % of the reads.

use crate::simulate::compose::{compose, Composition, PlacedJunction};
use crate::simulate::event::{EventAmount, SimulatedEvent};
use crate::simulate::mixture::PartAmount;
use crate::simulate::random::Random;
use crate::simulate::rearrangement::Ground;
use crate::simulate::recipe::Recipe;

/// Fusions of which a few fragments leak.
pub(in crate::simulate) struct LeakingFusions<'a> {
    /// The event of the other sample.
    pub event: SimulatedEvent,
    /// Its molecules; only the part of the junction is drawn from.
    pub composition: Composition<'a>,
}

impl<'a> LeakingFusions<'a> {
    /// The junction that leaks.
    pub(in crate::simulate) fn junction(&self) -> Option<&PlacedJunction<'a>> {
        self.composition.junctions.first()
    }
}

/// Events that cannot be made are tried no oftener than this.
const TRIES: usize = 20;

/// What leaks into `sample` of the fusions of its neighbours, one fragment each.
pub(in crate::simulate) fn leaks<'a>(
    sample: &str,
    neighbours: &[SimulatedEvent],
    ground: &Ground<'a>,
    recipe: &Recipe,
    seed: u64,
) -> Vec<LeakingFusions<'a>> {
    if recipe.dirt.hopped_mean <= 0.0 {
        return Vec::new();
    }
    let mut random = Random::for_purpose(seed, "index hopping");
    let others: Vec<&SimulatedEvent> = neighbours.iter().filter(|event| event.sample != sample && event.ends.is_some()).collect();
    let mut leaks = Vec::new();
    let count = random.poisson(recipe.dirt.hopped_mean);
    for _ in 0..count * TRIES {
        if leaks.len() == count || others.is_empty() {
            break;
        }
        let event = SimulatedEvent {
            amount: Some(EventAmount::Fragments(1)),
            reciprocal: false,
            mutations: Vec::new(),
            ..others[random.below(others.len())].clone()
        };
        let Ok(mut composition) = compose(&[&event], ground, recipe, &mut random) else { continue };
        let Some(part) = composition.junctions.first().map(|junction| junction.part) else { continue };
        composition.parts[part].amount = PartAmount::OnlyCrossing(1);
        leaks.push(LeakingFusions { event, composition });
    }
    leaks
}
