//! How many worker threads a command starts.

/// So many threads cost little where there are fewer cores, and hide waiting for a slow file system.
const ALWAYS_ALLOWED: usize = 8;

/// The number that was asked for, or one a core; of more than serve, as many as serve, and a word about it.
pub fn workers(asked: Option<u16>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let most = cores.max(ALWAYS_ALLOWED);
    let asked = asked.map_or(cores, usize::from);
    if asked > most {
        log::warn!("--threads {asked} is more than serve on {cores} cores: {most} are used");
    }
    asked.min(most)
}
