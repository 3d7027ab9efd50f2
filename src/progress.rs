//! Progress of a run: a bar on a terminal, otherwise a plain line now and then. The only module that knows indicatif.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;

/// A stage of fewer steps is over before anyone looks.
const MANY_STEPS: usize = 1_000;

/// How often the bar is drawn, at most: indicatif's own default.
const REDRAWS_A_SECOND: u8 = 20;

/// Shows the steps of a run on standard error.
pub struct Progress {
    bar: Option<ProgressBar>,
    plain: bool,
}

impl Progress {
    /// A bar if standard error is a terminal, otherwise a plain line for each stage that takes long; nothing if not `wanted`.
    pub fn new(wanted: bool) -> Self {
        let terminal = terminal::is_terminal();
        let bar = (wanted && terminal).then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::term(terminal::console(), REDRAWS_A_SECOND));
            if let Ok(style) = ProgressStyle::with_template("{msg:32} [{bar:32}] {pos}/{len} {elapsed}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self { plain: wanted && !terminal, bar }
    }

    /// Begins a stage of `steps` steps.
    pub fn stage(&self, name: &str, steps: usize) {
        if steps == 0 {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(steps as u64);
            bar.set_message(name.to_owned());
        } else if self.plain && steps >= MANY_STEPS {
            terminal::say(format_args!("{name} ({steps} steps)"));
        }
    }

    /// One step of the stage is done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// The run is done: the bar goes.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
