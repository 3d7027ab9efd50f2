//! A run that is stopped from outside (a time limit, Ctrl-C, a terminal that closes) leaves nothing half-written behind.

use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, signal_name};

use crate::report::output;
use crate::{scratch, terminal};

/// Waits in a thread of its own for SIGTERM, SIGINT and SIGHUP. When one comes, the temporary files of this run are removed, one line
/// says so, and the program ends by that signal, as it would have without this.
pub fn watch() {
    let ignored = ignored();
    let wanted = [SIGTERM, SIGINT, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = Signals::new(wanted) else { return };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            output::abandon();
            scratch::abandon();
            let name = signal_name(signal).unwrap_or("a signal");
            terminal::say(format_args!("stopped by {name}; unfinished files are removed"));
            // It does not come back but where the signal cannot end the program.
            let _ = emulate_default_handler(signal);
        }
    });
}

/// The signals that whoever started the program wants ignored (`nohup`, a job in the background), as bits, the lowest for signal 1.
/// Linux alone says so without unsafe code.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
