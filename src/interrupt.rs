//! Signals: a run that is stopped (time limit, Ctrl-C, closed terminal) first removes its temporary files, so that nothing half-written is
//! left.

use std::sync::{mpsc, Arc};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, signal_name};

use crate::report::output;
use crate::{scratch, terminal};

/// The signals that others send and that end a program: by hand, by a terminal, and by what runs jobs (SIGUSR1, SIGUSR2 and SIGXCPU come
/// before the time is up). Those of a fault of the program itself, SIGABRT too, are not among them: it could not go on to where files are
/// removed.
const ENDING: [i32; 10] = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU];

/// Waits in a thread of its own for the signals that end a program. When one comes, one line says so, the
/// temporary files of this run are removed, and the program ends by that signal, as it would have without this.
///
/// A file that reaches the limit on its size ends nothing: the write fails, and that is an error as any other.
pub fn watch() {
    let ignored = ignored();
    let is_heard = |signal: i32| ignored >> (signal - 1) & 1 == 0;
    if is_heard(SIGXFSZ) {
        // Nobody looks at the flag. That the signal is caught is what lets the write return.
        let _ = flag::register(SIGXFSZ, Arc::default());
    }
    let wanted = ENDING.into_iter().filter(|signal| is_heard(*signal));
    let Ok(mut signals) = Signals::new(wanted) else { return };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let name = signal_name(signal).unwrap_or("a signal");
            say(format!("stopped by {name}; unfinished files are removed"));
            // The other threads go on until the end: htslib, which opens files by their names, could make one of them again meanwhile.
            // So the removal comes last.
            scratch::abandon();
            output::abandon();
            // It does not come back but where the signal cannot end the program.
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Says so, and waits no longer than this: a terminal that stands still, or a pipe that nobody reads, must not keep the files.
const SAYING: Duration = Duration::from_secs(1);

fn say(line: String) {
    let (done, said) = mpsc::channel();
    thread::spawn(move || {
        terminal::say(format_args!("{line}"));
        let _ = done.send(());
    });
    let _ = said.recv_timeout(SAYING);
}

/// The signals that whoever started the program wants ignored (`nohup`, a job in the background), as bits, the lowest for signal 1.
/// Linux alone says so without unsafe code.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
