//! The kinfuse binary: parse, run, exit code.

use std::process::ExitCode;

use kinfuse::terminal::{self, Htslib};

fn main() -> ExitCode {
    let arguments = kinfuse::cli::parse(std::env::args_os());
    terminal::log_to_here(arguments.log_level());
    // htslib looks for a CRAM's reference on the network unless it is told where to look instead.
    std::env::set_var("REF_PATH", "no-remote-reference-lookup");
    kinfuse::alignment::remote::find_certificates();
    let htslib = Htslib::silence();
    std::panic::set_hook(Box::new(|fault| terminal::say(format_args!("a fault of the program, please report it: {fault}"))));
    kinfuse::interrupt::watch();
    let outcome = arguments.run();
    let heard = htslib.heard();
    match outcome {
        Ok(()) => {
            heard.lines().for_each(|line| log::warn!("{line}"));
            terminal::release();
            ExitCode::SUCCESS
        }
        Err(error) => {
            let cause = heard.cause().filter(|_| error.is_of_htslib()).map_or_else(String::new, |cause| format!(" (htslib: {cause})"));
            terminal::say(format_args!("{error}{cause}"));
            ExitCode::FAILURE
        }
    }
}
